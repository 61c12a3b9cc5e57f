//! Names of objects, and the quoting of identifiers and literals.

use std::{collections::HashSet, fmt, sync::LazyLock};

/// The longest name, in bytes (`NAMEDATALEN - 1`).
pub(crate) const LONGEST: usize = 63;

/// The name of an object, qualified if more than one schema is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// `None` if a single schema is compared, which is then on the search path.
    pub schema: Option<String>,
    /// The name, unquoted.
    pub name: String,
}

impl Name {
    /// Creates the name of an object in the schema on the search path.
    pub fn local(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// Creates a name that is qualified by a schema.
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }

    /// Parses a name as PostgreSQL prints it.
    pub(crate) fn parse(sql: &str) -> Self {
        let mut parts = vec![String::new()];
        let (mut is_quoted, mut chars) = (false, sql.chars().peekable());
        while let Some(c) = chars.next() {
            match (c, parts.last_mut()) {
                ('"', Some(last)) if is_quoted && chars.next_if_eq(&'"').is_some() => last.push('"'),
                ('"', _) => is_quoted = !is_quoted,
                ('.', _) if !is_quoted => parts.push(String::new()),
                (c, Some(last)) => last.push(c),
                (_, None) => {}
            }
        }
        let name = parts.pop().unwrap_or_default();
        Self { schema: parts.pop(), name }
    }

    /// Creates the name of another object in the same schema.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self { schema: self.schema.clone(), name: name.into() }
    }

    /// The name that PostgreSQL gives to the sequence of a column. `table` is the name of its
    /// table; the sequence is in the schema of `self`.
    pub(crate) fn column_sequence(&self, table: &Self, column: &str) -> Self {
        self.sibling(format!("{}_{column}_seq", table.name))
    }

    /// The name that PostgreSQL 18 gives to the `NOT NULL` constraint of a column of this table.
    pub(crate) fn not_null(&self, column: &str) -> String {
        object_name(&self.name, column, "not_null")
    }

    /// Appends a suffix, and a number if the name is taken, within PostgreSQL's limit.
    pub(crate) fn derive(&self, suffix: &str, is_taken: impl Fn(&Self) -> bool) -> Self {
        let counts = std::iter::once(String::new()).chain((2..).map(|n: u32| n.to_string()));
        let mut names = counts.map(|count| {
            let end = self.name.floor_char_boundary(LONGEST - suffix.len() - count.len());
            self.sibling(format!("{}{suffix}{count}", &self.name[..end]))
        });
        names.find(|name| !is_taken(name)).unwrap_or_else(|| self.clone())
    }
}

/// Builds `table_addition_label` as PostgreSQL does, shortening the longer of the first two parts
/// until the name fits.
pub(crate) fn object_name(table: &str, addition: &str, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(!addition.is_empty());
    let (mut first, mut second) = (table.len(), addition.len());
    while first + second > LONGEST.saturating_sub(overhead) && first + second > 0 {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let (table, addition) = (truncate(table, first), truncate(addition, second));
    if addition.is_empty() { format!("{table}_{label}") } else { format!("{table}_{addition}_{label}") }
}

/// Truncates to at most `bytes` bytes at a character boundary.
pub(crate) fn truncate(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Formats the name as SQL, quoted if necessary.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", quote_identifier(schema))?;
        }
        f.write_str(&quote_identifier(&self.name))
    }
}

/// Formats an identifier as SQL, in double quotes only if PostgreSQL's `quote_ident` would add
/// them.
#[must_use]
pub fn quote_identifier(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Quotes a string literal, independent of `standard_conforming_strings`.
#[must_use]
pub fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// PostgreSQL's keywords up to version 18, except the unreserved ones.
const KEY_WORDS: &str = "\
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit \
    boolean both case cast char character check coalesce collate collation column concurrently \
    constraint create cross current_catalog current_date current_role current_schema current_time \
    current_timestamp current_user dec decimal default deferrable desc distinct do else end except \
    exists extract false fetch float for foreign freeze from full grant greatest group grouping \
    having ilike in initially inner inout int integer intersect interval into is isnull join json \
    json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar \
    json_serialize json_table json_value lateral leading least left like limit localtime \
    localtimestamp merge_action national natural nchar none normalize not notnull null nullif \
    numeric offset on only or order out outer overlaps overlay placing position precision primary \
    real references returning right row select session_user setof similar smallint some substring \
    symmetric system_user table tablesample then time timestamp to trailing treat trim true union \
    unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat \
    xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable";

static RESERVED: LazyLock<HashSet<&str>> = LazyLock::new(|| KEY_WORDS.split(' ').collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_if_sql_requires_it() {
        assert!(KEY_WORDS.split(' ').is_sorted());
        for (name, quoted) in [
            ("items", "items"),
            ("_a1", "_a1"),
            ("1a", "\"1a\""),
            ("Items", "\"Items\""),
            ("order", "\"order\""),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
        ] {
            assert_eq!(quote_identifier(name), quoted);
        }
        for name in [
            Name::qualified("a b", "user"),
            Name::local("items"),
            Name::qualified("s.t", "u\"v"),
            Name::local("order"),
        ] {
            assert_eq!(Name::parse(&name.to_string()), name);
        }
        assert_eq!(Name::qualified("a b", "user").to_string(), "\"a b\".\"user\"");
        assert_eq!(quote_literal("it's \\ me"), "E'it''s \\\\ me'");
    }

    #[test]
    fn a_derived_name_is_truncated_between_characters() {
        let long = Name::local("é".repeat(31));
        let free = long.derive("_old", |name| name.name.ends_with("_old"));
        assert_eq!(free.name, format!("{}_old2", "é".repeat(29)));
        assert_eq!(Name::local("a").derive("_new", |_| false).name, "a_new");
    }
}
