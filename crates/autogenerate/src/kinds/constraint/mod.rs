//! Constraints on tables that are there.

use std::collections::BTreeSet;

use super::{
    Planner,
    delta::split_deferrable,
    key::filled,
    table::{objects, relation},
};
use crate::{
    diff::{Object, Property},
    hazard::Hazard,
    order::{Priority, Role, Step, Thing},
    render,
    schema::{Constraint, ConstraintKind, Name, Table, quote_identifier},
};

impl Planner<'_> {
    pub(super) fn constraints(&mut self, name: &Name, was: &Table, is: &Table) {
        for (constraint, it) in &is.constraints {
            let object = Object::Constraint(name.clone(), constraint.clone());
            if self.delta.comes(&object) {
                self.create_constraint(name, constraint, it);
            } else {
                self.alter_constraint(name, constraint, it);
            }
            self.alter_comment(&object, it.comment.as_deref());
        }
        for (constraint, it) in &was.constraints {
            if self.delta.goes(&Object::Constraint(name.clone(), constraint.clone())) {
                self.drop_constraint(name, constraint, it);
            }
        }
    }

    /// What can be said of a constraint that stays.
    fn alter_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        let object = Object::Constraint(table.clone(), name.to_owned());
        if self.delta.alters(&object, Property::Definition) {
            let (name, when) = (quote_identifier(name), split_deferrable(&it.definition).1);
            let sql = render::alter_table(table, format_args!("ALTER CONSTRAINT {name}{when}"));
            let step = Step::new(Priority::Alter, sql).makes(object.clone());
            self.push_on(step, referenced(it).iter().chain([table]));
        }
        if self.delta.alters(&object, Property::Validity) {
            let slot = self.violation_slot(table, name, it);
            let step = Step::new(Priority::Validate, not_valid(table, name))
                .hazard(Hazard::MayFailOnData)
                .slot(slot);
            self.push_on(step.makes(object), [table]);
        }
    }

    pub(super) fn create_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        let is_partitioned = self.to.tables.get(table).is_some_and(|table| table.partition_by.is_some());
        let online = self.is_online(table);
        let looks = it.validated && is_enforced(it);
        match &it.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key)
                if online && !is_partitioned && !is_temporal(it) =>
            {
                self.create_key_online(table, name, it, key);
            }
            ConstraintKind::Check if online && looks => self.create_validated(table, name, it),
            ConstraintKind::ForeignKey { .. } if online && looks && !is_partitioned => {
                self.create_validated(table, name, it);
            }
            _ => self.create_plain(table, name, it),
        }
        self.comment_constraint(table, name, it);
    }

    /// Adds it for new rows, and looks at the old ones in a transaction of its own, while others write.
    fn create_validated(&mut self, table: &Name, name: &str, it: &Constraint) {
        let object = Object::Constraint(table.clone(), name.to_owned());
        let valid = Thing::Valid(table.clone(), name.to_owned());
        let step =
            Step::new(priority(it), render::add_constraint(table, name, it, true)).makes(object.clone());
        let others = referenced(it);
        self.push_on(step.roles(Role::Needs, self.constraint_needs(table, it)), others.iter().chain([table]));
        let mut step = Step::new(Priority::Validate, not_valid(table, name)).settled(object).makes(valid);
        let retyped = it
            .uses
            .columns
            .iter()
            .any(|column| self.delta.retyped.contains_key(&(table.clone(), column.clone())));
        if retyped || !self.is_kept(table, name, it) {
            step = step.hazard(Hazard::MayFailOnData).slot(self.new_violation_slot(table, name, it));
        }
        self.push_on(step, others.iter().chain([table]));
    }

    fn create_plain(&mut self, table: &Name, name: &str, it: &Constraint) {
        let object = Object::Constraint(table.clone(), name.to_owned());
        let mut step = Step::new(priority(it), render::add_constraint(table, name, it, !it.validated));
        if self.standing(table).is_some() && it.validated && is_enforced(it) {
            step = step.hazard(Hazard::MayFailOnData).slot(self.new_violation_slot(table, name, it));
            for hazard in match it.kind {
                ConstraintKind::ForeignKey { .. } => [Hazard::BlocksWrites].as_slice(),
                ConstraintKind::Check => &[Hazard::BlocksReads, Hazard::BlocksWrites],
                _ => &[Hazard::BlocksReads, Hazard::BlocksWrites, Hazard::BuildsIndex],
            } {
                step = step.hazard(*hazard);
            }
        }
        let step = step.makes(object).roles(Role::Needs, self.constraint_needs(table, it));
        let step =
            step.roles(Role::Makes, relation(table, name, &it.kind)).roles(Role::Makes, primary(table, it));
        let step = step.roles(Role::Needs, not_nulls(table, it));
        self.push_on(step, referenced(it).iter().chain([table]));
    }

    pub(super) fn drop_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        if it.inherited && self.to.tables.get(table).is_none_or(|table| table.partition_of.is_some()) {
            return;
        }
        let sql = render::alter_table(table, format_args!("DROP CONSTRAINT {}", quote_identifier(name)));
        // What is put into its columns does not have to keep it any more.
        let is_key = matches!(it.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_));
        let populated = if is_key { Vec::new() } else { filled(table, &it.uses.columns) };
        let built = self.built_beside(table, name, it).map(|built| Object::Index(table.clone(), built));
        let step = Step::new(Priority::Drop, sql)
            .drops(Object::Constraint(table.clone(), name.to_owned()))
            .roles(Role::Drops, relation(table, name, &it.kind))
            .roles(Role::Drops, primary(table, it))
            // One that has another one built beside it goes when the table is as it will be.
            .roles(Role::Leaves, built.is_none().then(|| Object::Table(table.clone())))
            .roles(Role::Leaves, self.constraint_leaves(table, it))
            .roles(Role::Leaves, not_nulls(table, it))
            .roles(Role::Leaves, populated)
            .roles(Role::Needs, built);
        self.push_on(step, referenced(it).iter().chain([table]));
    }

    /// What a constraint depends on as it is.
    pub(super) fn constraint_leaves(&self, table: &Name, it: &Constraint) -> Vec<Object> {
        let mut leaves = self.hangs_on(&it.kind);
        leaves.extend(objects(&it.uses));
        leaves.extend(it.uses.columns.iter().map(|column| Object::Column(table.clone(), column.clone())));
        leaves.retain(|object| {
            object.table() != Some(table) || !self.delta.goes(&Object::Table(table.clone()))
        });
        leaves
    }

    /// Says what the comment on a new constraint is.
    pub(super) fn comment_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        if it.comment.is_some() {
            let object = Object::Constraint(table.clone(), name.to_owned());
            let step = Step::new(Priority::Comment, render::comment(&object, it.comment.as_deref()));
            self.push_on(step.needs(object), [table]);
        }
    }

    /// What has to be there for a constraint.
    pub(super) fn constraint_needs(&self, table: &Name, it: &Constraint) -> Vec<Object> {
        let mut needs = vec![Object::Table(table.clone())];
        needs.extend(objects(&it.uses));
        needs.extend(it.uses.columns.iter().map(|column| Object::Column(table.clone(), column.clone())));
        if let ConstraintKind::ForeignKey { columns, references, referenced } = &it.kind {
            needs.extend(columns.iter().map(|column| Object::Column(table.clone(), column.clone())));
            needs.push(Object::Table(references.clone()));
            needs.extend(referenced.iter().map(|column| Object::Column(references.clone(), column.clone())));
            if let Some(other) = self.to.tables.get(references) {
                needs.extend(keys(references, other, referenced));
            }
            // A key that goes has to be gone, or PostgreSQL may hang the new one on it.
            let was = self.from.tables.get(references).map(|other| keys(references, other, referenced));
            needs.extend(was.into_iter().flatten().filter(|key| self.delta.goes(key)));
        }
        needs
    }
}

/// What looks at the rows that are there.
pub(super) fn not_valid(table: &Name, name: &str) -> String {
    render::alter_table(table, format_args!("VALIDATE CONSTRAINT {}", quote_identifier(name)))
}

fn priority(it: &Constraint) -> Priority {
    match it.kind {
        ConstraintKind::ForeignKey { .. } => Priority::ForeignKey,
        _ => Priority::Constraint,
    }
}

/// Whether it holds for a span of time (`WITHOUT OVERLAPS`), so that no unique index can be made into it.
pub(super) fn is_temporal(it: &Constraint) -> bool {
    it.definition.contains("WITHOUT OVERLAPS")
}

/// Whether rows are looked at at all.
pub(super) fn is_enforced(it: &Constraint) -> bool {
    !it.definition.ends_with("NOT ENFORCED")
}

/// The other table of a foreign key.
fn referenced(it: &Constraint) -> BTreeSet<Name> {
    match &it.kind {
        ConstraintKind::ForeignKey { references, .. } => [references.clone()].into(),
        _ => BTreeSet::new(),
    }
}

/// The columns of a primary key do not take `NULL`.
pub(super) fn not_nulls(table: &Name, it: &Constraint) -> Vec<Thing> {
    match &it.kind {
        ConstraintKind::PrimaryKey(key) => {
            key.columns.iter().map(|column| Thing::Null(table.clone(), column.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// A table has one primary key.
pub(super) fn primary(table: &Name, it: &Constraint) -> Option<Thing> {
    matches!(it.kind, ConstraintKind::PrimaryKey(_)).then(|| Thing::PrimaryKey(table.clone()))
}

/// What makes these columns of a table unique, in whatever order: one of these is what a foreign key hangs on.
pub(super) fn keys(name: &Name, table: &Table, columns: &[String]) -> Vec<Object> {
    let is_key =
        |key: &[String]| key.len() == columns.len() && columns.iter().all(|column| key.contains(column));
    let constraints = table.constraints.iter().filter_map(|(constraint, it)| match &it.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) if is_key(&key.columns) => {
            Some(Object::Constraint(name.clone(), constraint.clone()))
        }
        _ => None,
    });
    let indexes = table.indexes.iter().filter_map(|(index, it)| {
        // An index does not name its columns; one too many here only says that it comes first.
        let is_key = it.unique && columns.iter().all(|column| it.uses.columns.contains(column));
        is_key.then(|| Object::Index(name.clone(), index.clone()))
    });
    constraints.chain(indexes).collect()
}
