//! Fragments of SQL.

pub(crate) mod rewrite;
pub(crate) mod statements;
pub(crate) mod tokens;

use crate::schema::{Name, Object, quote_identifier, quote_literal};

/// `ALTER TABLE items …`.
pub(crate) fn alter_table(table: &Name, action: impl std::fmt::Display) -> String {
    format!("ALTER TABLE {table} {action}")
}

/// `ALTER TABLE items ALTER COLUMN sku …`.
pub(crate) fn alter_column(table: &Name, column: &str, action: impl std::fmt::Display) -> String {
    format!("ALTER TABLE {table} ALTER COLUMN {} {action}", quote_identifier(column))
}

/// `COMMENT ON …`, which removes the comment if there is no text.
pub(crate) fn comment(object: &Object, text: Option<&str>) -> String {
    format!("COMMENT ON {} IS {}", object.sql(), text.map_or_else(|| "NULL".to_owned(), quote_literal))
}

/// Quoted columns, separated by commas.
pub(crate) fn list<'a>(columns: impl IntoIterator<Item = &'a String>) -> String {
    columns.into_iter().map(|column| quote_identifier(column)).collect::<Vec<_>>().join(", ")
}

/// PostgreSQL's internal name of a type of more than one word or with an alias; otherwise the name
/// itself.
pub(crate) fn internal_type_name(name: &str) -> &str {
    match name {
        "smallint" => "int2",
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "float" | "double precision" => "float8",
        "decimal" => "numeric",
        "boolean" => "bool",
        "character" | "char" => "bpchar",
        "character varying" => "varchar",
        "bit varying" => "varbit",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => other,
    }
}
