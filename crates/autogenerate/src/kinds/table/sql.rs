//! The SQL of `CREATE TABLE`.

use crate::{
    kinds::{column, constraint},
    schema::{Constraint, ConstraintKind, Name, Table},
};

/// Whether a constraint can be part of `CREATE TABLE`, which ignores `NOT VALID`. Foreign keys are
/// added once all tables exist.
pub(super) fn is_inline(constraint: &Constraint) -> bool {
    constraint.validated
        && !constraint.inherited
        && !matches!(constraint.kind, ConstraintKind::ForeignKey { .. })
}

/// `CREATE TABLE …` with all constraints that can be part of it.
pub(super) fn create(name: &Name, table: &Table) -> String {
    let columns = table.columns.iter().map(column::definition);
    let mut inline: Vec<_> =
        table.constraints.iter().filter(|(_, constraint)| is_inline(constraint)).collect();
    inline.sort_by_key(|(_, constraint)| match constraint.kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::Exclusion => 2,
        ConstraintKind::Check | ConstraintKind::ForeignKey { .. } => 3,
    });
    let constraints = inline.into_iter().map(|(name, it)| constraint::definition(name, it));
    let lines: Vec<_> = columns.chain(constraints).collect();
    let body = if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
    format!("CREATE {}TABLE {name} ({body}){}", unlogged(table), tail(table))
}

/// `CREATE TABLE … PARTITION OF …`, which takes the columns from the partitioned table.
pub(super) fn create_partition(name: &Name, table: &Table, parent: &Name, bound: &str) -> String {
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
