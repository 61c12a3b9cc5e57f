//! The work that statements have with the rows of tables.

use super::given::parts;
use crate::{
    kinds::planner::Planner,
    schema::{Constraint, ConstraintKind, Name, Object},
};

impl Planner<'_> {
    /// Whether the table exists and can have rows: a partitioned table only has those of partitions
    /// that stay.
    pub(in crate::kinds) fn holds_rows(&self, table: &Name) -> bool {
        self.existing_table(table).is_some_and(|it| {
            it.partition_by.is_none() || self.partitions(table).any(|partition| self.holds_rows(partition))
        })
    }

    /// The partitions of a table that stay.
    fn partitions<'s>(&'s self, table: &'s Name) -> impl Iterator<Item = &'s Name> {
        let partitions = self.from.tables.iter().filter(move |(_, it)| it.parent() == Some(table));
        partitions.map(|(name, _)| name).filter(|name| !self.delta.removes(&Object::Table((*name).clone())))
    }

    /// Whether an index or key of the table is built for existing rows, rather than taken from all
    /// of its partitions.
    pub(in crate::kinds) fn builds(&self, table: &Name, name: &str, only: bool) -> bool {
        if self.to.tables.get(table).is_none_or(|it| it.partition_by.is_none()) {
            return self.existing_table(table).is_some();
        }
        let (of, taken) = (table.sibling(name), self.parts_before(table, name, only));
        let has_part = |partition: &Name| {
            let parts = self.to.tables.get(partition).map(|it| parts(partition, it)).unwrap_or_default();
            parts.into_iter().any(|(object, part_of, _)| {
                *part_of == of && self.is_loose(&object) && !self.delta.creates(&object)
            })
        };
        let is_taken = |partition: &Name| {
            taken.iter().any(|object| object.table() == Some(partition)) || has_part(partition)
        };
        self.partitions(table).any(|partition| !is_taken(partition) && self.holds_rows(partition))
    }

    /// Whether adding the constraint looks at existing rows.
    pub(in crate::kinds) fn looks_at_rows(&self, table: &Name, name: &str, it: &Constraint) -> bool {
        match it.kind {
            _ if !it.validated || !it.is_enforced() => false,
            ConstraintKind::ForeignKey { .. } => self.holds_rows(table),
            ConstraintKind::Check => self.lacks_check(table, name, it),
            _ => self.builds(table, name, it.only),
        }
    }

    /// Whether rows of the table are not known to satisfy the check.
    fn lacks_check(&self, table: &Name, name: &str, it: &Constraint) -> bool {
        let Some(was) = self.existing_table(table) else { return false };
        let is_it = |own: &Constraint| {
            !own.inherited && own.validated && own.is_enforced() && own.definition == it.definition
        };
        if was.constraints.get(name).is_some_and(is_it)
            && !self.delta.removes(&Object::constraint(table, name))
        {
            return false;
        }
        was.partition_by.is_none()
            || self.partitions(table).any(|partition| self.lacks_check(partition, name, it))
    }
}
