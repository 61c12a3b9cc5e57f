//! Which module of a crate imports which, as its sources say: needs `syn` and nothing else.
//!
//! A module is a file; modules inside a file belong to it. `mod` declarations are followed from
//! `lib.rs` and `main.rs`, except those under `#[cfg(test)]`. A path imports the file of the last
//! module that it names: `use crate::a::Thing` imports `a`, even if `a` re-exports `Thing` from a
//! module of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::visit::{self, Visit};

/// The imports between the modules of a crate, by their paths, such as `http::listener`. The
/// crate's root is `crate`, and that of a binary next to it is `main`.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    edges: BTreeMap<String, BTreeSet<String>>,
    crates: BTreeSet<(String, String)>,
}

impl ModuleGraph {
    /// Reads the crate whose `lib.rs`, `main.rs` or both are in `src`.
    ///
    /// # Panics
    ///
    /// If a file is missing, cannot be read, or is not Rust.
    pub fn read(src: &Path) -> Self {
        let mut graph = Self::default();
        let mut library = Modules::default();
        for root in ["lib", "main"] {
            let file = src.join(root).with_extension("rs");
            if !file.exists() {
                continue;
            }
            let name = if root == "lib" { "crate" } else { "main" };
            let mut modules = Modules::default();
            modules.read_file(&file, src, &[], name);
            if root == "lib" {
                library = modules.clone();
            }
            for (path, module) in &modules.by_path {
                graph.edges.entry(module.file.clone()).or_default();
                modules.import(path, &library, &mut graph);
            }
        }
        graph
    }

    /// Every import of one file by another, as pairs of importing and imported.
    pub fn edges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.edges.iter().flat_map(|(from, to)| to.iter().map(|to| (from.as_str(), to.as_str())))
    }

    /// Which modules name which other crates, as pairs; primitive types are among them.
    pub fn crates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.crates.iter().map(|(module, name)| (module.as_str(), name.as_str()))
    }

    /// The same imports between groups of modules. `group` names the group of a module; imports
    /// inside one are left out, and so are modules that have none.
    pub fn grouped(&self, group: impl Fn(&str) -> Option<String>) -> Self {
        let mut graph = Self::default();
        for (module, imports) in &self.edges {
            let Some(from) = group(module) else { continue };
            let targets =
                imports.iter().filter_map(|to| group(to)).filter(|to| *to != from).collect::<Vec<_>>();
            graph.edges.entry(from).or_default().extend(targets);
        }
        graph
    }

    /// The groups of modules that import each other in a circle, each sorted; empty if imports have
    /// a direction.
    pub fn cycles(&self) -> Vec<Vec<String>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.edges.keys().map(|module| (module.as_str(), self.reachable(module))).collect();
        let mut cycles = BTreeSet::new();
        for (&module, reaches) in reached.iter().filter(|(module, reaches)| reaches.contains(**module)) {
            let circle = reaches.iter().filter(|other| reached[**other].contains(module));
            cycles.insert(circle.map(|&module| module.to_owned()).collect::<Vec<_>>());
        }
        cycles.into_iter().collect()
    }

    fn reachable<'a>(&'a self, module: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![module];
        while let Some(module) = open.pop() {
            let imports = self.edges.get(module).into_iter().flatten();
            open.extend(imports.map(String::as_str).filter(|import| reached.insert(*import)));
        }
        reached
    }
}

/// The modules of a crate by their paths, inline ones included.
#[derive(Clone, Default)]
struct Modules {
    by_path: BTreeMap<Vec<String>, Module>,
}

/// Where the items of a module stand.
struct Source<'a> {
    file: &'a Path,
    /// Where the files of its children are.
    folder: &'a Path,
    /// The name of the module that the file is.
    name: &'a str,
}

#[derive(Clone)]
struct Module {
    /// The name of the module whose file it is in.
    file: String,
    /// What `use` declares in it, by the name in scope.
    aliases: BTreeMap<String, Vec<String>>,
    /// Every path in it, as far as it can name modules.
    paths: Vec<Vec<String>>,
}

impl Modules {
    /// Reads a file, whose children are in `folder`, and the files of its children.
    fn read_file(&mut self, file: &Path, folder: &Path, path: &[String], name: &str) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.read_items(&parsed.items, &Source { file, folder, name }, path);
    }

    fn read_items(&mut self, items: &[syn::Item], source: &Source<'_>, path: &[String]) {
        let mut module = Module { file: source.name.to_owned(), aliases: BTreeMap::new(), paths: Vec::new() };
        for item in items {
            match item {
                syn::Item::Mod(it) if is_test(&it.attrs) => {}
                syn::Item::Mod(it) => self.read_child(it, source, path),
                item => module.visit_item(item),
            }
        }
        self.by_path.insert(path.to_vec(), module);
    }

    fn read_child(&mut self, item: &syn::ItemMod, source: &Source<'_>, path: &[String]) {
        let ident = ident(&item.ident);
        let path = [path, std::slice::from_ref(&ident)].concat();
        let folder = &source.folder.join(&ident);
        if let Some((_, items)) = &item.content {
            return self.read_items(items, &Source { folder, ..*source }, &path);
        }
        let candidates: Vec<PathBuf> = match path_attribute(&item.attrs) {
            Some(file) => vec![source.file.with_file_name(file)],
            None => vec![source.folder.join(format!("{ident}.rs")), folder.join("mod.rs")],
        };
        let file = candidates.iter().find(|file| file.exists());
        let file = file.unwrap_or_else(|| panic!("no file for the module {}", path.join("::")));
        self.read_file(file, folder, &path, &path.join("::"));
    }

    /// Adds the imports of a module to the graph. Paths that begin with the name of a crate are
    /// looked up in `library` if its root has a module of the second name.
    fn import(&self, path: &[String], library: &Self, graph: &mut ModuleGraph) {
        let module = &self.by_path[path];
        for named in &module.paths {
            let target = self.resolve(path, named).or_else(|| {
                let within = named.get(1..).filter(|rest| module.file == "main" && !rest.is_empty())?;
                library.by_path.contains_key(&within[..1]).then(|| library.deepest(within))
            });
            match target {
                Some(target) if target == module.file => {}
                Some(target) => _ = graph.edges.entry(module.file.clone()).or_default().insert(target),
                None => graph.crates.extend(other_crate(module, named)),
            }
        }
    }

    /// The file that a path leads to from a module; `None` if it leaves the crate, or is about what
    /// is in scope.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<String> {
        let (first, rest) = path.split_first()?;
        let absolute = match first.as_str() {
            "crate" => rest.to_vec(),
            "self" => [from, rest].concat(),
            "super" => {
                let supers = path.iter().take_while(|segment| *segment == "super").count();
                [&from[..from.len().saturating_sub(supers)], &path[supers..]].concat()
            }
            name if self.by_path.contains_key(&child(from, name)) => [from, path].concat(),
            name => {
                let alias = self.by_path[from].aliases.get(name).filter(|alias| alias[0] != name)?;
                return self.resolve(from, &[alias, rest].concat());
            }
        };
        Some(self.deepest(&absolute))
    }

    /// The file of the last module on an absolute path.
    fn deepest(&self, path: &[String]) -> String {
        let len = (0..=path.len()).rev().find(|&len| self.by_path.contains_key(&path[..len])).unwrap_or(0);
        self.by_path[&path[..len]].file.clone()
    }
}

impl Module {
    fn use_tree(&mut self, tree: &syn::UseTree, prefix: &[String]) {
        let with = |name: &syn::Ident| [prefix, &[ident(name)]].concat();
        match tree {
            syn::UseTree::Path(it) => self.use_tree(&it.tree, &with(&it.ident)),
            syn::UseTree::Group(it) => it.items.iter().for_each(|tree| self.use_tree(tree, prefix)),
            syn::UseTree::Glob(_) => self.paths.push(prefix.to_vec()),
            syn::UseTree::Name(it) if it.ident == "self" => {
                let name = prefix.last().cloned().unwrap_or_default();
                self.alias(name, prefix.to_vec());
            }
            syn::UseTree::Name(it) => self.alias(ident(&it.ident), with(&it.ident)),
            syn::UseTree::Rename(it) if it.ident == "self" => self.alias(ident(&it.rename), prefix.to_vec()),
            syn::UseTree::Rename(it) => self.alias(ident(&it.rename), with(&it.ident)),
        }
    }

    fn alias(&mut self, name: String, path: Vec<String>) {
        self.paths.push(path.clone());
        self.aliases.insert(name, path);
    }

    /// The paths in the text of a macro's call, which has no syntax of its own. The last segment is
    /// no module.
    fn text(&mut self, text: &str) {
        let text = text.replace(":: ", "::").replace(" ::", "::");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let mut path: Vec<_> = word.split("::").map(str::to_owned).collect();
            path.pop();
            if !path.is_empty() && path.iter().all(|segment| !segment.is_empty() && !segment.contains(':')) {
                self.paths.push(path);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() && !is_test(&item.attrs) {
            self.use_tree(&item.tree, &[]);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    /// The last segment is a type, a function or a value.
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| ident(&segment.ident)).collect();
        if path.leading_colon.is_none() && segments.len() > 1 {
            self.paths.push(segments[..segments.len() - 1].to_vec());
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    /// The paths in the definition of a macro are its callers'.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_none() {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.text(&item.tokens.to_string());
        visit::visit_macro(self, item);
    }
}

/// The crate that a path which leads to no module begins with.
fn other_crate(module: &Module, path: &[String]) -> Option<(String, String)> {
    let first = path.first().map(|first| module.aliases.get(first).map_or(first, |alias| &alias[0]))?;
    first.starts_with(char::is_lowercase).then(|| (module.file.clone(), first.clone()))
}

fn ident(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

fn child(path: &[String], name: &str) -> Vec<String> {
    [path, &[name.to_owned()]].concat()
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find(|attribute| attribute.path().is_ident("path")).and_then(|attribute| {
        let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(file), .. }) = &pair.value else { return None };
        Some(file.value())
    })
}
