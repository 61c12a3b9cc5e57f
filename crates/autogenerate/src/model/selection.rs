//! Which objects without a model are dropped, and which are left out.

use std::collections::BTreeSet;

use crate::{
    plan::COPIES,
    schema::{Name, Object, SqlName},
};

/// The schema of models that name none, when names are qualified.
pub(super) const DEFAULT_SCHEMA: &str = "public";

/// Which objects without a model are dropped, and which are neither compared nor listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(super) dropped: BTreeSet<String>,
    pub(super) ignored: Vec<String>,
    pub(super) only: Vec<String>,
}

impl Selection {
    /// The names of the objects that are to be dropped.
    pub(crate) fn dropped(&self) -> impl Iterator<Item = &str> {
        self.dropped.iter().map(String::as_str)
    }

    /// Whether an object is to be dropped.
    pub(crate) fn drops(&self, object: &Object) -> bool {
        self.dropped.iter().any(|given| is_named(object, given))
    }

    /// Whether the object is compared and listed. `home` is the schema of unqualified names.
    pub(crate) fn includes(&self, object: &Object, home: &str) -> bool {
        match object {
            // A schema is left out if everything in it is.
            Object::Namespace(name) => self.includes_name(name, "*"),
            Object::Extension(name) => self.includes_name(DEFAULT_SCHEMA, name),
            Object::Enum(name) | Object::Sequence(name) | Object::Table(name) => {
                self.includes_name(name.schema.as_deref().unwrap_or(home), &name.name)
            }
            Object::Sql(name) => {
                let table = name
                    .table
                    .clone()
                    .unwrap_or_else(|| Name::parse(name.name.split('(').next().unwrap_or_default()));
                self.includes_name(table.schema.as_deref().unwrap_or(home), &table.name)
            }
            _ => true,
        }
    }

    /// Whether an object of this schema and name is compared and listed.
    pub(crate) fn includes_name(&self, schema: &str, name: &str) -> bool {
        let matches = |pattern: &String| match pattern.split_once('.') {
            Some((of, pattern)) => is_match(of, schema) && is_match(pattern, name),
            None => is_match(pattern, if name == "*" { schema } else { name }),
        };
        schema != COPIES
            && !self.ignored.iter().any(matches)
            && (self.only.is_empty() || self.only.iter().any(matches))
    }
}

/// The name by which [`dropped`](super::Metadata::dropped) refers to an object.
pub(crate) fn given_name(object: &Object) -> String {
    match object {
        Object::Namespace(name) | Object::Extension(name) => name.clone(),
        Object::Enum(Name { schema, name })
        | Object::Sequence(Name { schema, name })
        | Object::Table(Name { schema, name }) => match schema {
            Some(schema) if schema != DEFAULT_SCHEMA => format!("{schema}.{name}"),
            _ => name.clone(),
        },
        Object::Sql(name) if name.kind.is_described() => {
            let Name { schema, name } = name.type_name();
            match schema {
                Some(schema) if schema != DEFAULT_SCHEMA => format!("{schema}.{name}"),
                _ => name,
            }
        }
        Object::Sql(SqlName { table, name, .. }) => {
            let name = unqualified(name);
            table
                .as_ref()
                .map_or(name.to_owned(), |table| format!("{name} ON {}", unqualified(&table.to_string())))
        }
        other => other.to_string(),
    }
}

/// The name without the default schema.
fn unqualified(name: &str) -> &str {
    name.strip_prefix("public.").unwrap_or(name)
}

/// Whether [`dropped`](super::Metadata::dropped) with this name refers to the object.
pub(crate) fn is_named(object: &Object, given: &str) -> bool {
    given_name(object) == unqualified(given)
}

/// Whether a text matches a pattern, in which `*` stands for any characters.
fn is_match(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| is_match(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_with_any_number_of_stars() {
        for (pattern, text) in [("a", "a"), ("*", ""), ("a*", "abc"), ("*c", "abc"), ("a*b*c", "aXbYc")] {
            assert!(is_match(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*b", "abc"), ("*é", "e"), ("", "a")] {
            assert!(!is_match(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn objects_are_left_out_by_schema_and_name() {
        let table = |name| Object::Table(name);
        let ignoring = Selection { ignored: vec!["legacy.*".into(), "tmp_*".into()], ..Selection::default() };
        assert!(!ignoring.includes(&table(Name::qualified("legacy", "a")), "public"));
        assert!(!ignoring.includes(&table(Name::local("a")), "legacy"));
        assert!(!ignoring.includes(&table(Name::qualified("shop", "tmp_a")), "public"));
        assert!(!ignoring.includes(&Object::Namespace("legacy".into()), "public"));
        assert!(!ignoring.includes(&table(Name::qualified("attic", "a")), "public"), "always ignored");
        assert!(ignoring.includes(&table(Name::local("a")), "public"));
        assert!(ignoring.includes(&Object::Namespace("shop".into()), "public"));
        let only = Selection { only: vec!["shop.*".into()], ..Selection::default() };
        assert!(only.includes(&table(Name::qualified("shop", "a")), "public"));
        assert!(only.includes(&Object::Namespace("shop".into()), "public"));
        assert!(!only.includes(&table(Name::local("a")), "public"));
    }

    #[test]
    fn a_dropped_object_is_named_with_or_without_the_default_schema() {
        let selection = Selection { dropped: ["a".into(), "s.b".into()].into(), ..Selection::default() };
        for name in [Name::local("a"), Name::qualified("public", "a"), Name::qualified("s", "b")] {
            assert!(selection.drops(&Object::Table(name.clone())), "{name}");
        }
        assert!(!selection.drops(&Object::Table(Name::qualified("s", "a"))));
        assert_eq!(given_name(&Object::Table(Name::qualified("s", "b"))), "s.b");
    }
}
