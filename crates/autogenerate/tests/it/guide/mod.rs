//! Runs the pages of the guide.

mod db;
#[path = "../../../examples/db.rs"]
#[expect(dead_code, reason = "its rows are not read and its main function is not called")]
mod example;
mod first_use;
#[expect(dead_code, reason = "only the descriptions of its models are used")]
mod index;
#[expect(dead_code, reason = "only the descriptions of its models are used")]
mod pages;
mod walk;

use std::{fs, path::Path};

#[test]
fn every_page_of_the_guide_is_documented_and_tested() {
    // A page about several packages is run by the example that has them.
    let example = include_str!("../../../examples/shop/life/run");
    let sources = [include_str!("pages.rs"), include_str!("index.rs")].concat();
    let documentation = include_str!("../../../src/guide.rs");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("guide")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(documentation.contains(&format!("include_str!(\"../guide/{name}\")")), "{name}");
        let is_run = sources.contains(&format!("\"{name}\"")) || example.contains(&format!("/guide/{name}"));
        assert!(is_run, "{name}");
    }
}
