//! Columns of tables.

mod alter;
mod cast;
pub(super) mod convert;
mod loss;
mod misfits;
mod nullability;
mod populate;
mod recompute;
mod sql;
mod wrong;

use std::collections::BTreeSet;

pub(super) use self::sql::definition;
use super::{
    changes::{Changes, Compare},
    definition::is_volatile,
    planner::Planner,
};
use crate::{
    change::Property,
    hazard::Hazard,
    order::{Priority, Role, Step},
    render::{self, rewrite},
    schema::{Column, ConstraintKind, Name, Object, Schema, Table, quote_identifier},
};

impl Compare for Column {
    fn definition(&self) -> String {
        let default = self.default.as_ref().map(|default| format!(" DEFAULT {}", default.sql));
        let null = if self.nullable { "" } else { " NOT NULL" };
        format!("{}{}{null}", self.data_type, default.unwrap_or_default())
    }

    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        changes.compare_text(object, Property::Type, Some(&self.data_type), Some(&to.data_type));
        changes.compare_text(object, Property::Collation, self.collation.as_deref(), to.collation.as_deref());
        let null = |it: &Column| Some(if it.nullable { "NULL" } else { "NOT NULL" });
        changes.compare_text(object, Property::Nullability, null(self), null(to));
        let default = |it: &Column| it.default.as_ref().map(|default| default.sql.clone());
        changes.compare_text(object, Property::Default, default(self).as_deref(), default(to).as_deref());
        let identity = |it: &Column| it.identity.map(|identity| sql::identity(identity, &it.data_type));
        changes.compare_text(object, Property::Identity, identity(self).as_deref(), identity(to).as_deref());
        let generated = |it: &Column| it.generated.as_ref().map(sql::generated);
        changes.compare_text(
            object,
            Property::Generated,
            generated(self).as_deref(),
            generated(to).as_deref(),
        );
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
    }
}

pub(super) fn rename(schema: &mut Schema, name: &Name, old: &str, new: &str) {
    if let Some(table) = schema.tables.get_mut(name) {
        table
            .columns
            .iter_mut()
            .filter(|column| column.name == old)
            .for_each(|column| new.clone_into(&mut column.name));
        let own = |sql: &mut String| *sql = rewrite::column(sql, old, new);
        for (sql, uses) in table.texts() {
            if uses.columns.remove(old) {
                uses.columns.insert(new.to_owned());
                own(sql);
            }
        }
        table.partition_by.iter_mut().for_each(own);
        for constraint in table.constraints.values_mut() {
            match &mut constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    if rewrite::names(&mut key.columns, old, new)
                        || key.index.contains(&quote_identifier(old))
                    {
                        own(&mut key.index);
                    }
                }
                ConstraintKind::ForeignKey { columns, .. } => {
                    rewrite::names(columns, old, new);
                }
                ConstraintKind::Check | ConstraintKind::Exclusion => {}
            }
        }
    }
    for constraint in schema.tables.values_mut().flat_map(|table| table.constraints.values_mut()) {
        let ConstraintKind::ForeignKey { references, referenced, .. } = &mut constraint.kind else {
            continue;
        };
        if references == name
            && rewrite::names(referenced, old, new)
            && let Some((own, other, rest)) = rewrite::foreign_key(&constraint.definition)
        {
            let prefix = references.to_string();
            let columns = rewrite::column(other.strip_prefix(&prefix).unwrap_or(&other), old, new);
            constraint.definition = format!("{own}{prefix}{columns}{rest}");
        }
    }
    for owner in schema.sequences.values_mut().filter_map(|sequence| sequence.owned_by.as_mut()) {
        if owner.0 == *name && owner.1 == old {
            new.clone_into(&mut owner.1);
        }
    }
}

impl Planner<'_> {
    pub(super) fn columns(&mut self, name: &Name, was: &Table, is: &Table) {
        let mut empty = Vec::new();
        for column in &is.columns {
            let object = Object::column(name, &column.name);
            if self.delta.creates(&object) {
                if self.add_column(name, column) {
                    empty.push(column);
                }
            } else if let Some(before) = was.column(&column.name) {
                self.alter_column(name, before, column);
                self.alter_comment(&object, column.comment.as_deref());
            } else {
                self.adjust_given_column(name, is, column);
            }
        }
        if !empty.is_empty() {
            self.set_not_null(name, &empty, true);
        }
        for column in &was.columns {
            if self.delta.removes(&Object::column(name, &column.name)) {
                self.drop_column(name, column);
            }
        }
        let analyzed: Vec<_> = Object::columns(name, is.columns.iter().map(|column| &column.name))
            .zip(&is.columns)
            .filter(|(object, column)| {
                let is_retyped = self.delta.needs_rebuild(name, &column.name)
                    && self.delta.alters(object, Property::Type)
                    && !self.delta.creates(object);
                is_retyped || self.recomputes(name, column)
            })
            .map(|(object, _)| object)
            .collect();
        if !analyzed.is_empty() {
            let step = Step::new(Priority::Analyze, format!("ANALYZE {name}")).roles(Role::Needs, analyzed);
            self.push_on(step, [name]);
        }
    }

    /// Alters a column that a table gets from the table above, where the two differ.
    fn adjust_given_column(&mut self, name: &Name, table: &Table, column: &Column) {
        let given = table.parents().find_map(|parent| self.to.column(parent, &column.name));
        let Some(given) = given else { return };
        let object = Object::column(name, &column.name);
        let first = self.steps.len();
        self.alter_column(name, given, column);
        self.alter_comment(&object, column.comment.as_deref());
        let added = self.steps.split_off(first);
        self.steps.extend(added.into_iter().map(|step| step.needs(object.clone())));
    }

    /// Adds a column. Returns whether it is nullable at first, because a person has to fill it.
    fn add_column(&mut self, table: &Name, column: &Column) -> bool {
        let object = Object::column(table, &column.name);
        let fills_itself =
            column.default.is_some() || column.identity.is_some() || column.generated.is_some();
        let needs_person = !column.nullable && !fills_itself;
        let mut first = column.clone();
        first.nullable |= needs_person && self.style.slots;
        let sql = render::alter_table(table, format_args!("ADD COLUMN {}", definition(table, &first)));
        let mut step = Step::new(Priority::Column, sql).roles(Role::Needs, column.needs());
        if needs_person && !self.style.slots {
            step = step.hazard(Hazard::MayFailOnData).hazard(Hazard::BlocksReads);
        }
        if rewrites_when_added(column) {
            step = step.hazard(Hazard::RewritesTable).hazard(Hazard::BlocksReads);
        }
        step = step.roles(Role::Needs, Object::columns(table, column.computed_from()));
        let step = step
            .needs(Object::Table(table.clone()))
            .roles(Role::Makes, self.columns_with_descendants(table, &column.name));
        self.push_on(Self::with_comment(step, &object, column.comment.as_deref()), [table]);
        needs_person && self.style.slots
    }

    fn drop_column(&mut self, table: &Name, column: &Column) {
        let sql = render::alter_table(table, format_args!("DROP COLUMN {}", quote_identifier(&column.name)));
        // Generated columns are dropped before the columns that they are computed from.
        let priority = if column.generated.is_some() { Priority::Drop } else { Priority::DropData };
        let mut step = Step::new(priority, sql).releases(Object::Table(table.clone()));
        step = step.roles(Role::Drops, self.columns_with_descendants(table, &column.name));
        let is_owner = |(of, it): &(Name, String)| of == table && *it == column.name;
        let sequences = self.from.sequences.iter().filter(|(name, it)| {
            it.owned_by.as_ref().is_some_and(is_owner) && !self.to.sequences.contains_key(*name)
        });
        let owned: BTreeSet<_> = sequences.map(|(name, _)| Object::Sequence(name.clone())).collect();
        let released = column.needs().into_iter().filter(|object| !owned.contains(object));
        step = step.roles(Role::Releases, released).roles(Role::Drops, owned.iter().cloned());
        step = step.roles(Role::Releases, Object::columns(table, column.computed_from()));
        // Generated values can be computed again.
        if column.generated.is_none() {
            step = step.hazard(Hazard::DeletesData);
            let rows = self.column_with_key(table, &column.name);
            step = self.copy_hint(step, &format!("{}_{}", table.name, column.name), &rows);
        }
        self.push_on(step, [table]);
    }
}

/// Whether adding the column rewrites the table, because its value differs from row to row.
fn rewrites_when_added(column: &Column) -> bool {
    let is_stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
    is_stored
        || column.identity.is_some()
        || column.default.as_ref().is_some_and(|default| is_volatile(&default.sql))
}
