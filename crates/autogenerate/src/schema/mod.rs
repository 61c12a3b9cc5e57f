//! The objects of a database as plain data, with one type for both sides of a comparison.
//!
//! A schema has one of two origins. [`introspect`](crate::introspect) reads it from the PostgreSQL
//! catalogs, where every type, default and expression is in canonical form.
//! [`Metadata`](crate::model::Metadata) lists the models, whose definitions are as written. They
//! cannot be compared directly: they are first created in a [scratch](crate::scratch) schema and
//! read back.

mod column;
mod constraint;
mod enumeration;
mod expression;
mod extension;
mod index;
mod name;
mod namespace;
mod not_null;
mod object;
mod owner;
mod sequence;
mod server;
mod sql_name;
mod sql_object;
mod table;

use std::collections::BTreeMap;

pub(crate) use self::name::{LONGEST, object_name, truncate};

pub use self::{
    column::{Column, Generated, Identity},
    constraint::{Constraint, ConstraintKind, Key},
    enumeration::Enum,
    expression::{Expression, Uses},
    extension::Extension,
    index::Index,
    name::{Name, quote_identifier, quote_literal},
    namespace::Namespace,
    not_null::NotNull,
    object::Object,
    owner::Owner,
    sequence::{Sequence, SequenceOptions},
    server::Server,
    sql_name::{SqlKind, SqlName},
    sql_object::SqlObject,
    table::{PartitionOf, Table},
};

/// All objects that are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Schema {
    /// PostgreSQL schemas by name; empty if a single schema is read, whose objects then have
    /// unqualified names.
    pub namespaces: BTreeMap<String, Namespace>,
    /// Extensions by name.
    pub extensions: BTreeMap<String, Extension>,
    /// Enum types.
    pub enums: BTreeMap<Name, Enum>,
    /// Sequences, except those of identity columns.
    pub sequences: BTreeMap<Name, Sequence>,
    /// Tables, partitioned tables and partitions.
    pub tables: BTreeMap<Name, Table>,
    /// Objects that are defined by a text of SQL, such as views, and settings of tables.
    pub sql_objects: BTreeMap<SqlName, SqlObject>,
    /// The server that it was read from.
    pub server: Server,
}

impl Schema {
    /// Sorts the columns of each table, because their order cannot be changed in place.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        for table in self.tables.values_mut() {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self
    }

    /// Finds a column of a table.
    pub(crate) fn column(&self, table: &Name, column: &str) -> Option<&Column> {
        self.tables.get(table)?.column(column)
    }

    /// Whether a table above has the column too.
    pub(crate) fn inherits_column(&self, table: &Name, column: &str) -> bool {
        let mut parents = self.tables.get(table).into_iter().flat_map(Table::parents);
        parents.any(|parent| self.column(parent, column).is_some())
    }

    /// The constraint that an inherited constraint comes from, and its table.
    pub(crate) fn source<'a>(
        &'a self,
        table: &Name,
        name: &str,
        it: &Constraint,
    ) -> Option<(&'a Name, &'a String, &'a Constraint)> {
        self.tables.get(table)?.parents().find_map(|parent| {
            let (source, of) = self.tables.get(parent)?.source(name, it)?;
            Some((parent, source, of))
        })
    }

    /// The table and its partitions at every level.
    pub(crate) fn with_partitions(&self, table: &Name) -> Vec<Name> {
        self.tree(table, |it, parent| it.parent() == Some(parent))
    }

    /// The table and those that inherit from it at every level, as partitions or otherwise.
    pub(crate) fn with_descendants(&self, table: &Name) -> Vec<Name> {
        self.tree(table, |it, parent| it.parents().any(|it| it == parent))
    }

    /// The table and those above it that it inherits from.
    pub(crate) fn with_ancestors(&self, table: &Name) -> Vec<Name> {
        let mut all = vec![table.clone()];
        let mut at = 0;
        while let Some(child) = all.get(at) {
            let parents: Vec<_> =
                self.tables.get(child).into_iter().flat_map(Table::parents).cloned().collect();
            all.extend(parents.into_iter().filter(|name| !all.contains(name)).collect::<Vec<_>>());
            at += 1;
        }
        all
    }

    fn tree(&self, table: &Name, is_child: impl Fn(&Table, &Name) -> bool) -> Vec<Name> {
        let mut all = vec![table.clone()];
        let mut at = 0;
        while let Some(parent) = all.get(at).cloned() {
            let children =
                self.tables.iter().filter(|(name, it)| is_child(it, &parent) && !all.contains(name));
            let children: Vec<_> = children.map(|(name, _)| name.clone()).collect();
            all.extend(children);
            at += 1;
        }
        all
    }

    /// Whether a table, sequence, index or constraint has this name.
    pub(crate) fn is_relation(&self, name: &Name) -> bool {
        let has = |(table, it): (&Name, &Table)| {
            table.schema == name.schema
                && (it.indexes.contains_key(&name.name) || it.constraints.contains_key(&name.name))
        };
        self.tables.contains_key(name) || self.sequences.contains_key(name) || self.tables.iter().any(has)
    }

    /// Removes a table with its partitions and sequences, or another object that stands by itself.
    pub(crate) fn remove(&mut self, object: &Object) {
        match object {
            Object::Namespace(name) => drop(self.namespaces.remove(name)),
            Object::Extension(name) => drop(self.extensions.remove(name)),
            Object::Enum(name) => drop(self.enums.remove(name)),
            Object::Sequence(name) => drop(self.sequences.remove(name)),
            Object::Sql(name) => {
                self.sql_objects.remove(name);
                self.sql_objects.retain(|name, it| !name.kind.is_setting() || !it.uses.contains(object));
            }
            Object::Table(name) => {
                let tables = self.with_partitions(name);
                self.tables.retain(|name, _| !tables.contains(name));
                let is_owned = |owner: &Option<(Name, String)>| {
                    owner.as_ref().is_some_and(|(table, _)| tables.contains(table))
                };
                self.sequences.retain(|_, it| !is_owned(&it.owned_by));
            }
            _ => {}
        }
    }

    /// The owner of the object, if it can be recreated as a whole.
    pub(crate) fn owner(&self, object: &Object) -> Option<Owner> {
        match object {
            Object::Table(name) => self.tables.get(name).map(|it| it.owner),
            Object::Enum(name) => self.enums.get(name).map(|it| it.owner),
            Object::Sql(name) => self.sql_objects.get(name).map(|it| it.owner),
            _ => None,
        }
    }

    /// Copies from `of` which objects belong to other roles. On scratch, the current user owns
    /// everything.
    pub(crate) fn adopt_owners(&mut self, of: &Self) {
        for (name, it) in &mut self.tables {
            it.owner.is_others |= of.tables.get(name).is_some_and(|it| it.owner.is_others);
        }
        for (name, it) in &mut self.enums {
            it.owner.is_others |= of.enums.get(name).is_some_and(|it| it.owner.is_others);
        }
        for (name, it) in &mut self.sql_objects {
            it.owner.is_others |= of.sql_objects.get(name).is_some_and(|it| it.owner.is_others);
        }
    }

    /// Whether the object exists.
    pub(crate) fn contains(&self, object: &Object) -> bool {
        match object {
            Object::Namespace(name) => self.namespaces.contains_key(name),
            Object::Extension(name) => self.extensions.contains_key(name),
            Object::Enum(name) => self.enums.contains_key(name),
            Object::Value(name, value) => self.enums.get(name).is_some_and(|it| it.values.contains(value)),
            Object::Sequence(name) => self.sequences.contains_key(name),
            Object::Sql(name) => self.sql_objects.contains_key(name),
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
