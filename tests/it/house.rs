//! The rules of the house that a compiler does not hold: who imports whom, and that what is written down is so.

use std::{collections::BTreeSet, fs, path::Path};

use clap::CommandFactory;
use curio::cli::Arguments;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every source file below a folder: its path from `src`, and its text without the unit tests.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src/")).unwrap();
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                files.push((name.to_str().unwrap().to_owned(), text));
            }
        }
    }
    assert!(!files.is_empty());
    files
}

/// Code without its comments, in one line, so that a path in a nested `use` is found by its first segments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn imports(text: &str, module: &str) -> bool {
    let code = code(text);
    let nested =
        code.split("use crate::{").nth(1).and_then(|rest| rest.split("};").next()).unwrap_or_default();
    let is_there = |text: &str, word: &str| {
        text.match_indices(word)
            .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    };
    code.contains(&format!("crate::{module}::"))
        || code.contains(&format!("crate::{module};"))
        || is_there(nested, &format!("{module}::"))
        || is_there(nested, &format!("{module},"))
}

#[test]
fn what_is_kept_in_postgres_knows_no_http() {
    for (file, text) in sources("postgres") {
        for module in ["http", "config", "cli", "telemetry"] {
            assert!(!imports(&text, module), "{file} imports {module}");
        }
        for package in ["axum", "utoipa", "tower", "::http::"] {
            assert!(!code(&text).contains(&format!("use {package}")), "{file} uses {package}");
        }
    }
}

#[test]
fn errors_and_models_are_leaves() {
    let error = read("src/error.rs");
    assert!(!error.contains("crate::") && !error.contains("sqlx") && !error.contains("axum"));
    for (file, text) in sources("postgres").iter().filter(|(file, _)| file.ends_with("models.rs")) {
        // The type of a column is a leaf as well.
        let text = text.replace("crate::postgres::json::", "");
        assert!(!text.contains("crate::"), "{file} imports from the crate");
    }
}

#[test]
fn nothing_but_main_imports_the_command_line() {
    for (file, text) in sources("").iter().filter(|(file, _)| !file.starts_with("cli/") && file != "main.rs")
    {
        assert!(!imports(text, "cli"), "{file} imports cli");
    }
}

#[test]
fn a_domain_imports_no_other_domain() {
    let folder = |file: &str| file.split('/').nth(1).filter(|name| !name.contains('.')).map(str::to_owned);
    let domains: BTreeSet<String> = sources("postgres").iter().filter_map(|(file, _)| folder(file)).collect();
    assert!(domains.contains("catalog"), "{domains:?}");
    for layer in ["http", "postgres"] {
        for domain in &domains {
            let files = sources(layer).into_iter().filter(|(file, _)| folder(file).as_ref() == Some(domain));
            for (file, text) in files {
                for other in domains.iter().filter(|other| *other != domain) {
                    assert!(!code(&text).contains(&format!("{layer}::{other}")), "{file} imports {other}");
                }
            }
        }
    }
}

#[test]
fn files_stay_short() {
    for (file, text) in sources("") {
        let lines = text.lines().count();
        assert!(lines <= 400, "{file} has {lines} lines: it probably holds two things");
    }
    assert!(read("src/main.rs").lines().count() < 40);
}

#[test]
fn every_variable_is_listed_with_its_default_and_what_it_does() {
    let example = read(".env.example");
    let lines: Vec<&str> = example.lines().collect();
    let mut listed = BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((name, value)) = line.trim_start_matches('#').split_once('=') else { continue };
        if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
            assert!(lines[number - 1].starts_with("# "), "{name} has no word on what it does");
            listed.insert((name.to_owned(), (!line.starts_with('#')).then(|| value.to_owned())));
        }
    }
    let mut known = BTreeSet::new();
    let mut commands = vec![Arguments::command()];
    let mut arguments = Vec::new();
    while let Some(command) = commands.pop() {
        arguments.extend(command.get_arguments().cloned());
        commands.extend(command.get_subcommands().cloned());
    }
    for argument in arguments {
        let Some(name) = argument.get_env() else { continue };
        let flag = !argument.get_action().takes_values();
        let default = argument.get_default_values().first().map(|value| value.to_str().unwrap().to_owned());
        let default = if flag { Some("false".to_owned()) } else { default };
        known.insert((name.to_str().unwrap().to_owned(), default));
    }
    assert_eq!(listed, known);
}

#[test]
fn the_committed_document_is_what_the_command_prints() {
    assert_eq!(read("openapi.json"), curio::http::document::text(), "run `make openapi`");
}
