//! The rules that no compiler checks: the direction of imports, the length of files, and committed
//! files that are current.

#[path = "../../crates/autogenerate/tests/it/house/imports.rs"]
mod imports;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use clap::CommandFactory;
use curio::cli::Arguments;

use self::imports::ModuleGraph;
use crate::support::openapi_text;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn graph() -> ModuleGraph {
    ModuleGraph::read(&src())
}

/// Every source file: its path from `src`, and its text.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(src()).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// The child of a folder that a module belongs to; `None` for the folder's own file and for what is
/// outside.
fn child_of(folder: &str, module: &str) -> Option<String> {
    let inner = if folder.is_empty() { module } else { module.strip_prefix(folder)?.strip_prefix("::")? };
    let is_root = matches!(module, "crate" | "main");
    (!is_root).then(|| inner.split("::").next().unwrap_or(inner).to_owned())
}

#[test]
fn no_module_and_no_folder_imports_itself_through_others() {
    let graph = graph();
    assert_eq!(graph.cycles(), Vec::<Vec<String>>::new(), "modules");
    let modules: BTreeSet<&str> = graph.edges().flat_map(|(from, to)| [from, to]).collect();
    let folders = modules.iter().filter_map(|module| Some(module.rsplit_once("::")?.0));
    for folder in folders.chain([""]).collect::<BTreeSet<_>>() {
        let children = graph.grouped(|module| child_of(folder, module));
        assert_eq!(children.cycles(), Vec::<Vec<String>>::new(), "in src/{folder}");
    }
}

/// What each part of the service may import in addition to itself, what is inside of it, and
/// [`LEAVES`].
///
/// `<domain>` is a folder such as `http::catalog`, and `<resource>` one such as
/// `http::catalog::items`.
const PLAN: [(&str, &[&str]); 22] = [
    ("main", &["cli", "config", "telemetry"]),
    (
        "cli",
        &[
            "app",
            "config",
            "http",
            "http::listener",
            "indexing",
            "postgres",
            "postgres::<domain>::models",
            "postgres::<domain>::operations",
            "postgres::service",
            "telemetry",
        ],
    ),
    ("indexing", &["postgres", "postgres::<domain>::operations"]),
    ("authentication", &["postgres", "postgres::<domain>::models", "postgres::<domain>::operations"]),
    ("config", &["authentication", "postgres", "telemetry"]),
    ("telemetry", &["postgres"]),
    ("app", &["authentication", "config", "postgres", "telemetry"]),
    (
        "http",
        &[
            "app",
            "config",
            "http::layers",
            "http::openapi",
            "http::operator",
            "http::<domain>",
            "http::response",
        ],
    ),
    ("http::listener", &["app", "config", "http::response"]),
    (
        "http::layers",
        &[
            "app",
            "authentication",
            "config",
            "http::operator",
            "http::request",
            "http::response",
            "postgres",
            "telemetry",
        ],
    ),
    ("http::openapi", &["app", "http::request", "http::response", "postgres"]),
    ("http::operator", &["app", "http::response", "postgres", "telemetry"]),
    ("http::<domain>", &["app", "http::<domain>::<resource>"]),
    (
        "http::<domain>::<resource>",
        &[
            "app",
            "http::request",
            "http::response",
            "http::write",
            "postgres",
            "postgres::<domain>::models",
            "postgres::<domain>::operations",
        ],
    ),
    ("http::write", &["app", "http::request", "http::response", "postgres", "postgres::service"]),
    ("http::request", &["app", "authentication", "http::response", "postgres"]),
    ("http::response", &["postgres"]),
    ("postgres", &["postgres::<domain>", "postgres::<domain>::models", "postgres::service"]),
    ("postgres::<domain>", &["postgres"]),
    ("postgres::<domain>::models", &["postgres"]),
    ("postgres::<domain>::operations", &["postgres", "postgres::<domain>::models"]),
    ("postgres::service", &["postgres"]),
];

/// Known to every part, and importing none.
const LEAVES: [&str; 12] = [
    "access",
    "error",
    "actor",
    "authority",
    "time",
    "budget",
    "queue",
    "schema_cache",
    "http::limits",
    "https",
    "ids",
    "files",
];

/// The part of the plan that a module belongs to, and the domain that it is of.
fn part(module: &str) -> (String, Option<&str>) {
    const CONCERNS: [&str; 8] =
        ["limits", "listener", "layers", "request", "write", "response", "openapi", "operator"];
    let path: Vec<&str> = module.split("::").collect();
    match path[..] {
        ["http", concern, ..] if CONCERNS.contains(&concern) => (format!("http::{concern}"), None),
        ["http", domain] => ("http::<domain>".into(), Some(domain)),
        ["http", domain, _, ..] => ("http::<domain>::<resource>".into(), Some(domain)),
        ["postgres", "service", ..] => ("postgres::service".into(), None),
        ["postgres", domain, kind @ ("models" | "operations"), ..] => {
            (format!("postgres::<domain>::{kind}"), Some(domain))
        }
        ["postgres", domain] if is_domain(domain) => ("postgres::<domain>".into(), Some(domain)),
        [top, ..] => (top.to_owned(), None),
        [] => (String::new(), None),
    }
}

fn is_domain(name: &str) -> bool {
    src().join("postgres").join(name).join("models.rs").exists()
}

/// The resource that a module is of, such as `http::catalog::items`.
fn resource(module: &str) -> Option<String> {
    let is_resource = part(module).0 == "http::<domain>::<resource>";
    is_resource.then(|| module.split("::").take(3).collect::<Vec<_>>().join("::"))
}

fn is_planned(from: &str, to: &str) -> bool {
    let ((part_from, domain_from), (part_to, domain_to)) = (part(from), part(to));
    let is_inside = to.starts_with(&format!("{from}::"));
    if is_inside || LEAVES.contains(&part_to.as_str()) {
        return true;
    }
    let same_domain = domain_from.is_none() || domain_to.is_none() || domain_from == domain_to;
    let same_resource = resource(from).is_none() || resource(to).is_none() || resource(from) == resource(to);
    let allowed = PLAN.iter().find(|(part, _)| *part == part_from).map_or(&[][..], |(_, allowed)| *allowed);
    same_domain && same_resource && (part_from == part_to || allowed.contains(&part_to.as_str()))
}

#[test]
fn imports_follow_the_plan() {
    let graph = graph();
    let is_root = |module: &str| module == "crate";
    let unplanned: Vec<String> = graph
        .edges()
        .filter(|(from, to)| !is_root(from) && !is_root(to) && !is_planned(from, to))
        .map(|(from, to)| format!("{from} imports {to}"))
        .collect();
    assert!(unplanned.is_empty(), "{}", unplanned.join("\n"));
}

#[test]
fn only_main_imports_the_command_line() {
    let graph = graph();
    let importers: Vec<&str> = graph
        .edges()
        .filter(|(from, to)| to.starts_with("cli") && !from.starts_with("cli"))
        .map(|(from, _)| from)
        .collect();
    assert!(importers.iter().all(|module| *module == "main"), "{importers:?}");
}

#[test]
fn errors_and_models_are_leaves() {
    let graph = graph();
    let imports: Vec<_> = graph
        .edges()
        .filter(|(from, _)| *from == "error" || from.ends_with("::models") || from.contains("::models::"))
        .filter(|(from, to)| !to.starts_with(&format!("{from}::")))
        // The models of a domain know each other.
        .filter(|(from, to)| from.split("models::").next() != to.split("models::").next())
        // The type of a column, and what every entity has, are leaves as well.
        .filter(|(_, to)| !["postgres::json", "postgres::entity", "postgres::rule"].contains(to))
        .collect();
    assert_eq!(imports, []);
}

#[test]
fn the_database_layer_and_errors_know_no_http() {
    let graph = graph();
    for (module, package) in
        graph.crates().filter(|(module, _)| module.starts_with("postgres") || *module == "error")
    {
        let is_http =
            matches!(package, "axum" | "utoipa" | "tower" | "http") || module == "error" && package == "sqlx";
        assert!(!is_http, "{module} uses {package}");
    }
    for (from, to) in graph.edges().filter(|(from, _)| from.starts_with("postgres")) {
        let top = to.split("::").next();
        assert!(
            matches!(top, Some("postgres" | "access" | "actor" | "error" | "ids" | "queue" | "crate")),
            "{from} imports {to}"
        );
    }
}

#[test]
fn a_domain_imports_no_other_domain() {
    let domain = |module: &str| {
        let domain = module.split("::").nth(1)?;
        is_domain(domain).then(|| domain.to_owned())
    };
    assert_eq!(domain("postgres::catalog::models").as_deref(), Some("catalog"));
    for (from, to) in graph().edges() {
        if let (Some(one), Some(other)) = (domain(from), domain(to)) {
            assert_eq!(one, other, "{from} imports {to}");
        }
    }
}

#[test]
fn files_stay_short() {
    for (file, text) in sources() {
        // Unit tests at the end of a file do not count.
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        assert!(lines <= 300, "{file} has {lines} lines: it probably holds two things");
    }
    assert!(read("src/main.rs").lines().count() < 40);
}

#[test]
fn every_variable_is_listed_with_its_default_and_its_purpose() {
    let example = read(".env.example");
    let lines: Vec<&str> = example.lines().collect();
    let mut listed = BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((name, value)) = line.trim_start_matches('#').split_once('=') else { continue };
        // OpenTelemetry's variables are no settings of the command line.
        if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !name.starts_with("OTEL_") {
            assert!(lines[number - 1].starts_with("# "), "{name} has no comment");
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
fn every_event_of_the_log_is_documented() {
    let table = read("docs/operations.md");
    let mut events = 0;
    for (file, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for logged in code.split("tracing::").skip(1) {
            let is_event = |literal: &&str| literal.chars().all(|c| matches!(c, 'a'..='z' | '_' | '.'));
            if ["info!(", "warn!(", "error!("].iter().any(|level| logged.starts_with(level))
                && let Some(event) = logged.split('"').skip(1).step_by(2).find(is_event)
            {
                assert!(table.contains(&format!("`{event}`")), "{file} logs {event}");
                events += 1;
            }
        }
    }
    assert!(events > 30, "{events}");
}

#[test]
fn every_container_is_bounded() {
    let compose = read("compose.yaml");
    let (_, services) = compose.split_once("\nservices:\n").unwrap();
    let services: Vec<&str> = services.split("\nvolumes:").next().unwrap().split("\n\n  ").collect();
    assert!(services.len() > 1);
    for service in services {
        for limit in ["mem_limit: ", "pids_limit: ", "security_opt: [no-new-privileges:true]"] {
            assert!(service.contains(limit), "{limit} is missing: {service}");
        }
    }
}

#[test]
fn the_committed_document_is_what_the_command_prints() {
    assert_eq!(read("openapi.json"), openapi_text(), "run `make openapi`");
}

#[test]
fn the_documents_name_image_digests_verify_full_and_the_table_of_stored_keys() {
    for (file, prefix) in [("Dockerfile", "FROM "), ("compose.yaml", "    image: ")] {
        let text = read(file);
        let images = text.lines().filter_map(|line| line.strip_prefix(prefix));
        assert!(images.clone().count() > 0);
        let by_tag = images.clone().any(|image| !image.contains("@sha256:") && !image.starts_with("curio"));
        assert!(!by_tag || text.contains("digest"), "{file} says nothing of digests");
    }
    assert!(read("README.md").contains("sslmode=verify-full"));
    assert!(read("docs/operations.md").contains("`service_keys`"));
}
