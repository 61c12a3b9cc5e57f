//! Tables as a whole.

use std::collections::BTreeSet;

use super::{
    Planner,
    constraint::{keys, primary},
    dropping, making, namespace,
};
use crate::{
    diff::{Object, Property},
    hazard::Hazard,
    order::{Priority, Role, Step, Thing},
    render,
    schema::{Column, ConstraintKind, Name, Table, Uses},
};

impl Planner<'_> {
    pub(super) fn tables(&mut self) {
        let (from, to) = (self.from, self.to);
        for (name, table) in &to.tables {
            if self.delta.comes(&Object::Table(name.clone())) {
                self.create_table(name, table);
            } else if let Some(was) = from.tables.get(name) {
                self.alter_table(name, was, table);
                self.columns(name, was, table);
                self.constraints(name, was, table);
                self.indexes(name, was, table);
            }
        }
        for (name, table) in &from.tables {
            if self.delta.goes(&Object::Table(name.clone())) {
                self.drop_table(name, table);
            }
        }
    }

    fn create_table(&mut self, name: &Name, table: &Table) {
        let object = Object::Table(name.clone());
        let parent = table.partition_of.as_ref();
        let step = match parent {
            None => {
                let mut step =
                    making(Priority::Table, object.clone(), name, render::create_table(name, table));
                for (constraint, it) in table.constraints.iter().filter(|(_, it)| render::is_inline(it)) {
                    step = step.makes(Object::Constraint(name.clone(), constraint.clone()));
                    step = step
                        .roles(Role::Needs, objects(&it.uses))
                        .roles(Role::Makes, relation(name, constraint, &it.kind))
                        .roles(Role::Makes, primary(name, it));
                }
                step
            }
            Some(of) => {
                let sql = render::create_partition(name, table, &of.parent, &of.bound);
                let step = making(Priority::Partition, object.clone(), name, sql);
                let given = self.to.tables.get(&of.parent).into_iter().flat_map(|parent| &parent.columns);
                let given = given.map(|column| Object::Column(of.parent.clone(), column.name.clone()));
                let step = step.needs(Object::Table(of.parent.clone())).roles(Role::Needs, given);
                step.makes(Thing::Partitions(of.parent.clone()))
            }
        };
        let step = Self::comment_of_new(step, &object, table.comment.as_deref());
        let step = table.columns.iter().fold(step, |step, column| {
            let object = Object::Column(name.clone(), column.name.clone());
            let step = step.makes(object.clone()).roles(Role::Needs, column_needs(column));
            Self::comment_of_new(step, &object, column.comment.as_deref())
        });
        self.push_on(step, parent.map(|of| &of.parent));
        if let Some(of) = parent {
            self.adjust_partition(name, table, &of.parent);
        }
        for (constraint, it) in &table.constraints {
            if render::is_inline(it) && parent.is_none() {
                self.comment_constraint(name, constraint, it);
            } else if !it.inherited {
                self.create_constraint(name, constraint, it);
            }
        }
        for (index, it) in table.indexes.iter().filter(|(_, it)| it.part_of.is_none()) {
            self.create_index(name, index, it);
        }
    }

    /// Drops a table, before which go the foreign keys that point at it.
    fn drop_table(&mut self, name: &Name, table: &Table) {
        let drop = format!("DROP TABLE {name}");
        let object = Object::Table(name.clone());
        let mut step = match self.detached_first(table) {
            Some(parent) => {
                let detach = render::alter_table(parent, format_args!("DETACH PARTITION {name}"));
                dropping(Priority::DropData, object, name, detach).hazard(Hazard::MayFailOnData).then(drop)
            }
            None => dropping(Priority::DropData, object, name, drop),
        };
        for column in &table.columns {
            step = step.drops(Object::Column(name.clone(), column.name.clone()));
            step = step.roles(
                Role::Leaves,
                column_needs(column).into_iter().filter(|it| !self.is_own_sequence(name, it)),
            );
        }
        for (constraint, it) in &table.constraints {
            let object = Object::Constraint(name.clone(), constraint.clone());
            if self.is_in_circle(name, &it.kind) && !it.inherited {
                self.drop_constraint(name, constraint, it);
            } else {
                step = step.roles(Role::Leaves, self.constraint_leaves(name, it)).drops(object);
            }
            step = step
                .roles(Role::Drops, relation(name, constraint, &it.kind))
                .roles(Role::Drops, primary(name, it));
        }
        for index in table.indexes.keys() {
            step = step.drops(Object::Index(name.clone(), index.clone()));
        }
        for (sequence, it) in &self.from.sequences {
            if it.owned_by.as_ref().is_some_and(|(table, _)| table == name)
                && !self.to.sequences.contains_key(sequence)
            {
                step =
                    step.drops(Object::Sequence(sequence.clone())).roles(Role::Leaves, namespace(sequence));
            }
        }
        let parent = table.partition_of.as_ref().map(|of| of.parent.clone());
        let step = step.roles(Role::Leaves, parent.clone().map(Object::Table)).hazard(Hazard::DeletesData);
        let step = step.roles(Role::Leaves, parent.clone().map(Thing::Partitions));
        let touched: BTreeSet<Name> = parent.into_iter().chain([name.clone()]).collect();
        self.push(self.copy_hint(step, &name.name, &format!("TABLE {name}")).touches(&touched));
    }

    /// The partitioned table that a partition has to leave before it can be dropped, as foreign keys point at that one.
    fn detached_first<'t>(&self, table: &'t Table) -> Option<&'t Name> {
        let parent = &table.partition_of.as_ref()?.parent;
        let above = |name: &&Name| self.from.tables.get(*name)?.partition_of.as_ref().map(|of| &of.parent);
        let above: Vec<_> =
            std::iter::successors(self.from.tables.get_key_value(parent).map(|(name, _)| name), above)
                .take(self.from.tables.len())
                .collect();
        let constraints = self.from.tables.values().flat_map(|table| table.constraints.values());
        let is_pointed_at = constraints.into_iter().any(|it| {
            matches!(&it.kind, ConstraintKind::ForeignKey { references, .. } if above.contains(&references))
        });
        is_pointed_at.then_some(parent)
    }

    fn is_own_sequence(&self, table: &Name, object: &Object) -> bool {
        let Object::Sequence(name) = object else { return false };
        let owner = self.from.sequences.get(name).and_then(|sequence| sequence.owned_by.as_ref());
        owner.is_some_and(|(owner, _)| owner == table) && !self.to.sequences.contains_key(name)
    }

    /// Whether a foreign key of a table that goes points at one that goes too, which points back, by whatever way.
    fn is_in_circle(&self, name: &Name, kind: &ConstraintKind) -> bool {
        let ConstraintKind::ForeignKey { references, .. } = kind else { return false };
        let mut seen = BTreeSet::new();
        let mut next = vec![references];
        while let Some(other) = next.pop() {
            if references == name || !self.delta.goes(&Object::Table(other.clone())) {
                return false;
            }
            if other == name {
                return true;
            }
            if seen.insert(other) {
                let constraints =
                    self.from.tables.get(other).into_iter().flat_map(|table| table.constraints.values());
                next.extend(constraints.filter_map(|it| match &it.kind {
                    ConstraintKind::ForeignKey { references, .. }
                        if self.delta.goes(&Object::Table(references.clone())) =>
                    {
                        Some(references)
                    }
                    _ => None,
                }));
            }
        }
        false
    }

    /// What is said of a table as a whole.
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
        self.alter_comment(&object, is.comment.as_deref());
    }

    /// Things that a foreign key hangs on, or any constraint, as they are.
    pub(super) fn hangs_on(&self, kind: &ConstraintKind) -> Vec<Object> {
        let ConstraintKind::ForeignKey { references, referenced, .. } = kind else { return Vec::new() };
        let columns = referenced.iter().map(|column| Object::Column(references.clone(), column.clone()));
        let table = std::iter::once(Object::Table(references.clone())).chain(columns);
        let keys = self.from.tables.get(references).map(|other| keys(references, other, referenced));
        table.chain(keys.into_iter().flatten()).collect()
    }
}

/// The index that a constraint has, whose name is taken among tables and indexes.
pub(super) fn relation(table: &Name, name: &str, kind: &ConstraintKind) -> Option<Object> {
    match kind {
        ConstraintKind::ForeignKey { .. } | ConstraintKind::Check => None,
        _ => Some(Object::Index(table.clone(), name.to_owned())),
    }
}

/// What has to be there for a column.
pub(super) fn column_needs(column: &Column) -> Vec<Object> {
    let mut needs: Vec<_> = column.enum_type.clone().map(Object::Enum).into_iter().collect();
    let generated = column.generated.as_ref().map(|generated| &generated.expression);
    for expression in column.default.iter().chain(generated) {
        needs.extend(objects(&expression.uses));
    }
    needs
}

/// What else an expression refers to, but for its own table.
pub(super) fn objects(uses: &Uses) -> impl Iterator<Item = Object> {
    let enums = uses.enums.iter().cloned().map(Object::Enum);
    enums.chain(uses.sequences.iter().cloned().map(Object::Sequence))
}
