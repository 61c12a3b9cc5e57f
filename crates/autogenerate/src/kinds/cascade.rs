//! What the deletion of rows does to other tables.

use std::collections::{BTreeSet, VecDeque};

use super::{planner::Planner, rename::with_old_names};
use crate::{
    plan::Cascade,
    schema::{ConstraintKind, Name, quote_identifier},
};

/// The most tables that are named.
const MOST: usize = 20;

/// The actions of a foreign key, except `NO ACTION`, which PostgreSQL does not print.
const ACTIONS: [&str; 4] = ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"];

impl Planner<'_> {
    /// What happens to other rows when some of the rows that `candidates` selects from a table are
    /// deleted, and to those that depend on them; and which of them prevent that.
    pub(super) fn cascades(&self, table: &Name, candidates: &str) -> Vec<Cascade> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut next = VecDeque::from([(table.clone(), with_old_names(self.renames, table, candidates))]);
        while let Some((table, candidates)) = next.pop_front() {
            for ForeignKey { own, name, pairs, action } in self.foreign_keys_to(&table) {
                if found.len() == MOST || !seen.insert((own, name)) {
                    continue;
                }
                let rows = format!(
                    "{own} AS child WHERE EXISTS (SELECT FROM ({candidates}) AS parent WHERE {pairs})"
                );
                let count = format!("SELECT count(*) FROM {rows}");
                let (table, constraint) = (own.clone(), name.clone());
                found.push(Cascade { table, constraint, action, count, rows: None });
                if action == "CASCADE" {
                    next.push_back((own.clone(), format!("SELECT child.* FROM {rows}")));
                }
            }
        }
        found
    }

    /// The foreign keys that reference `table`.
    fn foreign_keys_to(&self, table: &Name) -> Vec<ForeignKey<'_>> {
        let mut keys = Vec::new();
        for (own, it) in &self.from.tables {
            for (name, constraint) in it.constraints.iter().filter(|(_, it)| !it.inherited) {
                let ConstraintKind::ForeignKey { columns, references, referenced } = &constraint.kind else {
                    continue;
                };
                if references != table || !constraint.is_enforced() {
                    continue;
                }
                let is_action =
                    |action: &&str| constraint.definition.contains(&format!(" ON DELETE {action}"));
                let action = ACTIONS.into_iter().find(is_action).unwrap_or("NO ACTION");
                let pairs = columns.iter().zip(referenced).map(|(own, other)| {
                    format!("parent.{} = child.{}", quote_identifier(other), quote_identifier(own))
                });
                let pairs = pairs.collect::<Vec<_>>().join(" AND ");
                keys.push(ForeignKey { own, name, pairs, action });
            }
        }
        keys
    }
}

/// A foreign key, and what it does when rows that it references are deleted.
struct ForeignKey<'a> {
    own: &'a Name,
    name: &'a String,
    /// The condition under which `child` references `parent`.
    pairs: String,
    action: &'static str,
}
