//! `NOT NULL`.

use super::{Planner, constraint::not_valid};
use crate::{
    diff::{Object, free_name},
    hazard::Hazard,
    order::{Priority, Step, Thing},
    render,
    schema::{Column, Name, Schema, quote_identifier},
};

impl Planner<'_> {
    /// Takes `NULL` no longer; for others to read and write meanwhile, by way of a check that is validated first.
    pub(super) fn set_not_null(&mut self, table: &Name, column: &Column, is_new: bool) {
        let object = Object::Column(table.clone(), column.name.clone());
        let null = Thing::Null(table.clone(), column.name.clone());
        let slot = self.populate_slot(table, column, is_new);
        let filled = Thing::Filled(table.clone(), column.name.clone());
        let set = render::alter_column(table, &column.name, "SET NOT NULL");
        if !self.is_online(table) {
            let step =
                Step::new(Priority::Populate, set).hazard(Hazard::MayFailOnData).hazard(Hazard::BlocksReads);
            self.push_on(step.slot(slot).needs(object).makes(null).makes(filled), [table]);
            return;
        }
        let base = table.sibling(format!("{}_{}", table.name, column.name));
        let has = |schema: &Schema, name: &Name| {
            schema.tables.get(table).is_some_and(|table| table.constraints.contains_key(&name.name))
        };
        let name = free_name(&base, "_is_set", |name| has(self.from, name) || has(self.to, name)).name;
        let check = Object::Constraint(table.clone(), name.clone());
        let quoted = quote_identifier(&name);
        let add = format!(
            "ADD CONSTRAINT {quoted} CHECK ({} IS NOT NULL) NOT VALID",
            quote_identifier(&column.name)
        );
        let step = Step::new(Priority::Populate, render::alter_table(table, add))
            .slot(slot)
            .makes(check.clone())
            .makes(filled);
        self.push_on(if is_new { step.settled(object) } else { step.needs(object) }, [table]);
        let valid = Thing::Valid(table.clone(), name.clone());
        let step = Step::new(Priority::Validate, not_valid(table, &name)).settled(check).makes(valid.clone());
        self.push_on(step.hazard(Hazard::MayFailOnData), [table]);
        let step = Step::new(Priority::Tighten, set)
            .then(render::alter_table(table, format_args!("DROP CONSTRAINT {quoted}")));
        self.push_on(step.settled(valid).makes(null), [table]);
    }
}
