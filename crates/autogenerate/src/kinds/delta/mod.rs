//! The effects of a plan on each object, including dependants.

mod dependants;
mod retype;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    types::needs_rebuild,
    user_type::definition::{is_alterable, narrows},
};
use crate::{
    change::{Change, Difference, Property},
    schema::{
        Column, Constraint, ConstraintKind, Name, Object, Schema, Server, SqlKind, SqlName, SqlObject, Uses,
    },
};

/// The effects of a plan on each object.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub(super) added: BTreeSet<Object>,
    pub(super) dropped: BTreeSet<Object>,
    pub(super) altered: BTreeMap<Object, BTreeSet<Property>>,
    /// Objects that are dropped and created again under the same name.
    pub(super) rebuilt: BTreeSet<Object>,
    /// Columns whose type changes; `true` if dependants have to be rebuilt for the new type.
    pub(super) retyped: BTreeMap<(Name, String), bool>,
    /// Enum types that are replaced by a new type.
    pub(super) swapped: BTreeSet<Name>,
    /// Domains, composite and range types that are rebuilt while columns have them.
    pub(super) replaced: BTreeSet<SqlName>,
}

impl Delta {
    /// `is_online` is whether tables are in use.
    pub(super) fn new((from, to): (&Schema, &Schema), changes: &[Change], is_online: bool) -> Self {
        let mut delta = Self::default();
        for change in changes {
            match &change.difference {
                Difference::Add { .. } => _ = delta.added.insert(change.object.clone()),
                Difference::Drop => _ = delta.dropped.insert(change.object.clone()),
                Difference::Rename { .. } => {}
                Difference::Alter { property, .. } => {
                    delta.altered.entry(change.object.clone()).or_default().insert(*property);
                    delta.alter((from, to), &change.object, *property, is_online);
                }
            }
        }
        delta.replace_shared_indexes(from, to);
        delta.retype_swapped(from, to);
        let mut count = usize::MAX;
        while count != delta.rebuilt.len() {
            count = delta.rebuilt.len();
            delta.add_dependants(from, to);
            delta.retype_replaced(from, to);
        }
        delta
    }

    /// Whether the plan removes the object, for good or to rebuild it.
    pub(super) fn removes(&self, object: &Object) -> bool {
        let is_gone = |object: &Object| self.dropped.contains(object) || self.rebuilt.contains(object);
        is_gone(object) || object.table().is_some_and(|table| is_gone(&Object::Table(table.clone())))
    }

    /// Whether the plan creates the object, for the first time or to rebuild it.
    pub(super) fn creates(&self, object: &Object) -> bool {
        let is_new = |object: &Object| self.added.contains(object) || self.rebuilt.contains(object);
        is_new(object) || object.table().is_some_and(|table| is_new(&Object::Table(table.clone())))
    }

    pub(super) fn alters(&self, object: &Object, property: Property) -> bool {
        self.altered.get(object).is_some_and(|properties| properties.contains(&property))
    }

    fn alter(
        &mut self,
        (from, to): (&Schema, &Schema),
        object: &Object,
        property: Property,
        is_online: bool,
    ) {
        match (object, property) {
            (Object::Enum(name), Property::Values) => _ = self.swapped.insert(name.clone()),
            (Object::Table(name), Property::PartitionKey) => self.rebuild_table(from, name),
            (Object::Column(table, column), Property::Type | Property::Collation) => {
                let both = (from.column(table, column), to.column(table, column));
                let needs_rebuild = matches!(both, (Some(a), Some(b)) if needs_rebuild(a, b));
                self.retype(from, table, column, needs_rebuild);
            }
            (Object::Column(table, column), Property::Generated)
                if !is_generated_in_place(from, to, table, column) =>
            {
                self.rebuilt.insert(object.clone());
            }
            (Object::Constraint(table, name), Property::Validity) => {
                let is = to.tables.get(table).and_then(|table| table.constraints.get(name));
                let was = from.tables.get(table).and_then(|table| table.constraints.get(name));
                let is_partial = |it: Option<&Constraint>| it.is_some_and(|it| it.only);
                if is.is_some_and(|constraint| !constraint.validated) || is_partial(was) || is_partial(is) {
                    self.rebuilt.insert(object.clone());
                }
            }
            (Object::Constraint(table, name), Property::Definition) => {
                let find = |schema: &Schema| schema.tables.get(table)?.constraints.get(name).cloned();
                let is_altered = |(was, is): (_, _)| is_altered_in_place(&was, &is, from.server, is_online);
                if !find(from).zip(find(to)).is_some_and(is_altered) {
                    self.rebuilt.insert(object.clone());
                }
            }
            (Object::Index(..), Property::Definition | Property::Validity) => {
                self.rebuilt.insert(object.clone());
            }
            (Object::Sql(name), Property::Definition) => {
                let both = (from.sql_objects.get(name), to.sql_objects.get(name));
                let is_replaceable = |(was, is): (&SqlObject, &SqlObject)| {
                    if name.kind.is_described() {
                        is_alterable(name.kind, was, is)
                            && !(narrows(was, is) && is_within_values(from, object))
                    } else {
                        was.is_replaceable_by(is, name.kind)
                    }
                };
                if !both.0.zip(both.1).is_some_and(is_replaceable) {
                    self.rebuilt.insert(object.clone());
                }
            }
            _ => {}
        }
    }

    /// Rebuilds the indexes of partitioned tables under which a partition gets or loses a key:
    /// PostgreSQL allows one index a partition, and keeps it.
    fn replace_shared_indexes(&mut self, from: &Schema, to: &Schema) {
        let mut found = Vec::new();
        for (name, was) in &from.tables {
            let Some(is) = to.tables.get(name) else { continue };
            let Some(parent) = was.parent().filter(|parent| is.parent() == Some(*parent)) else { continue };
            let changed = was.constraints.iter().chain(&is.constraints).filter(|(key, it)| {
                let object = Object::constraint(name, *key);
                !it.inherited && (self.added.contains(&object) || self.dropped.contains(&object))
            });
            // An index that is part of another one cannot leave it, but only be dropped with it.
            for (index, it) in was.indexes.iter().filter(|(_, it)| it.part_of.is_some()) {
                if is.indexes.get(index).is_some_and(|it| it.part_of.is_none()) {
                    found.push(Object::index(name, index));
                    found.extend(it.part_of.iter().map(|of| Object::index(parent, &of.name)));
                }
            }
            for of in changed.filter_map(|(_, it)| it.part_of.as_ref()) {
                let has_index = |schema: &Schema| {
                    schema.tables.get(parent).is_some_and(|it| it.indexes.contains_key(&of.name))
                };
                if has_index(from) && has_index(to) {
                    found.push(Object::index(parent, &of.name));
                }
            }
        }
        found.retain(|object| from.contains(object) && to.contains(object));
        self.rebuilt.extend(found);
    }

    fn is_gone(&self, table: &Name, column: &str) -> bool {
        self.removes(&Object::column(table, column))
    }

    /// Whether the type of a column changes.
    pub(super) fn is_retyped(&self, table: &Name, column: &str) -> bool {
        self.retyped.contains_key(&(table.clone(), column.to_owned()))
    }

    /// Whether the type of a column changes and its dependants have to be rebuilt.
    pub(super) fn needs_rebuild(&self, table: &Name, column: &str) -> bool {
        self.retyped.get(&(table.clone(), column.to_owned())).copied().unwrap_or_default()
    }

    /// Whether the columns and types of an index do not change, so that its replacement can be
    /// built while the old one is in use.
    pub(super) fn leaves_alone(&self, table: &Name, uses: &Uses) -> bool {
        let touched = |column: &String| self.is_gone(table, column) || self.is_retyped(table, column);
        !uses.columns.iter().any(touched) && !self.breaks_uses(uses)
    }
}

/// Whether a domain is the type of the elements of arrays, or of attributes. Then PostgreSQL
/// cannot check the values that exist.
fn is_within_values(schema: &Schema, domain: &Object) -> bool {
    let is_element = |column: &Column| column.data_type.ends_with("[]") && column.type_uses.contains(domain);
    let is_attribute =
        |(name, it): (&SqlName, &SqlObject)| name.kind == SqlKind::CompositeType && it.uses.contains(domain);
    schema.tables.values().flat_map(|table| &table.columns).any(is_element)
        || schema.sql_objects.iter().any(is_attribute)
}

/// Whether a stored generated column keeps its values as a plain one, or can be computed otherwise
/// in place.
fn is_generated_in_place(from: &Schema, to: &Schema, table: &Name, column: &str) -> bool {
    let is_stored = |it: &Column| it.generated.as_ref().is_some_and(|generated| generated.stored);
    let both = from.column(table, column).zip(to.column(table, column));
    both.is_some_and(|(was, is)| {
        let is_same = (&was.data_type, &was.collation) == (&is.data_type, &is.collation);
        let is_replaceable = from.server.version >= 17 && is_stored(is) && is_same;
        is_stored(was) && (is.generated.is_none() || is_replaceable)
    })
}

/// Whether two foreign keys differ only in what can be altered in place: their deferrability, and
/// since PostgreSQL 18 whether they are enforced. Online, a key that begins to be enforced is
/// rebuilt, because altering it blocks reads while it looks at all rows.
fn is_altered_in_place(was: &Constraint, is: &Constraint, server: Server, is_online: bool) -> bool {
    let is_foreign_key =
        |it: &Constraint| matches!(it.kind, ConstraintKind::ForeignKey { .. }) && !it.inherited;
    let is_same = was.split_attributes().0 == is.split_attributes().0;
    let stays = was.is_enforced() == is.is_enforced();
    let is_alterable = stays || server.version >= 18 && !(is.is_enforced() && is_online);
    is_foreign_key(was) && is_foreign_key(is) && is_same && is_alterable
}
