//! Tables.

mod given;
mod moved;
mod partition;
mod sql;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    changes::{Changes, Compare},
    kind::{Kind, differing_names},
    planner::{Planner, create_step, drop_step},
    sequence,
};
use crate::{
    change::Property,
    hazard::Hazard,
    order::{Priority, Resource, Role, Step},
    render::{self, rewrite},
    schema::{Column, Constraint, ConstraintKind, Name, Object, Schema, Table},
};

impl Compare for Table {
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        let Object::Table(name) = object else { return };
        changes.compare_text(
            object,
            Property::PartitionKey,
            self.partition_by.as_deref(),
            to.partition_by.as_deref(),
        );
        let of = |it: &Table| it.partition_of.as_ref().map(|of| format!("{} {}", of.parent, of.bound));
        changes.compare_text(object, Property::PartitionOf, of(self).as_deref(), of(to).as_deref());
        let inherits =
            |it: &Table| it.inherits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        changes.compare_text(object, Property::Inheritance, Some(&inherits(self)), Some(&inherits(to)));
        let persistence = |it: &Table| Some(if it.unlogged { "unlogged" } else { "logged" });
        changes.compare_text(object, Property::Persistence, persistence(self), persistence(to));
        let storage = |it: &Table| it.options.join(", ");
        changes.compare_text(object, Property::Storage, Some(&storage(self)), Some(&storage(to)));
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
        changes.compare(&by_name(self), &by_name(to), |column| Object::column(name, column));
        changes.compare(&self.constraints, &to.constraints, |it| Object::constraint(name, it));
        changes.compare(&self.indexes, &to.indexes, |it| Object::index(name, it));
    }
}

fn by_name(table: &Table) -> BTreeMap<String, Column> {
    table.columns.iter().map(|column| (column.name.clone(), column.clone())).collect()
}

impl Kind for Table {
    type Name = Name;

    fn all(schema: &Schema) -> &BTreeMap<Name, Self> {
        &schema.tables
    }

    fn object(name: &Name) -> Object {
        Object::Table(name.clone())
    }

    fn differences(&self, other: &Self, name: &Name) -> BTreeSet<Object> {
        let (mine, others) = (by_name(self), by_name(other));
        let columns = differing_names(&mine, &others).map(|column| Object::column(name, column));
        let constraints =
            differing_names(&self.constraints, &other.constraints).map(|it| Object::constraint(name, it));
        let indexes = differing_names(&self.indexes, &other.indexes).map(|it| Object::index(name, it));
        let found: BTreeSet<_> = columns.chain(constraints).chain(indexes).collect();
        if found.is_empty() { [Self::object(name)].into() } else { found }
    }

    fn plan(planner: &mut Planner<'_>) {
        let (from, to) = (planner.from, planner.to);
        for (name, table) in &to.tables {
            if planner.delta.creates(&Object::Table(name.clone())) {
                planner.create_table(name, table);
                planner.move_rows(name, table);
            } else if let Some(was) = from.tables.get(name) {
                planner.alter_table(name, was, table);
                planner.columns(name, was, table);
                planner.constraints(name, was, table);
                planner.indexes(name, was, table);
            }
        }
        for (name, table) in &from.tables {
            if planner.delta.removes(&Object::Table(name.clone())) {
                planner.drop_table(name, table);
            }
        }
    }
}

pub(super) fn rename(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(it) = schema.tables.remove(old) {
        schema.tables.insert(new.clone(), it);
    }
    for it in schema.tables.values_mut() {
        if let Some(of) = it.partition_of.as_mut().filter(|of| of.parent == *old) {
            of.parent = new.clone();
        }
        it.inherits.iter_mut().filter(|parent| *parent == old).for_each(|parent| *parent = new.clone());
        for constraint in it.constraints.values_mut() {
            let ConstraintKind::ForeignKey { references, .. } = &mut constraint.kind else { continue };
            if references == old {
                *references = new.clone();
                if let Some((own, other, rest)) = rewrite::foreign_key(&constraint.definition) {
                    let columns = other.strip_prefix(&old.to_string()).unwrap_or(&other);
                    constraint.definition = format!("{own}{new}{columns}{rest}");
                }
            }
        }
    }
    for it in schema.tables.values_mut() {
        for column in it.columns.iter_mut().filter(|column| column.row_type.as_ref() == Some(old)) {
            column.row_type = Some(new.clone());
            if let Some(rest) = column.data_type.strip_prefix(&old.to_string()) {
                column.data_type = format!("{new}{rest}");
            }
            if let Some(default) = &mut column.default {
                default.sql = rewrite::cast(&default.sql, old, new);
            }
        }
    }
    for owner in schema.sequences.values_mut().filter_map(|sequence| sequence.owned_by.as_mut()) {
        if owner.0 == *old {
            owner.0 = new.clone();
        }
    }
    // A table that moves to another schema takes its sequences along.
    if let Some(it) = schema.tables.get_mut(new) {
        for name in it.columns.iter_mut().filter_map(|column| column.identity_sequence.as_mut()) {
            name.schema.clone_from(&new.schema);
        }
    }
    let moved = schema.sequences.iter().filter(|(name, it)| {
        name.schema != new.schema && it.owned_by.as_ref().is_some_and(|(owner, _)| owner == new)
    });
    for name in moved.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        sequence::rename(schema, &name, &new.sibling(&name.name));
    }
}

/// The constraints that are part of `CREATE TABLE`.
type Inline<'a> = BTreeMap<&'a String, &'a Constraint>;

fn whole_table(name: &Name, table: &Table, inline: &Inline<'_>) -> Step {
    let sql = sql::create(name, table, inline);
    let mut step = create_step(Priority::Table, Object::Table(name.clone()), name, sql);
    for (constraint, it) in inline {
        let constraint = constraint.as_str();
        step = step.makes(Object::constraint(name, constraint));
        step = step
            .roles(Role::Needs, it.uses.objects())
            .roles(Role::Makes, it.kind.own_index(name, constraint))
            .roles(Role::Makes, Resource::primary(name, it));
    }
    step
}

impl Planner<'_> {
    fn create_table(&mut self, name: &Name, table: &Table) {
        let object = Object::Table(name.clone());
        let is_detached = self.is_created_detached(name, table);
        let parent = table.partition_of.as_ref().filter(|_| !is_detached);
        let inline: Inline<'_> = table
            .constraints
            .iter()
            .filter(|(constraint, it)| parent.is_none() && self.is_inline(name, constraint, it))
            .collect();
        let step = match parent {
            None => whole_table(name, table, &inline),
            Some(of) => {
                let sql = sql::create_partition(name, table, &of.parent, &of.bound);
                let step = create_step(Priority::Partition, object.clone(), name, sql);
                let given = self.to.tables.get(&of.parent).into_iter().flat_map(|parent| &parent.columns);
                let given = given.map(|column| Object::column(&of.parent, &column.name));
                let step = step.needs(Object::Table(of.parent.clone())).roles(Role::Needs, given);
                step.makes(Resource::Partitions(of.parent.clone()))
            }
        };
        let step = self.restoring_owner(step, &object);
        let step = Self::with_comment(step, &object, table.comment.as_deref());
        let step = table.inherits.iter().fold(step, |step, parent| {
            let given = self.to.tables.get(parent).into_iter().flat_map(|parent| &parent.columns);
            let given = given.map(|column| Object::column(parent, &column.name));
            step.needs(Object::Table(parent.clone())).roles(Role::Needs, given)
        });
        let step = table.columns.iter().fold(step, |step, column| {
            let object = Object::column(name, &column.name);
            let sequence = column.identity.map(|_| Resource::Relation(column.sequence_name(name)));
            let step =
                step.makes(object.clone()).roles(Role::Needs, column.needs()).roles(Role::Makes, sequence);
            Self::with_comment(step, &object, column.comment.as_deref())
        });
        self.push_on(step, table.parents());
        if !is_detached {
            self.adjust_inherited(name, table);
        }
        self.create_parts(name, table, &inline, is_detached);
        if is_detached && let Some(of) = &table.partition_of {
            self.attach_partition(name, of, table, Priority::Partition);
        }
    }

    /// Creates the constraints and indexes that are not part of `CREATE TABLE`.
    fn create_parts(&mut self, name: &Name, table: &Table, inline: &Inline<'_>, is_detached: bool) {
        for (constraint, it) in &table.constraints {
            if inline.contains_key(constraint) {
                self.comment_constraint(name, constraint, it);
            } else if let Some(sources) = self.sources_if_given(name, constraint, it) {
                self.comment_given(Object::constraint(name, constraint), it.comment.as_deref(), sources);
            } else if !(is_detached && it.inherited && it.kind.references().is_some()) {
                self.attach_part(Object::constraint(name, constraint), it.part_of.as_ref(), it.is_named);
                self.create_constraint(name, constraint, it);
            }
        }
        for (index, it) in &table.indexes {
            if let Some(sources) = self.index_sources_if_given(name, index, it) {
                self.comment_given(Object::index(name, index), it.comment.as_deref(), sources);
            } else {
                self.attach_part(Object::index(name, index), it.part_of.as_ref(), it.is_named);
                self.create_index(name, index, it);
            }
        }
    }

    /// Whether a constraint is part of `CREATE TABLE`.
    fn is_inline(&self, table: &Name, name: &str, it: &Constraint) -> bool {
        let is_partition = self.to.tables.get(table).is_some_and(|table| table.partition_of.is_some());
        sql::is_inline(it, is_partition) && !self.is_created_later(table, name, it)
    }

    /// Drops a table, after the foreign keys that reference it.
    fn drop_table(&mut self, name: &Name, table: &Table) {
        let object = Object::Table(name.clone());
        let step = match self.parent_to_detach_from(table) {
            Some(parent) => {
                let step = self.detach(Priority::DropData, parent, name);
                let step = step.then(format!("DROP TABLE {name}")).drops(object.clone());
                step.roles(Role::Releases, Object::namespace(name))
            }
            None => drop_step(Priority::DropData, object.clone(), name),
        };
        let mut step = self.remembering_owner(step, &object);
        for column in &table.columns {
            step = step.drops(Object::column(name, &column.name));
            step = step
                .roles(Role::Drops, column.identity.map(|_| Resource::Relation(column.sequence_name(name))));
            step = step.roles(
                Role::Releases,
                column.needs().into_iter().filter(|it| !self.is_own_sequence(name, it)),
            );
        }
        for (constraint, it) in &table.constraints {
            let object = Object::constraint(name, constraint);
            if self.is_in_cycle(name, &it.kind) && !it.inherited {
                self.drop_constraint(name, constraint, it);
            } else {
                step = step.roles(Role::Releases, self.constraint_releases(name, it)).drops(object);
            }
            step = step
                .roles(Role::Drops, it.kind.own_index(name, constraint))
                .roles(Role::Drops, Resource::primary(name, it));
        }
        for (index, it) in &table.indexes {
            step = step.drops(Object::index(name, index)).roles(Role::Releases, it.uses.objects());
        }
        step = self.drops_with_table(step, name);
        let parents: Vec<_> = table.parents().cloned().collect();
        let step = step.roles(Role::Releases, parents.iter().cloned().map(Object::Table));
        let step = step.roles(Role::Releases, table.parent().cloned().map(Resource::Partitions));
        let touched: BTreeSet<Name> = parents.into_iter().chain([name.clone()]).collect();
        let step = if self.moved_with(name).is_some_and(|root| self.keeps_values(root)) {
            step
        } else {
            let step = step.hazard(Hazard::DeletesData).slot(self.left_slot(name, table));
            self.copy_hint(step, &name.name, &format!("TABLE {name}"))
        };
        self.push(step.touches(&touched));
    }

    /// A step that drops a table drops its sequences, triggers and the like, too.
    fn drops_with_table(&self, mut step: Step, name: &Name) -> Step {
        for (sequence, it) in &self.from.sequences {
            if it.owned_by.as_ref().is_some_and(|(table, _)| table == name)
                && !self.to.sequences.contains_key(sequence)
            {
                step = step
                    .drops(Object::Sequence(sequence.clone()))
                    .roles(Role::Releases, Object::namespace(sequence));
            }
        }
        for (part, it) in self.from.sql_objects.iter().filter(|(part, _)| part.table.as_ref() == Some(name)) {
            let others = it.uses.iter().filter(|used| used.table() != Some(name)).cloned();
            step = step.drops(Object::Sql(part.clone())).roles(Role::Releases, others);
        }
        step
    }

    /// The partitioned table that a partition must be detached from before it can be dropped,
    /// because foreign keys reference that table.
    fn parent_to_detach_from<'t>(&self, table: &'t Table) -> Option<&'t Name> {
        table.parent().filter(|parent| self.is_referenced(parent, |_| true))
    }

    fn is_own_sequence(&self, table: &Name, object: &Object) -> bool {
        let Object::Sequence(name) = object else { return false };
        let owner = self.from.sequences.get(name).and_then(|sequence| sequence.owned_by.as_ref());
        owner.is_some_and(|(owner, _)| owner == table) && !self.to.sequences.contains_key(name)
    }

    /// Whether a foreign key is part of a cycle of references between tables that are removed.
    fn is_in_cycle(&self, name: &Name, kind: &ConstraintKind) -> bool {
        let Some(references) = kind.references() else { return false };
        let mut seen = BTreeSet::new();
        let mut next = vec![references];
        while let Some(other) = next.pop() {
            if references == name || !self.delta.removes(&Object::Table(other.clone())) {
                return false;
            }
            if other == name {
                return true;
            }
            if seen.insert(other) {
                let constraints =
                    self.from.tables.get(other).into_iter().flat_map(|it| it.constraints.values());
                let referenced = constraints.filter_map(|it| it.kind.references());
                next.extend(referenced.filter(|table| self.delta.removes(&Object::Table((*table).clone()))));
            }
        }
        false
    }

    /// Alters the persistence, storage parameters, partitioning and comment of a table.
    fn alter_table(&mut self, name: &Name, was: &Table, is: &Table) {
        let object = Object::Table(name.clone());
        if self.delta.alters(&object, Property::Persistence) {
            let action = if is.unlogged { "SET UNLOGGED" } else { "SET LOGGED" };
            let step = Step::new(Priority::Alter, render::alter_table(name, action)).makes(object.clone());
            self.push_on(step.hazard(Hazard::RewritesTable).hazard(Hazard::BlocksReads), [name]);
        }
        if self.delta.alters(&object, Property::Storage) {
            let key = |option: &String| {
                option.split_once('=').map_or_else(|| option.clone(), |(key, _)| key.to_owned())
            };
            let set: Vec<_> =
                is.options.iter().filter(|option| !was.options.contains(option)).cloned().collect();
            let kept: BTreeSet<_> = is.options.iter().map(key).collect();
            let reset: Vec<_> = was.options.iter().map(key).filter(|key| !kept.contains(key)).collect();
            for (verb, options) in [("SET", set), ("RESET", reset)] {
                if !options.is_empty() {
                    let action = format!("{verb} ({})", options.join(", "));
                    let step = Step::new(Priority::Alter, render::alter_table(name, action));
                    self.push_on(step.needs(object.clone()), [name]);
                }
            }
        }
        if self.delta.alters(&object, Property::PartitionOf) {
            self.move_partition(name, was, is);
        }
        if self.delta.alters(&object, Property::Inheritance) {
            self.change_parents(name, was, is);
        }
        self.alter_comment(&object, is.comment.as_deref());
    }
}
