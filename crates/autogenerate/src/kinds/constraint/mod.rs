//! Table constraints.

mod alter;
mod key;
mod moved;
mod validated;

use super::{
    changes::{Changes, Compare},
    planner::Planner,
};
use crate::{
    change::Property,
    hazard::Hazard,
    order::{Priority, Resource, Role, Step},
    render,
    schema::{Constraint, ConstraintKind, Name, Object, Schema, Table, quote_identifier},
};

impl Compare for Constraint {
    fn definition(&self) -> String {
        self.definition.clone()
    }

    fn is_own(&self) -> bool {
        !self.inherited
    }

    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        if self.is_own() && to.is_own() {
            changes.compare_text(object, Property::Definition, Some(&self.definition), Some(&to.definition));
            let valid = |it: &Constraint| {
                Some(match (it.validated, it.only) {
                    (true, false) => "valid",
                    (true, true) => "on some partitions",
                    (false, _) => "NOT VALID",
                })
            };
            changes.compare_text(object, Property::Validity, valid(self), valid(to));
        }
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
    }
}

/// `CONSTRAINT items_pkey PRIMARY KEY (id)`.
pub(super) fn definition(name: &str, constraint: &Constraint) -> String {
    format!("CONSTRAINT {} {}", quote_identifier(name), constraint.definition)
}

/// `ALTER TABLE … ADD CONSTRAINT …`.
fn add(table: &Name, name: &str, constraint: &Constraint, not_valid: bool) -> String {
    let not_valid = if not_valid { " NOT VALID" } else { "" };
    let only = if constraint.only { "ONLY " } else { "" };
    format!("ALTER TABLE {only}{table}\n    ADD {}{not_valid}", definition(name, constraint))
}

/// Checks existing rows against a `NOT VALID` constraint.
pub(super) fn validate(table: &Name, name: &str) -> String {
    render::alter_table(table, format_args!("VALIDATE CONSTRAINT {}", quote_identifier(name)))
}

pub(super) fn rename(schema: &mut Schema, table: &Name, old: &str, new: &str) {
    let columns = schema.tables.get_mut(table).into_iter().flat_map(|table| &mut table.columns);
    for name in columns.filter_map(|column| column.not_null.0.as_mut()).filter(|name| *name == old) {
        new.clone_into(name);
    }
    let is_check = schema.tables.get(table).and_then(|table| table.constraints.get(old));
    let is_check = is_check.is_some_and(|constraint| constraint.kind == ConstraintKind::Check);
    let tables = if is_check { schema.with_descendants(table) } else { vec![table.clone()] };
    for name in tables {
        let Some(it) = schema.tables.get_mut(&name) else { continue };
        if let Some(constraint) = it.constraints.remove(old) {
            it.constraints.insert(new.to_owned(), constraint);
        }
    }
}

impl Planner<'_> {
    pub(super) fn constraints(&mut self, name: &Name, was: &Table, is: &Table) {
        for (constraint, it) in &is.constraints {
            let object = Object::constraint(name, constraint);
            self.attach_part(object.clone(), it.part_of.as_ref(), it.is_named);
            if self.delta.creates(&object) {
                // The partitioned table gives its foreign keys to a table that is attached to it.
                if !it.inherited || it.kind.references().is_none() {
                    self.create_constraint(name, constraint, it);
                }
            } else {
                self.alter_constraint(name, constraint, it);
            }
            self.validate_inherited(name, constraint, it);
            match self.sources_if_given(name, constraint, it) {
                Some(sources) => self.comment_given(object, it.comment.as_deref(), sources),
                None => self.alter_comment(&object, it.comment.as_deref()),
            }
        }
        for (constraint, it) in &was.constraints {
            if self.delta.removes(&Object::constraint(name, constraint)) {
                self.drop_constraint(name, constraint, it);
            }
        }
    }

    /// Validates an inherited check whose source is `NOT VALID`.
    fn validate_inherited(&mut self, table: &Name, name: &str, it: &Constraint) {
        let Some((parent, source, of)) = self.to.source(table, name, it).filter(|_| it.inherited) else {
            return;
        };
        let source = Object::constraint(parent, source);
        if it.kind == ConstraintKind::Check && it.validated && !of.validated && self.delta.creates(&source) {
            let step = Step::new(Priority::Validate, validate(table, name)).hazard(Hazard::MayFailOnData);
            self.push_on(step.needs(source).needs(Object::Table(table.clone())), [table]);
        }
    }

    pub(super) fn create_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        let is_partitioned = self.to.tables.get(table).is_some_and(|table| table.partition_by.is_some());
        let online = self.is_online(table);
        let looks = it.validated && it.is_enforced();
        match &it.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key)
                if online && !is_partitioned && !it.is_temporal() =>
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

    fn create_plain(&mut self, table: &Name, name: &str, it: &Constraint) {
        let object = Object::constraint(table, name);
        let merges = it.validated && self.has_invalid_part(table, name);
        let mut step = Step::new(priority(it), add(table, name, it, merges || !it.validated));
        if merges {
            step = step.then(validate(table, name));
        }
        if self.looks_at_rows(table, name, it) {
            if !self.accepts_new_columns(table, it) {
                step = step.hazard(Hazard::MayFailOnData).slot(self.new_violation_slot(table, name, it));
            }
            for hazard in match it.kind {
                ConstraintKind::ForeignKey { .. } => [Hazard::BlocksWrites].as_slice(),
                ConstraintKind::Check => &[Hazard::BlocksReads],
                _ => &[Hazard::BlocksReads, Hazard::BuildsIndex],
            } {
                step = step.hazard(*hazard);
            }
        }
        let step = step.makes(object).roles(Role::Needs, self.constraint_needs(table, name, it));
        let step = step
            .roles(Role::Makes, it.kind.own_index(table, name))
            .roles(Role::Makes, Resource::primary(table, it));
        // `NULLS NOT DISTINCT` allows one row that is not filled yet.
        let filled = it.kind.key().map(|key| Resource::filled(table, &key.columns));
        let step = step
            .roles(Role::Needs, filled.into_iter().flatten())
            .roles(Role::Needs, Resource::not_nulls(table, it));
        self.push_on(step, it.kind.references().into_iter().chain([table]));
    }

    /// Whether a partition has a constraint of this name that is not valid. PostgreSQL merges it
    /// only with one that is not valid either.
    fn has_invalid_part(&self, table: &Name, name: &str) -> bool {
        let parts = self.from.with_partitions(table);
        let mut found = parts
            .iter()
            .filter(|part| *part != table)
            .filter_map(|part| self.from.tables.get(part)?.constraints.get(name).filter(|it| !it.validated));
        found.next().is_some()
    }

    pub(super) fn drop_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        let is_detached = self.is_detached(table);
        // It is dropped with the index that its own is part of.
        let parent = self.from.tables.get(table).and_then(Table::parent);
        let of = parent.zip(it.part_of.as_ref()).map(|(parent, of)| Object::index(parent, &of.name));
        if !is_detached && of.is_some_and(|of| self.delta.removes(&of)) {
            return;
        }
        let inherits = self.to.tables.get(table).is_none_or(|table| table.parents().next().is_some());
        if it.inherited && inherits && !is_detached {
            return;
        }
        let sql = render::alter_table(table, format_args!("DROP CONSTRAINT {}", quote_identifier(name)));
        // The values that fill its columns no longer have to satisfy it.
        let populated =
            if it.kind.key().is_some() { Vec::new() } else { Resource::filled(table, &it.uses.columns) };
        let built = self.replacement_index(table, name, it).map(|built| Object::index(table, built));
        let step = Step::new(Priority::Drop, sql)
            .drops(Object::constraint(table, name))
            .roles(Role::Drops, self.copies(table, name))
            .roles(Role::Drops, it.kind.own_index(table, name))
            .roles(Role::Drops, Resource::primary(table, it))
            // A key that has a replacement stays until the table has been altered.
            .roles(Role::Releases, built.is_none().then(|| Object::Table(table.clone())))
            .roles(Role::Releases, self.constraint_releases(table, it))
            .roles(Role::Releases, Resource::not_nulls(table, it))
            .roles(Role::Releases, populated)
            .roles(Role::Needs, (it.inherited && is_detached).then(|| Resource::Detached(table.clone())))
            .roles(Role::Needs, built);
        self.push_on(step, it.kind.references().into_iter().chain([table]));
    }

    /// The objects that a foreign key currently depends on.
    fn referenced_objects(&self, kind: &ConstraintKind) -> Vec<Object> {
        let ConstraintKind::ForeignKey { references, referenced, .. } = kind else { return Vec::new() };
        let columns = Object::columns(references, referenced);
        let mut objects: Vec<_> = std::iter::once(Object::Table(references.clone())).chain(columns).collect();
        if let Some(other) = self.from.tables.get(references) {
            objects.extend(other.keys(references, referenced));
            objects.extend(Object::columns(references, &other.included(referenced)));
        }
        objects
    }

    /// The objects that a constraint currently depends on.
    pub(super) fn constraint_releases(&self, table: &Name, it: &Constraint) -> Vec<Object> {
        let mut released = self.referenced_objects(&it.kind);
        released.extend(it.uses.objects());
        released.extend(Object::columns(table, &it.uses.columns));
        released.retain(|object| {
            object.table() != Some(table) || !self.delta.removes(&Object::Table(table.clone()))
        });
        released
    }

    /// Sets the comment of a new constraint.
    pub(super) fn comment_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        if it.comment.is_some() {
            self.set_comment(&Object::constraint(table, name), it.comment.as_deref());
        }
    }

    /// The objects that must exist before the constraint.
    pub(super) fn constraint_needs(&self, table: &Name, name: &str, it: &Constraint) -> Vec<Object> {
        let mut needs = vec![Object::Table(table.clone())];
        needs.extend(self.parts_before(table, name, it.only));
        if it.kind == ConstraintKind::Check && !it.validated {
            // A table that is created later would have the check as a valid one.
            let heirs = self.to.with_descendants(table).into_iter().filter(|heir| heir != table);
            needs.extend(heirs.map(Object::Table).filter(|heir| self.delta.creates(heir)));
        }
        needs.extend(it.uses.objects());
        needs.extend(Object::columns(table, &it.uses.columns));
        if let ConstraintKind::ForeignKey { columns, references, referenced } = &it.kind {
            needs.extend(Object::columns(table, columns));
            needs.push(Object::Table(references.clone()));
            needs.extend(Object::columns(references, referenced));
            if let Some(other) = self.to.tables.get(references) {
                needs.extend(other.keys(references, referenced));
                needs.extend(Object::columns(references, &other.included(referenced)));
            }
            // A key that is dropped has to be gone, or PostgreSQL may make the new constraint
            // depend on it.
            let was = self.from.tables.get(references).map(|other| other.keys(references, referenced));
            needs.extend(was.into_iter().flatten().filter(|key| self.delta.removes(key)));
        }
        needs
    }
}

fn priority(it: &Constraint) -> Priority {
    match it.kind {
        ConstraintKind::ForeignKey { .. } => Priority::ForeignKey,
        _ => Priority::Constraint,
    }
}
