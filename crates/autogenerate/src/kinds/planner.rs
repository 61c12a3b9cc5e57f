//! Both sides of a plan, and the steps that the kinds add to it.

use std::collections::BTreeSet;

use super::{delta::Delta, rename::Rename};
use crate::{
    change::{Change, Property},
    order::{Priority, Role, Step},
    plan::Style,
    render,
    schema::{Name, Object, Schema, Table},
};

/// Both schemas, and the steps planned so far.
pub(crate) struct Planner<'a> {
    /// The current schema, after the renames.
    pub(super) from: &'a Schema,
    pub(super) to: &'a Schema,
    pub(super) delta: Delta,
    pub(super) renames: &'a [Rename],
    pub(super) style: Style,
    /// Whether a slot also marks values that a cast changes without an error.
    pub(crate) guards: bool,
    /// The schemas before and after all files, if the plan reverts one of them.
    pub(crate) ends: Option<[&'a Schema; 2]>,
    pub(super) steps: Vec<Step>,
}

impl<'a> Planner<'a> {
    /// Starts a plan from `from`, in which everything is already renamed, to `to`.
    pub(crate) fn new(
        (from, to): (&'a Schema, &'a Schema),
        changes: &[Change],
        renames: &'a [Rename],
        style: Style,
    ) -> Self {
        Self {
            from,
            to,
            delta: Delta::new((from, to), changes, style.online),
            renames,
            style,
            guards: false,
            ends: None,
            steps: Vec::new(),
        }
    }

    /// Takes the steps planned so far.
    pub(crate) fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Adds a step, and records which of these existing tables it touches.
    pub(super) fn push_on<'n>(&mut self, step: Step, tables: impl IntoIterator<Item = &'n Name>) {
        let existing: BTreeSet<_> =
            tables.into_iter().filter(|table| self.existing_table(table).is_some()).cloned().collect();
        self.steps.push(step.touches(&existing));
    }

    /// The current table, if it exists and is not rebuilt.
    pub(super) fn existing_table(&self, table: &Name) -> Option<&'a Table> {
        let is_created = self.delta.creates(&Object::Table(table.clone()));
        self.from.tables.get(table).filter(|_| !is_created)
    }

    /// Whether the table is in use during the migration, so that statements should not block it.
    pub(super) fn is_online(&self, table: &Name) -> bool {
        self.style.online && self.existing_table(table).is_some()
    }

    /// A temporary name for an index that replaces another one.
    pub(super) fn temporary_index(&self, table: &Name, name: &str) -> String {
        self.free_name(&table.sibling(name), "_new").name
    }

    /// `name` with a suffix, and a number if a relation of either schema is called so.
    pub(super) fn free_name(&self, name: &Name, suffix: &str) -> Name {
        name.derive(suffix, |name| self.from.is_relation(name) || self.to.is_relation(name))
    }

    /// Adds the comment of an object to the step that creates it.
    pub(super) fn with_comment(step: Step, object: &Object, text: Option<&str>) -> Step {
        match text {
            Some(_) => step.then(render::comment(object, text)),
            None => step,
        }
    }

    /// Sets the comment of an existing object if it changes.
    pub(super) fn alter_comment(&mut self, object: &Object, text: Option<&str>) {
        if self.delta.alters(object, Property::Comment) && !self.delta.creates(object) {
            self.set_comment(object, text);
        }
    }

    /// Sets or removes the comment of an object, once the object exists.
    pub(super) fn set_comment(&mut self, object: &Object, text: Option<&str>) {
        let step = Step::new(Priority::Comment, render::comment(object, text)).needs(object.clone());
        self.push_on(step, object.table());
    }

    /// The columns whose type is replaced, which should all change in one transaction.
    pub(crate) fn swapped_columns(&self) -> Vec<Object> {
        let columns = self.to.tables.iter().flat_map(|(table, it)| {
            let swapped = it.columns.iter().filter(|column| {
                column.enum_type.as_ref().is_some_and(|name| self.delta.swapped.contains(name))
                    || self.replaced_types(column).next().is_some()
            });
            swapped.map(|column| Object::column(table, &column.name))
        });
        columns.collect()
    }

    /// The column in the table and in all those that inherit from it.
    pub(super) fn columns_with_descendants(&self, table: &Name, column: &str) -> Vec<Object> {
        let mut tables = self.from.with_descendants(table);
        tables.extend(self.to.with_descendants(table));
        tables.into_iter().map(|table| Object::Column(table, column.to_owned())).collect()
    }
}

/// A step that creates an object in the schema of its name, which must exist.
pub(super) fn create_step(priority: Priority, object: Object, name: &Name, sql: String) -> Step {
    Step::new(priority, sql).makes(object).roles(Role::Needs, Object::namespace(name))
}

/// A step that drops an object from the schema of its name.
pub(super) fn drop_step(priority: Priority, object: Object, name: &Name) -> Step {
    let sql = format!("DROP {}", object.sql());
    Step::new(priority, sql).drops(object).roles(Role::Releases, Object::namespace(name))
}
