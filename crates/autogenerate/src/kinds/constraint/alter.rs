//! Alters constraints in place.

use super::validate;
use crate::{
    change::Property,
    hazard::Hazard,
    kinds::planner::Planner,
    order::{Priority, Step},
    render,
    schema::{Constraint, Name, Object, quote_identifier},
};

impl Planner<'_> {
    /// Alters the deferrability, enforcement and validity of a constraint that stays.
    pub(super) fn alter_constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        let object = Object::constraint(table, name);
        let was = self.from.tables.get(table).and_then(|table| table.constraints.get(name));
        if self.delta.alters(&object, Property::Definition)
            && let Some(was) = was
        {
            let step = self.alter_attributes(table, name, (was, it)).makes(object.clone());
            self.push_on(step, it.kind.references().into_iter().chain([table]));
        }
        if self.delta.alters(&object, Property::Validity) {
            let slot = self.violation_slot(table, name, it);
            let step =
                Step::new(Priority::Validate, validate(table, name)).hazard(Hazard::MayFailOnData).slot(slot);
            self.push_on(step.makes(object), [table]);
        }
    }

    /// Alters whether a foreign key is deferrable and enforced.
    fn alter_attributes(&self, table: &Name, name: &str, (was, is): (&Constraint, &Constraint)) -> Step {
        let mut sql = format!("ALTER CONSTRAINT {}", quote_identifier(name));
        let when = is.split_attributes().1;
        if was.split_attributes().1 != when {
            sql.push_str(when);
        }
        let begins = is.is_enforced() && !was.is_enforced();
        if was.is_enforced() != is.is_enforced() {
            sql.push_str(if begins { " ENFORCED" } else { " NOT ENFORCED" });
        }
        let step = Step::new(Priority::Alter, render::alter_table(table, sql));
        if begins && self.holds_rows(table) {
            let slot = self.violation_slot(table, name, is);
            step.hazard(Hazard::MayFailOnData).hazard(Hazard::BlocksReads).slot(slot)
        } else {
            step
        }
    }
}
