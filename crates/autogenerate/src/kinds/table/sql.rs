//! What makes a table or a type.

use super::{collate, constraint as rendered, generated, identity, tokens};
use crate::schema::{Column, Constraint, ConstraintKind, Enum, Name, Table, quote_identifier, quote_literal};

/// `CREATE TYPE … AS ENUM (…)`.
pub(crate) fn create_enum(name: &Name, values: &Enum) -> String {
    let values: Vec<_> = values.values.iter().map(|value| quote_literal(value)).collect();
    let head = format!("CREATE TYPE {name} AS ENUM (");
    let line = values.join(", ");
    if head.len() + line.len() > 90 {
        format!("{head}\n    {}\n)", values.join(",\n    "))
    } else {
        format!("{head}{line})")
    }
}

/// Whether a constraint can stand in the `CREATE TABLE`: foreign keys are made when all tables are there, and
/// `NOT VALID` would not be kept.
pub(crate) fn is_inline(constraint: &Constraint) -> bool {
    constraint.validated
        && !constraint.inherited
        && !matches!(constraint.kind, ConstraintKind::ForeignKey { .. })
}

/// `CREATE TABLE …` with all constraints that can be in it.
pub(crate) fn create_table(name: &Name, table: &Table) -> String {
    let columns = table.columns.iter().map(column);
    let mut inline: Vec<_> =
        table.constraints.iter().filter(|(_, constraint)| is_inline(constraint)).collect();
    inline.sort_by_key(|(_, constraint)| match constraint.kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::Exclusion => 2,
        ConstraintKind::Check | ConstraintKind::ForeignKey { .. } => 3,
    });
    let constraints = inline.into_iter().map(|(name, it)| rendered(name, it));
    let lines: Vec<_> = columns.chain(constraints).collect();
    let body = if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
    format!("CREATE {}TABLE {name} ({body}){}", unlogged(table), tail(table))
}

/// `CREATE TABLE … PARTITION OF …`, which has what the partitioned table has.
pub(crate) fn create_partition(name: &Name, table: &Table, parent: &Name, bound: &str) -> String {
    format!("CREATE {}TABLE {name} PARTITION OF {parent} {bound}{}", unlogged(table), tail(table))
}

fn unlogged(table: &Table) -> &'static str {
    if table.unlogged { "UNLOGGED " } else { "" }
}

fn tail(table: &Table) -> String {
    let mut tail = String::new();
    if let Some(key) = &table.partition_by {
        tail.push_str(" PARTITION BY ");
        tail.push_str(key);
    }
    if !table.options.is_empty() {
        tail.push_str(" WITH (");
        tail.push_str(&table.options.join(", "));
        tail.push(')');
    }
    tail
}

/// A column as `CREATE TABLE` and `ADD COLUMN` take it.
pub(crate) fn column(column: &Column) -> String {
    let mut sql = format!("{} {}{}", quote_identifier(&column.name), column.data_type, collate(column));
    if let Some(it) = &column.generated {
        sql.push(' ');
        sql.push_str(&generated(it));
    }
    if let Some(it) = column.identity {
        sql.push(' ');
        sql.push_str(&identity(it, &column.data_type));
    }
    if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        sql.push_str(&tokens::operand(&default.sql));
    }
    if !column.nullable {
        sql.push_str(" NOT NULL");
    }
    sql
}
