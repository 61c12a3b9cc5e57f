//! Checks and foreign keys that are validated without blocking writes.

use super::{add, priority, validate};
use crate::{
    hazard::Hazard,
    kinds::planner::Planner,
    order::{Priority, Resource, Role, Step},
    schema::{Constraint, ConstraintKind, Name, Object},
};

impl Planner<'_> {
    /// Adds the constraint as `NOT VALID`, then validates it in a transaction of its own, without
    /// blocking writes.
    ///
    /// Every update of a row has to satisfy a check that is not valid yet. So wrong rows are
    /// repaired before it is added: another slot may update them, too. A foreign key is only looked
    /// at if its columns change.
    pub(super) fn create_validated(&mut self, table: &Name, name: &str, it: &Constraint) {
        let object = Object::constraint(table, name);
        let valid = Resource::Valid(table.clone(), name.to_owned());
        let mut validation =
            Step::new(Priority::Validate, validate(table, name)).needs_committed(object.clone()).makes(valid);
        let (mut slot, mut first) = (None, priority(it));
        if let Some(moved) = self.moved_reference(table, it) {
            // The old values go once they are carried over.
            let columns =
                [Object::column(table, moved.column), Object::column(moved.table, moved.referenced)];
            validation = validation.roles(Role::Releases, columns).hazard(Hazard::MayFailOnData);
            validation = validation.slot(self.carry_slot(table, &moved));
        } else if self.may_fail(table, name, it) {
            validation = validation.hazard(Hazard::MayFailOnData);
            slot = self.new_violation_slot(table, name, it);
        }
        if it.kind != ConstraintKind::Check {
            validation = validation.add_slot(slot.take());
        } else if slot.is_some() {
            first = Priority::Populate;
        }
        let filled = slot.iter().flat_map(|_| Resource::filled(table, &it.uses.columns));
        let step = Step::new(first, add(table, name, it, true)).roles(Role::Needs, filled).slot(slot);
        let step = step.makes(object).roles(Role::Needs, self.constraint_needs(table, name, it));
        let tables = it.kind.references().into_iter().chain([table]);
        self.push_on(step, tables.clone());
        self.push_on(validation, tables);
    }

    /// Whether existing rows may violate a new constraint.
    fn may_fail(&self, table: &Name, name: &str, it: &Constraint) -> bool {
        let has_new_values = |column: &String| {
            let object = Object::column(table, column);
            self.delta.is_retyped(table, column) || self.delta.rebuilt.contains(&object)
        };
        !self.accepts_new_columns(table, it)
            && (it.uses.columns.iter().any(has_new_values) || !self.is_implied(table, name, it))
    }
}
