//! The pages of the guide, each done as it says.

#[path = "../../../examples/db.rs"]
#[expect(dead_code, reason = "nobody reads its rows, or calls its main function")]
mod db;
mod first_use;
#[expect(dead_code, reason = "its models are described, and no row is read")]
mod index;
#[expect(dead_code, reason = "its models are described, and no row is read")]
mod pages;
mod walk;

use std::{fs, path::Path};

#[test]
fn every_page_of_the_guide_is_in_the_documentation_and_walked_through() {
    let sources = [include_str!("pages.rs"), include_str!("index.rs")].concat();
    let documentation = include_str!("../../../src/guide.rs");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("guide")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(documentation.contains(&format!("include_str!(\"../guide/{name}\")")), "{name}");
        assert!(sources.contains(&format!("\"{name}\"")), "{name}");
    }
}
