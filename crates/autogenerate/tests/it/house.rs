//! The shape of the two crates: imports have a direction.

mod imports;

use std::{fs, path::Path};

use self::imports::ModuleGraph;

fn crates() -> [(&'static str, ModuleGraph); 2] {
    ["autogenerate", "autogenerate-derive"].map(|name| {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src");
        (name, ModuleGraph::read(&src))
    })
}

/// The part of a module's path that names its folder or file right under `src`.
fn top_level(module: &str) -> Option<String> {
    (module != "crate").then(|| module.split("::").next().unwrap_or(module).to_owned())
}

#[test]
fn no_module_imports_itself_through_others() {
    for (name, graph) in crates() {
        assert_eq!(graph.cycles(), Vec::<Vec<String>>::new(), "modules of {name}");
        let folders = graph.grouped(top_level);
        assert_eq!(folders.cycles(), Vec::<Vec<String>>::new(), "folders of {name}");
    }
}

/// The folders of each crate. Every one imports only folders before it.
const LAYERS: [&[&str]; 2] = [
    &[
        "hazard",
        "schema",
        "change",
        "plan",
        "render",
        "order",
        "kinds",
        "diff",
        "planner",
        "introspect",
        "scratch",
        "prove",
        "codegen",
        "model",
        "revision",
        "migrate",
        "project",
        "cli",
        "guide",
    ],
    &["ast", "errors", "args", "text", "attr", "valid", "expand", "newtype"],
];

#[test]
fn a_folder_imports_only_those_below_it() {
    for ((name, graph), layers) in crates().iter().zip(LAYERS) {
        let folders = graph.grouped(top_level);
        let rank = |folder: &str| layers.iter().position(|layer| *layer == folder);
        let upwards: Vec<_> = folders.edges().filter(|(from, to)| rank(to) >= rank(from)).collect();
        assert_eq!(upwards, [], "{name}");
    }
}

/// What needs no database to be tested.
const PURE: [&str; 9] = ["hazard", "schema", "change", "plan", "render", "order", "kinds", "diff", "planner"];

#[test]
fn schemas_are_compared_and_planned_without_a_database() {
    let [(_, graph), _] = crates();
    let is_pure = |module: &str| top_level(module).is_some_and(|folder| PURE.contains(&folder.as_str()));
    let impure: Vec<_> = graph.crates().filter(|(from, name)| *name == "sqlx" && is_pure(from)).collect();
    assert_eq!(impure, []);
    assert!(graph.crates().any(|(from, name)| from == "scratch::space" && name == "sqlx"));
}

#[test]
fn imports_are_read_from_every_spelling() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write("lib.rs", "pub mod a; mod b; mod c; mod d; pub mod e; mod f;");
    write("main.rs", "fn main() { sample::a::run(); }");
    write("a/mod.rs", "mod leaf; pub use leaf::Leaf; pub fn run() { leaf::run() }");
    write(
        "a/leaf.rs",
        "use super::run as again; pub struct Leaf; use crate::b::{self, Thing as T, inner::*};",
    );
    write("b/mod.rs", "pub mod inner; pub fn f() -> crate::c::Thing { println!(\"{}\", crate::d::X) }");
    write("b/inner.rs", "#[cfg(test)] mod tests { use crate::a; } #[cfg(test)] use crate::a;");
    write("c.rs", "mod within { use super::Thing; use super::super::e; fn f() { e::f(); std::fmt::x(); } }");
    write("d.rs", "use crate::e as other; fn f() { other::deep::f() }");
    write("e/mod.rs", "pub mod deep; pub fn deep() {}");
    write("e/deep.rs", "");
    write("f.rs", "use crate::e::deep; #[path = \"g_file.rs\"] mod g; fn f() { g::f() }");
    write("g_file.rs", "");
    let graph = ModuleGraph::read(folder.path());
    let edges: Vec<_> = graph.edges().map(|(from, to)| format!("{from} -> {to}")).collect();
    let expected = [
        "a -> a::leaf",
        "a::leaf -> a",
        "a::leaf -> b",
        "a::leaf -> b::inner",
        "b -> c",
        "b -> d",
        "c -> e",
        "d -> e",
        "d -> e::deep",
        "f -> e::deep",
        "f -> f::g",
        "main -> a",
    ];
    assert_eq!(edges, expected);
    assert_eq!(graph.cycles(), [["a", "a::leaf"]]);
    let folders = graph.grouped(top_level);
    assert!(folders.cycles().is_empty());
    assert!(folders.edges().any(|edge| edge == ("a", "b")));
}
