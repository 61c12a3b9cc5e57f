//! The effects of a plan on each object, including dependants.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    types::needs_rebuild,
    user_type::definition::{is_alterable, narrows},
};
use crate::{
    change::{Change, Difference, Property},
    render::tokens::{Token, tokens},
    schema::{
        Column, Constraint, ConstraintKind, Index, Name, Object, Schema, SqlKind, SqlName, SqlObject, Table,
        Uses, quote_identifier,
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
    pub(super) fn new(from: &Schema, to: &Schema, changes: &[Change]) -> Self {
        let mut delta = Self::default();
        for change in changes {
            match &change.difference {
                Difference::Add { .. } => _ = delta.added.insert(change.object.clone()),
                Difference::Drop => _ = delta.dropped.insert(change.object.clone()),
                Difference::Rename { .. } => {}
                Difference::Alter { property, .. } => {
                    delta.altered.entry(change.object.clone()).or_default().insert(*property);
                    delta.alter(from, to, &change.object, *property);
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

    fn alter(&mut self, from: &Schema, to: &Schema, object: &Object, property: Property) {
        match (object, property) {
            (Object::Enum(name), Property::Values) => _ = self.swapped.insert(name.clone()),
            (Object::Table(name), Property::PartitionKey) => self.rebuild_table(from, name),
            (Object::Column(table, column), Property::Type | Property::Collation) => {
                let both = (from.column(table, column), to.column(table, column));
                let needs_rebuild = matches!(both, (Some(a), Some(b)) if needs_rebuild(a, b));
                self.retype(from, table, column, needs_rebuild);
            }
            (Object::Column(table, column), Property::Generated) => {
                let was = from.column(table, column).and_then(|column| column.generated.as_ref());
                let is = to.column(table, column).and_then(|column| column.generated.as_ref());
                if is.is_some() || was.is_some_and(|was| !was.stored) {
                    self.rebuilt.insert(object.clone());
                }
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
                let (was, is) = (find(from), find(to));
                if !was.zip(is).is_some_and(|(was, is)| is_deferred_otherwise(&was, &is)) {
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

    fn rebuild_table(&mut self, from: &Schema, name: &Name) {
        self.rebuilt.extend(from.with_partitions(name).into_iter().map(Object::Table));
        self.rebuilt.retain(|object| !self.dropped.contains(object));
    }

    fn retype(&mut self, from: &Schema, table: &Name, column: &str, needs_rebuild: bool) {
        let key = quote_identifier(column);
        let is_key = |token: &Token<'_>| token.text() == key;
        let partition_by = from.tables.get(table).and_then(|table| table.partition_by.as_ref());
        if partition_by.is_some_and(|by| tokens(by).iter().any(is_key)) {
            return self.rebuild_table(from, table);
        }
        for table in from.with_descendants(table) {
            let rebuild = self.retyped.entry((table, column.to_owned())).or_default();
            *rebuild = *rebuild || needs_rebuild;
        }
    }

    /// Changes the type of the columns whose enum type is replaced.
    fn retype_swapped(&mut self, from: &Schema, to: &Schema) {
        for (name, table) in &from.tables {
            for column in &table.columns {
                let is = to.column(name, &column.name);
                let swapped = column.enum_type.as_ref().filter(|name| self.swapped.contains(*name));
                if swapped.is_some() && is.is_some_and(|is| is.enum_type.as_ref() == swapped) {
                    self.retype(from, name, &column.name, true);
                    // An inherited column changes with that of the table above.
                    if !from.inherits_column(name, &column.name) {
                        let object = Object::column(name, &column.name);
                        self.altered.entry(object).or_default().insert(Property::Type);
                    }
                }
            }
        }
    }

    /// Changes the type of the columns whose type, other than an enum, is replaced.
    fn retype_replaced(&mut self, from: &Schema, to: &Schema) {
        for (name, table) in &from.tables {
            for column in &table.columns {
                let Some(is) = to.column(name, &column.name) else { continue };
                let object = Object::column(name, &column.name);
                if self.removes(&object) {
                    continue;
                }
                for used in column.type_uses.intersection(&is.type_uses) {
                    let Object::Sql(used_type) = used else { continue };
                    if !used_type.kind.is_type() || !self.rebuilt.contains(used) {
                        continue;
                    }
                    self.replace(from, used_type);
                    self.retype(from, name, &column.name, true);
                    if !from.inherits_column(name, &column.name) {
                        self.altered.entry(object.clone()).or_default().insert(Property::Type);
                    }
                }
            }
        }
    }

    /// Replaces a type, with those of its parts that are rebuilt: the old one has them until it is
    /// dropped.
    fn replace(&mut self, from: &Schema, name: &SqlName) {
        if !self.replaced.insert(name.clone()) {
            return;
        }
        for used in from.sql_objects.get(name).into_iter().flat_map(|it| &it.uses) {
            if let Object::Sql(part) = used
                && part.kind.is_type()
                && self.rebuilt.contains(used)
            {
                self.replace(from, part);
            }
        }
    }

    /// Adds the dependants of everything that is rebuilt or changes its type.
    fn add_dependants(&mut self, from: &Schema, to: &Schema) {
        for (name, was) in &from.sql_objects {
            if to.sql_objects.contains_key(name) && self.breaks_sql_object(name, was) {
                self.rebuilt.insert(Object::Sql(name.clone()));
            }
        }
        for (name, was) in &from.tables {
            let Some(is) = to.tables.get(name) else { continue };
            if self.removes(&Object::Table(name.clone())) {
                continue;
            }
            let mut found = Vec::new();
            for column in is.columns.iter().filter(|column| column.generated.is_some()) {
                if was.column(&column.name).is_some_and(|was| self.breaks_generated(name, was)) {
                    found.push(Object::column(name, &column.name));
                }
            }
            for (constraint, it) in
                was.constraints.iter().filter(|(key, it)| is.constraints.contains_key(*key) && !it.inherited)
            {
                let of = was.parent().zip(it.part_of.as_ref());
                let is_own = is.constraints.get(constraint).is_some_and(|is| !is.inherited);
                let loses_index =
                    of.is_some_and(|(parent, of)| self.removes(&Object::index(parent, &of.name)));
                if is_own && loses_index || self.breaks_constraint(from, name, it) {
                    found.push(Object::constraint(name, constraint));
                }
            }
            for (index, it) in
                was.indexes.iter().filter(|(key, it)| is.indexes.contains_key(*key) && it.part_of.is_none())
            {
                if self.breaks_index(name, it) {
                    found.push(Object::index(name, index));
                }
            }
            found.extend(self.separate_parts(name, was, is, to));
            found.extend(self.renamed_by_retype(name, was, to));
            self.rebuilt.extend(found);
        }
    }

    /// The indexes and keys of a partition that are created by themselves when those that they are
    /// part of are rebuilt.
    fn separate_parts(&self, name: &Name, was: &Table, is: &Table, to: &Schema) -> Vec<Object> {
        let Some(parent) = is.parent().and_then(|parent| to.tables.get_key_value(parent)) else {
            return Vec::new();
        };
        let is_separate = |of: Option<&Name>, is_named: bool| {
            of.is_some_and(|of| {
                let rebuilt = [Object::index(parent.0, &of.name), Object::constraint(parent.0, &of.name)];
                let is_rebuilt = rebuilt.iter().any(|object| self.rebuilt.contains(object));
                is_rebuilt && (is_named || parent.1.is_partial(&of.name))
            })
        };
        let indexes = is.indexes.iter().filter(|(key, it)| {
            was.indexes.contains_key(*key) && is_separate(it.part_of.as_ref(), it.is_named)
        });
        let keys = is.constraints.iter().filter(|(key, it)| {
            was.constraints.contains_key(*key) && is_separate(it.part_of.as_ref(), it.is_named)
        });
        let indexes = indexes.map(|(index, _)| Object::index(name, index));
        indexes.chain(keys.map(|(key, _)| Object::constraint(name, key))).collect()
    }

    /// The indexes and keys of a partitioned table that PostgreSQL would build again when it changes
    /// the type of a column, with other names for those parts that have names of their own.
    fn renamed_by_retype(&self, name: &Name, was: &Table, to: &Schema) -> Vec<Object> {
        let is_retyped = |uses: &Uses| uses.columns.iter().any(|column| self.is_retyped(name, column));
        let is_of = |part_of: Option<&Name>, of: &str| part_of.is_some_and(|it| it.name == of);
        let has_named_part = |of: &str| {
            let mut partitions = to.tables.values().filter(|it| it.parent() == Some(name));
            partitions.any(|it| {
                it.indexes.values().any(|it| it.is_named && is_of(it.part_of.as_ref(), of))
                    || it.constraints.values().any(|it| it.is_named && is_of(it.part_of.as_ref(), of))
            })
        };
        let indexes = was.indexes.iter().filter(|(_, it)| it.part_of.is_none() && is_retyped(&it.uses));
        let indexes = indexes.map(|(index, _)| (index, Object::index(name, index)));
        let keys = was
            .constraints
            .iter()
            .filter(|(_, it)| it.kind.has_index() && !it.inherited && is_retyped(&it.uses));
        let keys = keys.map(|(key, _)| (key, Object::constraint(name, key)));
        let is_built_again = |(of, object): &(&String, Object)| {
            was.partition_by.is_some() && to.contains(object) && has_named_part(of)
        };
        indexes.chain(keys).filter(is_built_again).map(|(_, object)| object).collect()
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

    /// Whether the plan replaces a type or removes another object that these references mention.
    fn breaks_uses(&self, uses: &Uses) -> bool {
        uses.enums.iter().any(|name| self.swapped.contains(name))
            || uses.others.iter().any(|object| self.removes(object))
    }

    /// Whether PostgreSQL rejects a change because of the object, so that it is dropped before and
    /// created again.
    fn breaks_sql_object(&self, name: &SqlName, it: &SqlObject) -> bool {
        let loses_grants = |above: SqlName| {
            self.dropped.contains(&Object::Sql(above.clone())) || self.rebuilt.contains(&Object::Sql(above))
        };
        name.table_privileges().is_some_and(loses_grants)
            || it.uses.iter().any(|object| {
                self.removes(object)
                    || match object {
                        Object::Column(table, column) => {
                            !name.kind.is_setting() && self.is_retyped(table, column)
                        }
                        Object::Enum(name) => self.swapped.contains(name),
                        // The index of a key.
                        Object::Index(table, name) => self.removes(&Object::constraint(table, name)),
                        _ => false,
                    }
            })
    }

    fn breaks_generated(&self, table: &Name, column: &Column) -> bool {
        let Some(generated) = &column.generated else { return false };
        let uses = &generated.expression.uses;
        self.breaks_uses(uses)
            || uses.columns.iter().any(|column| self.is_gone(table, column) || self.is_retyped(table, column))
    }

    fn breaks_constraint(&self, from: &Schema, table: &Name, it: &Constraint) -> bool {
        if it.uses.columns.iter().any(|column| self.is_gone(table, column)) {
            return true;
        }
        let needs_rebuild = it.uses.columns.iter().any(|column| self.needs_rebuild(table, column))
            || self.breaks_uses(&it.uses);
        match &it.kind {
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
            ConstraintKind::Check | ConstraintKind::Exclusion => needs_rebuild,
            ConstraintKind::ForeignKey { columns, references, referenced } => {
                let other = from.tables.get(references);
                let keys = other.map(|other| other.keys(references, referenced));
                let included = other.map(|other| other.included(referenced)).unwrap_or_default();
                needs_rebuild
                    || columns
                        .iter()
                        .any(|column| self.needs_rebuild(table, column) || self.is_gone(table, column))
                    || self.removes(&Object::Table(references.clone()))
                    || included.iter().any(|column| self.is_retyped(references, column))
                    || referenced.iter().any(|column| {
                        self.needs_rebuild(references, column) || self.is_gone(references, column)
                    })
                    || keys.into_iter().flatten().any(|key| self.removes(&key))
            }
        }
    }

    fn breaks_index(&self, table: &Name, it: &Index) -> bool {
        it.uses.columns.iter().any(|column| self.is_gone(table, column))
            || (is_complex(&it.definition)
                && (it.uses.columns.iter().any(|column| self.needs_rebuild(table, column))
                    || self.breaks_uses(&it.uses)))
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

/// Whether an index has a condition or an expression, which depend on the types of the columns.
fn is_complex(definition: &str) -> bool {
    let tokens = tokens(definition);
    let opened = tokens.iter().filter(|token| **token == Token::Other("(")).count();
    opened > 1 || tokens.contains(&Token::Word("WHERE"))
}

/// Whether two foreign keys differ only in their deferrability, which can be altered in place.
fn is_deferred_otherwise(was: &Constraint, is: &Constraint) -> bool {
    let is_foreign_key =
        |it: &Constraint| matches!(it.kind, ConstraintKind::ForeignKey { .. }) && !it.inherited;
    let is_same = was.split_deferrable().0 == is.split_deferrable().0;
    is_foreign_key(was) && is_foreign_key(is) && is_same
}
