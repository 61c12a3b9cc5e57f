//! Rust names for the objects of a database.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Name, Object, Schema, SqlName};

/// The key words of Rust that can be raw identifiers.
const KEY_WORDS: &str = "\
    abstract as async await become box break const continue do dyn else enum extern false final fn \
    for gen if impl in let loop macro match mod move mut override priv pub ref return static struct \
    trait true try type typeof unsafe unsized use virtual where while yield";

/// Names that an item of a module must not hide.
const PRELUDE: [&str; 7] = ["Box", "Option", "Self", "Some", "String", "Vec", "None"];

/// The Rust names of tables and types.
pub(super) struct Names {
    modules: BTreeMap<Name, String>,
    types: BTreeMap<Object, String>,
}

impl Names {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut taken: BTreeSet<String> = ["types", "sql", "mod"].map(str::to_owned).into();
        let tables = schema.tables.iter().filter(|(_, it)| it.partition_of.is_none());
        let modules = tables.map(|(name, _)| (name.clone(), unique(&mut taken, &module(name)))).collect();
        let mut taken: BTreeSet<String> = PRELUDE.map(str::to_owned).into();
        let enums = schema.enums.keys().map(|name| (Object::Enum(name.clone()), name.clone()));
        let described = schema.sql_objects.keys().filter(|name| name.kind.is_described());
        let described = described.map(|name| (Object::Sql(name.clone()), name.type_name()));
        let types = enums.chain(described).map(|(object, name)| {
            let plain = pascal(&name.name);
            let free = if taken.contains(&plain) { pascal(&module(&name)) } else { plain };
            (object, unique(&mut taken, &free))
        });
        Self { modules, types: types.collect() }
    }

    /// The tables that have a module, which partitions do not.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&Name, &String)> {
        self.modules.iter()
    }

    /// Whether the table has a module.
    pub(super) fn has_table(&self, name: &Name) -> bool {
        self.modules.contains_key(name)
    }

    /// The struct of a table.
    pub(super) fn table(name: &Name) -> String {
        let name = pascal(&name.name);
        if PRELUDE.contains(&&*name) { format!("{name}Row") } else { name }
    }

    /// The Rust name of an enum, domain or composite type.
    pub(super) fn user_type(&self, object: &Object) -> Option<&String> {
        self.types.get(object)
    }

    /// All enums, domains and composite types.
    pub(super) fn user_types(&self) -> impl Iterator<Item = (&Object, &String)> {
        self.types.iter()
    }

    /// A domain or composite type, by its name as PostgreSQL prints it.
    pub(super) fn type_named(&self, sql: &str) -> Option<(&Object, &String)> {
        self.types.iter().find(|(object, _)| match object {
            Object::Enum(name) => name.to_string() == sql,
            Object::Sql(SqlName { name, .. }) => name == sql,
            _ => false,
        })
    }
}

/// The name of the module of a table: that of the table, with its schema unless that is `public`.
fn module(name: &Name) -> String {
    match name.schema.as_deref() {
        None | Some("public") => snake(&name.name),
        Some(schema) => format!("{}_{}", snake(schema), snake(&name.name)),
    }
}

/// A name that is not taken yet, which it takes.
pub(super) fn unique(taken: &mut BTreeSet<String>, name: &str) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}{number}"));
    let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// An identifier for a field or variable.
pub(super) fn identifier(name: &str) -> String {
    if KEY_WORDS.split(' ').any(|word| word == name) {
        format!("r#{name}")
    } else if ["self", "super", "crate", "_"].contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// The words of a name.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let ends = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if ends || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A name in `snake_case`, which is an identifier, or a key word.
pub(super) fn snake(name: &str) -> String {
    let name = words(name).join("_");
    match name.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        _ => name,
    }
}

/// A name in `PascalCase`.
pub(super) fn pascal(name: &str) -> String {
    let capital = |word: &String| word[..1].to_ascii_uppercase() + &word[1..];
    let name: String = words(name).iter().map(capital).collect();
    match name.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_an_identifier() {
        for (name, field, item) in [
            ("items", "items", "Items"),
            ("order_lines", "order_lines", "OrderLines"),
            ("createdAt", "created_at", "CreatedAt"),
            ("a b", "a_b", "AB"),
            ("2fa", "n2fa", "N2fa"),
            ("\u{e9}t\u{e9}", "t", "T"),
            ("!", "unnamed", "Unnamed"),
        ] {
            assert_eq!((snake(name), pascal(name)), (field.to_owned(), item.to_owned()), "{name}");
        }
        assert_eq!(["type", "self", "id"].map(identifier), ["r#type", "self_", "id"]);
        let mut taken = BTreeSet::new();
        assert_eq!(["a", "a", "a"].map(|name| unique(&mut taken, name)), ["a", "a2", "a3"]);
    }
}
