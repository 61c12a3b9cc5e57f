//! Columns of tables that stay.

use std::collections::BTreeSet;

use super::{Planner, alter::is_volatile, table::column_needs};
use crate::{
    diff::{Object, Property},
    hazard::Hazard,
    order::{Priority, Role, Step},
    render,
    schema::{Column, Name, Table, quote_identifier},
};

impl Planner<'_> {
    pub(super) fn columns(&mut self, name: &Name, was: &Table, is: &Table) {
        let mut empty = Vec::new();
        for column in &is.columns {
            let object = Object::Column(name.clone(), column.name.clone());
            if self.delta.comes(&object) {
                if self.add_column(name, column) {
                    empty.push(column);
                }
            } else if let Some(before) = was.column(&column.name) {
                self.alter_column(name, before, column);
                self.alter_comment(&object, column.comment.as_deref());
            }
        }
        if !empty.is_empty() {
            self.set_not_null(name, &empty, true);
        }
        for column in &was.columns {
            if self.delta.goes(&Object::Column(name.clone(), column.name.clone())) {
                self.drop_column(name, column);
            }
        }
        let analyzed = is.columns.iter().filter(|column| {
            let object = Object::Column(name.clone(), column.name.clone());
            let key = (name.clone(), column.name.clone());
            self.delta.retyped.get(&key) == Some(&true)
                && self.delta.alters(&object, Property::Type)
                && !self.delta.comes(&object)
        });
        let analyzed: Vec<_> =
            analyzed.map(|column| Object::Column(name.clone(), column.name.clone())).collect();
        if !analyzed.is_empty() {
            let step = Step::new(Priority::Analyze, format!("ANALYZE {name}")).roles(Role::Needs, analyzed);
            self.push_on(step, [name]);
        }
    }

    /// Whether it may be null at first, since a person has to say what is in it.
    fn add_column(&mut self, table: &Name, column: &Column) -> bool {
        let object = Object::Column(table.clone(), column.name.clone());
        let fills_itself =
            column.default.is_some() || column.identity.is_some() || column.generated.is_some();
        let needs_person = !column.nullable && !fills_itself;
        let mut first = column.clone();
        first.nullable |= needs_person && self.style.slots;
        let sql = render::alter_table(table, format_args!("ADD COLUMN {}", render::column(&first)));
        let mut step = Step::new(Priority::Column, sql).roles(Role::Needs, column_needs(column));
        if needs_person && !self.style.slots {
            step = step.hazard(Hazard::MayFailOnData);
        }
        if rewrites_when_added(column) {
            step = step.hazard(Hazard::RewritesTable).hazard(Hazard::BlocksReads);
        }
        if let Some(generated) = &column.generated {
            let used = generated.expression.uses.columns.iter();
            step = step.roles(Role::Needs, used.map(|column| Object::Column(table.clone(), column.clone())));
        }
        let step = step
            .needs(Object::Table(table.clone()))
            .roles(Role::Makes, self.columns_below(table, &column.name));
        self.push_on(Self::comment_of_new(step, &object, column.comment.as_deref()), [table]);
        needs_person && self.style.slots
    }

    fn drop_column(&mut self, table: &Name, column: &Column) {
        let sql = render::alter_table(table, format_args!("DROP COLUMN {}", quote_identifier(&column.name)));
        // What is computed from others goes before them.
        let priority = if column.generated.is_some() { Priority::Drop } else { Priority::DropData };
        let mut step = Step::new(priority, sql).leaves(Object::Table(table.clone()));
        step = step.roles(Role::Drops, self.columns_below(table, &column.name));
        let mut owned = BTreeSet::new();
        for (name, sequence) in &self.from.sequences {
            let is_owner =
                sequence.owned_by.as_ref().is_some_and(|(of, it)| of == table && *it == column.name);
            if is_owner && !self.to.sequences.contains_key(name) {
                owned.insert(Object::Sequence(name.clone()));
            }
        }
        let left = column_needs(column).into_iter().filter(|object| !owned.contains(object));
        step = step.roles(Role::Leaves, left).roles(Role::Drops, owned.iter().cloned());
        if let Some(generated) = &column.generated {
            let used = generated.expression.uses.columns.iter();
            step = step.roles(Role::Leaves, used.map(|column| Object::Column(table.clone(), column.clone())));
        }
        // What is computed by other columns is not lost.
        if column.generated.is_none() {
            step = step.hazard(Hazard::DeletesData);
            let rows = self.column_with_key(table, &column.name);
            step = self.copy_hint(step, &format!("{}_{}", table.name, column.name), &rows);
        }
        self.push_on(step, [table]);
    }
}

/// Whether all rows are written anew: what is not the same for all of them has to be put into each.
fn rewrites_when_added(column: &Column) -> bool {
    let is_stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
    is_stored
        || column.identity.is_some()
        || column.default.as_ref().is_some_and(|default| is_volatile(&default.sql))
}
