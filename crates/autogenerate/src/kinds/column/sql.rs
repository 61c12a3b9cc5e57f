//! The SQL of column definitions.

use crate::{
    kinds::sequence::create_options,
    render::tokens,
    schema::{Column, Generated, Identity, Name, quote_identifier},
};

/// The definition of a column of `table` for `CREATE TABLE` and `ADD COLUMN`.
pub(crate) fn definition(table: &Name, column: &Column) -> String {
    let mut sql = format!("{} {}{}", quote_identifier(&column.name), column.data_type, collate(column));
    if let Some(it) = &column.generated {
        sql.push(' ');
        sql.push_str(&generated(it));
    }
    if let Some(it) = column.identity {
        sql.push(' ');
        sql.push_str(&named_identity(table, column, it));
    }
    if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        sql.push_str(&tokens::operand(&default.sql));
    }
    if !column.nullable {
        if let Some(name) = named_not_null(table, column) {
            sql.extend([" CONSTRAINT ", &name]);
        }
        sql.push_str(" NOT NULL");
    }
    sql
}

/// The name of the `NOT NULL` constraint if PostgreSQL would choose another one.
pub(super) fn named_not_null(table: &Name, column: &Column) -> Option<String> {
    let named = column.not_null.0.as_ref();
    named.filter(|name| **name != table.not_null(&column.name)).map(|name| quote_identifier(name))
}

/// The identity of a column of `table`, with the name of its sequence if PostgreSQL would choose
/// another one.
pub(super) fn named_identity(table: &Name, column: &Column, it: Identity) -> String {
    let sql = identity(it, &column.data_type);
    let named = column.identity_sequence.as_ref();
    let Some(name) = named.filter(|name| **name != table.column_sequence(table, &column.name)) else {
        return sql;
    };
    match sql.strip_suffix(')') {
        Some(rest) => rest.replacen('(', &format!("(SEQUENCE NAME {name} "), 1) + ")",
        None => format!("{sql} (SEQUENCE NAME {name})"),
    }
}

/// `GENERATED … AS IDENTITY (…)` for a column of this type.
pub(super) fn identity(identity: Identity, data_type: &str) -> String {
    let kind = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let options = identity.options.map(|options| create_options(options, data_type)).unwrap_or_default();
    let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    format!("GENERATED {kind} AS IDENTITY{options}")
}

/// `GENERATED ALWAYS AS (…) STORED`.
pub(super) fn generated(generated: &Generated) -> String {
    let stored = if generated.stored { "STORED" } else { "VIRTUAL" };
    format!("GENERATED ALWAYS AS {} {stored}", tokens::parenthesized(&generated.expression.sql))
}

/// ` COLLATE …`, or an empty string.
pub(super) fn collate(column: &Column) -> String {
    column.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default()
}
