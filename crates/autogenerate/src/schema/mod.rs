//! What a database holds, as plain data: one type for both sides of a comparison.
//!
//! Two origins fill it. [`introspect`](crate::introspect) reads the catalogs of PostgreSQL, where every type, default and expression is in
//! canonical form. [`Metadata`](crate::model::Metadata) lists what models say, as it was written; that is only good for being created in a
//! [scratch](crate::scratch) place and read back, because only like can be compared with like.

mod column;
mod constraint;
mod enumeration;
mod expression;
mod extension;
mod index;
mod name;
mod namespace;
mod object;
mod sequence;
mod table;

use std::collections::BTreeMap;

pub use self::{
    column::{Column, Generated, Identity},
    constraint::{Constraint, ConstraintKind, Key},
    enumeration::Enum,
    expression::{Expression, Uses},
    extension::Extension,
    index::Index,
    name::{Name, quote_identifier, quote_literal},
    namespace::Namespace,
    object::Object,
    sequence::{Sequence, SequenceOptions},
    table::{PartitionOf, Table},
};

/// Everything that is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Schema {
    /// PostgreSQL's schemas by name; empty where one schema is read alone, whose objects then have unqualified names.
    pub namespaces: BTreeMap<String, Namespace>,
    /// Extensions by name.
    pub extensions: BTreeMap<String, Extension>,
    /// Enumerated types.
    pub enums: BTreeMap<Name, Enum>,
    /// Sequences, but for those that belong to identity columns.
    pub sequences: BTreeMap<Name, Sequence>,
    /// Tables, partitioned tables and partitions.
    pub tables: BTreeMap<Name, Table>,
}

impl Schema {
    /// The same without what cannot be changed in place: the order of the columns in a table.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        for table in self.tables.values_mut() {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self
    }

    /// The column of a table.
    pub(crate) fn column(&self, table: &Name, column: &str) -> Option<&Column> {
        self.tables.get(table)?.column(column)
    }

    /// The table and all its partitions, at any depth.
    pub(crate) fn with_partitions(&self, table: &Name) -> Vec<Name> {
        let mut all = vec![table.clone()];
        let mut at = 0;
        while let Some(parent) = all.get(at).cloned() {
            let is_child = |(name, it): &(&Name, &Table)| it.parent() == Some(&parent) && !all.contains(name);
            let children: Vec<_> =
                self.tables.iter().filter(is_child).map(|(name, _)| name.clone()).collect();
            all.extend(children);
            at += 1;
        }
        all
    }

    /// Whether a table, a sequence, an index or a constraint has the name.
    pub(crate) fn is_relation(&self, name: &Name) -> bool {
        let has = |(table, it): (&Name, &Table)| {
            table.schema == name.schema
                && (it.indexes.contains_key(&name.name) || it.constraints.contains_key(&name.name))
        };
        self.tables.contains_key(name) || self.sequences.contains_key(name) || self.tables.iter().any(has)
    }

    /// Whether the object is there.
    pub(crate) fn contains(&self, object: &Object) -> bool {
        match object {
            Object::Namespace(name) => self.namespaces.contains_key(name),
            Object::Extension(name) => self.extensions.contains_key(name),
            Object::Enum(name) => self.enums.contains_key(name),
            Object::Value(name, value) => self.enums.get(name).is_some_and(|it| it.values.contains(value)),
            Object::Sequence(name) => self.sequences.contains_key(name),
            Object::Table(name) => self.tables.contains_key(name),
            Object::Column(table, name) => self.column(table, name).is_some(),
            Object::Constraint(table, name) => {
                self.tables.get(table).is_some_and(|it| it.constraints.contains_key(name))
            }
            Object::Index(table, name) => {
                self.tables.get(table).is_some_and(|it| it.indexes.contains_key(name))
            }
        }
    }
}
