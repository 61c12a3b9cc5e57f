//! Tables, partitioned tables and partitions.

use std::collections::BTreeMap;

use super::{
    column::Column,
    constraint::{Constraint, ConstraintKind, Key},
    expression::Uses,
    index::Index,
    name::Name,
    object::Object,
};

/// A table, a partitioned table or a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Table {
    /// Columns in their order.
    pub columns: Vec<Column>,
    /// Constraints by name, but for `NOT NULL`, which is a column's.
    pub constraints: BTreeMap<String, Constraint>,
    /// Indexes by name, but for those that belong to constraints.
    pub indexes: BTreeMap<String, Index>,
    /// What stands behind `PARTITION BY`, such as `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// The table that it is a partition of.
    pub partition_of: Option<PartitionOf>,
    /// Whether its writes bypass the write-ahead log.
    pub unlogged: bool,
    /// Storage parameters such as `fillfactor=70`, sorted.
    pub options: Vec<String>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The partitioned table that it is a partition of.
    pub(crate) fn parent(&self) -> Option<&Name> {
        self.partition_of.as_ref().map(|of| &of.parent)
    }

    /// The columns of the primary key.
    pub(crate) fn primary_key(&self) -> Option<&Key> {
        self.constraints.values().find_map(|it| match &it.kind {
            ConstraintKind::PrimaryKey(key) => Some(key),
            _ => None,
        })
    }

    /// Constraints and indexes that make these columns unique, in any order: a foreign key depends on one of them.
    /// `name` is the table's own.
    pub(crate) fn keys(&self, name: &Name, columns: &[String]) -> Vec<Object> {
        let is_key =
            |key: &[String]| key.len() == columns.len() && columns.iter().all(|column| key.contains(column));
        let constraints = self
            .constraints
            .iter()
            .filter(|(_, it)| it.kind.key().is_some_and(|key| is_key(&key.columns)))
            .map(|(constraint, _)| Object::Constraint(name.clone(), constraint.clone()));
        // An index does not name its columns; one too many here only says that it comes first.
        let is_unique =
            |it: &Index| it.unique && columns.iter().all(|column| it.uses.columns.contains(column));
        let indexes = self
            .indexes
            .iter()
            .filter(|(_, it)| is_unique(it))
            .map(|(index, _)| Object::Index(name.clone(), index.clone()));
        constraints.chain(indexes).collect()
    }

    /// Each definition, and what it refers to, to be renamed.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = (&mut String, &mut Uses)> {
        let columns = self.columns.iter_mut().flat_map(Column::texts);
        let constraints = self.constraints.values_mut().map(|it| (&mut it.definition, &mut it.uses));
        let indexes = self.indexes.values_mut().map(|it| (&mut it.definition, &mut it.uses));
        columns.chain(constraints).chain(indexes)
    }
}

/// Where a partition belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Name,
    /// `FOR VALUES …` or `DEFAULT`.
    pub bound: String,
}
