//! The SQL of `CREATE TABLE`.

use std::collections::BTreeMap;

use crate::{
    kinds::{column, constraint},
    schema::{Column, Constraint, ConstraintKind, Name, Table},
};

/// Whether a constraint can be part of `CREATE TABLE`, which ignores `NOT VALID`. Foreign keys are
/// added once all tables exist. A table that becomes a partition needs the checks that it would
/// inherit.
pub(super) fn is_inline(constraint: &Constraint, becomes_partition: bool) -> bool {
    let is_check = constraint.kind == ConstraintKind::Check;
    constraint.validated
        && (!constraint.inherited || constraint.also_own || becomes_partition && is_check)
        && !matches!(constraint.kind, ConstraintKind::ForeignKey { .. })
}

/// `CREATE TABLE …` with all constraints that can be part of it.
pub(super) fn create(name: &Name, table: &Table, constraints: &BTreeMap<&String, &Constraint>) -> String {
    let own = table.columns.iter().filter(|column| !column.inherited);
    let columns = own.map(|column| {
        // Since PostgreSQL 17, a partition gets the identity of its table when it is attached.
        let shares = table.partition_of.is_some() && column.identity.is_some_and(|it| it.options.is_none());
        let identity = column.identity.filter(|_| !shares);
        column::definition(name, &Column { identity, ..column.clone() })
    });
    let mut inline: Vec<_> = constraints.iter().collect();
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
    if !table.inherits.is_empty() {
        let parents: Vec<_> = table.inherits.iter().map(ToString::to_string).collect();
        tail.extend([" INHERITS (", &parents.join(", "), ")"]);
    }
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
