//! The crate's README.

use std::fs;

use autogenerate::project::Project;
use tempfile::TempDir;

use super::{db, example};
use crate::support::Database;

const README: &str = include_str!("../../../README.md");
const EXAMPLE: &str = include_str!("../../../examples/db.rs");

/// The contents of the README's code blocks with an info string.
fn blocks(info: &str) -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(info)?.strip_prefix('\n')).collect()
}

#[tokio::test]
async fn the_readme_contains_the_example_and_its_output() {
    let [program] = blocks("rust no_run")[..] else { panic!("expected one program") };
    assert!(EXAMPLE.ends_with(program), "the program differs from examples/db.rs");

    let (database, folder) = (Database::new().await, TempDir::new().unwrap());
    let project = Project {
        metadata: example::models(),
        folder: folder.path().join("migrations"),
        database: database.options.clone(),
        scratch: None,
        memory: None,
    };
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let mut outputs = Vec::new();
    for command in ["revision first", "upgrade", "check", "revision again"] {
        outputs.push(db::db(&project, now, command).await.unwrap());
    }
    assert_eq!(outputs[1..], ["20261124120000", "no differences", "nothing to do"], "{outputs:?}");
    let mut files =
        fs::read_dir(&project.folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    files.sort_by_key(|path| path.to_str().unwrap().ends_with(".down.sql"));
    let written: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!(blocks("sql"), written);
}
