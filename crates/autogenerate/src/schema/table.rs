//! Tables, partitioned tables and partitions.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    column::Column,
    constraint::{Constraint, ConstraintKind, Key},
    expression::Uses,
    index::Index,
    name::Name,
    object::Object,
    owner::Owner,
};

/// A table, a partitioned table or a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Table {
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Constraints by name, except `NOT NULL`, which is a property of the column.
    pub constraints: BTreeMap<String, Constraint>,
    /// Indexes by name, except those that belong to constraints.
    pub indexes: BTreeMap<String, Index>,
    /// What follows `PARTITION BY`, such as `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// The table that it is a partition of.
    pub partition_of: Option<PartitionOf>,
    /// The tables that it inherits from other than as a partition (`INHERITS`), in order.
    pub inherits: Vec<Name>,
    /// Whether it is unlogged: its writes bypass the write-ahead log.
    pub unlogged: bool,
    /// Storage parameters such as `fillfactor=70`, sorted.
    pub options: Vec<String>,
    /// Its owner.
    pub owner: Owner,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}

impl Table {
    /// Finds a column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The partitioned table that it is a partition of.
    pub(crate) fn parent(&self) -> Option<&Name> {
        self.partition_of.as_ref().map(|of| &of.parent)
    }

    /// The tables that it inherits from, as a partition or otherwise.
    pub(crate) fn parents(&self) -> impl Iterator<Item = &Name> {
        self.parent().into_iter().chain(&self.inherits)
    }

    /// The primary key.
    pub(crate) fn primary_key(&self) -> Option<&Key> {
        self.constraints.values().find_map(|it| match &it.kind {
            ConstraintKind::PrimaryKey(key) => Some(key),
            _ => None,
        })
    }

    /// Constraints and indexes that make these columns unique, in any order. A foreign key depends
    /// on one of them. `name` is the name of this table.
    pub(crate) fn keys(&self, name: &Name, columns: &[String]) -> Vec<Object> {
        let is_key =
            |key: &[String]| key.len() == columns.len() && columns.iter().all(|column| key.contains(column));
        let constraints = self
            .constraints
            .iter()
            .filter(|(_, it)| it.kind.key().is_some_and(|key| is_key(&key.columns)))
            .map(|(constraint, _)| Object::Constraint(name.clone(), constraint.clone()));
        // Only the columns that an index uses are known, not its key. A false match merely adds a
        // dependency.
        let is_unique =
            |it: &Index| it.unique && columns.iter().all(|column| it.uses.columns.contains(column));
        let indexes = self
            .indexes
            .iter()
            .filter(|(_, it)| is_unique(it))
            .map(|(index, _)| Object::Index(name.clone(), index.clone()));
        constraints.chain(indexes).collect()
    }

    /// The columns that a key on `columns` has in `INCLUDE`. PostgreSQL rebuilds the key when their
    /// type changes, which it cannot while a foreign key depends on it.
    pub(crate) fn included(&self, columns: &[String]) -> BTreeSet<String> {
        let is_key = |key: &Key| {
            key.columns.len() == columns.len() && columns.iter().all(|it| key.columns.contains(it))
        };
        let keys = self.constraints.values().filter(|it| it.kind.key().is_some_and(is_key));
        let mut uses: Vec<_> = keys.map(|it| &it.uses).collect();
        if uses.is_empty() {
            let is_unique =
                |it: &&Index| it.unique && columns.iter().all(|column| it.uses.columns.contains(column));
            uses.extend(self.indexes.values().filter(is_unique).map(|it| &it.uses));
        }
        let used = uses.into_iter().flat_map(|uses| &uses.columns);
        used.filter(|column| !columns.contains(column)).cloned().collect()
    }

    /// The constraint of this table that a constraint of a table below it is inherited from.
    pub(crate) fn source(&self, name: &str, inherited: &Constraint) -> Option<(&String, &Constraint)> {
        let is_same = |it: &Constraint| match (&it.kind, &inherited.kind) {
            (ConstraintKind::PrimaryKey(one), ConstraintKind::PrimaryKey(other))
            | (ConstraintKind::Unique(one), ConstraintKind::Unique(other)) => one.columns == other.columns,
            (ConstraintKind::Exclusion, ConstraintKind::Exclusion) => it.definition == inherited.definition,
            (ConstraintKind::ForeignKey { .. }, other) => it.kind == *other,
            _ => false,
        };
        match inherited.kind {
            ConstraintKind::Check => self.constraints.get_key_value(name),
            _ => self.constraints.iter().find(|(_, it)| is_same(it)),
        }
    }

    /// Whether some partitions lack this index or key.
    pub(crate) fn is_partial(&self, index: &str) -> bool {
        self.indexes.get(index).is_some_and(|it| it.only)
            || self.constraints.get(index).is_some_and(|it| it.only)
    }

    /// Each definition with its references, to rename what they mention.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = (&mut String, &mut Uses)> {
        let columns = self.columns.iter_mut().flat_map(Column::texts);
        let constraints = self.constraints.values_mut().map(|it| (&mut it.definition, &mut it.uses));
        let indexes = self.indexes.values_mut().map(|it| (&mut it.definition, &mut it.uses));
        columns.chain(constraints).chain(indexes)
    }
}

/// The parent and the bound of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Name,
    /// `FOR VALUES …` or `DEFAULT`.
    pub bound: String,
}
