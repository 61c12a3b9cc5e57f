//! `NOT NULL`.

use super::sql;
use crate::{
    hazard::Hazard,
    kinds::{constraint::validate, planner::Planner},
    order::{Priority, Resource, Role, Step},
    render,
    schema::{Column, Name, Object, Schema, quote_identifier},
};

impl Planner<'_> {
    /// Sets columns to `NOT NULL`. If the table is in use, a check constraint is validated first,
    /// which does not block reads and writes.
    ///
    /// New columns are handled together, because one `UPDATE` fills them all.
    pub(super) fn set_not_null(&mut self, table: &Name, columns: &[&Column], is_new: bool) {
        let objects = columns.iter().map(|column| Object::column(table, &column.name));
        let filled = columns.iter().map(|column| Resource::Filled(table.clone(), column.name.clone()));
        let slot = self.populate_slot(table, columns, is_new);
        if !self.is_online(table) {
            let sets = columns.iter().map(|column| set_not_null(table, column));
            let step = Step::new(Priority::Populate, alter_table(table, sets))
                .slot(slot)
                .hazard(Hazard::MayFailOnData)
                .hazard(Hazard::BlocksReads);
            let nulls = columns.iter().map(|column| Resource::Null(table.clone(), column.name.clone()));
            let step = step.roles(Role::Needs, objects).roles(Role::Makes, filled).roles(Role::Makes, nulls);
            self.push_on(step, [table]);
            return;
        }
        let checks = self.check_names(table, columns);
        let adds = columns.iter().zip(&checks).map(|(column, check)| {
            let (column, check) = (quote_identifier(&column.name), quote_identifier(check));
            format!("ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID")
        });
        let added = checks.iter().map(|check| Object::constraint(table, check));
        let mut step = Step::new(Priority::Populate, alter_table(table, adds))
            .slot(slot)
            .roles(Role::Makes, added)
            .roles(Role::Makes, filled);
        for object in objects {
            step = if is_new { step.needs_committed(object) } else { step.needs(object) };
        }
        self.push_on(step, [table]);
        for (column, check) in columns.iter().zip(checks) {
            let valid = Resource::Valid(table.clone(), check.clone());
            let null = Resource::Null(table.clone(), column.name.clone());
            let quoted = quote_identifier(&check);
            let step = Step::new(Priority::Validate, validate(table, &check))
                .needs_committed(Object::Constraint(table.clone(), check))
                .makes(valid.clone());
            self.push_on(step.hazard(Hazard::MayFailOnData), [table]);
            let step = Step::new(Priority::Tighten, alter_table(table, [set_not_null(table, column)]))
                .then(alter_table(table, [format!("DROP CONSTRAINT {quoted}")]));
            self.push_on(step.needs(valid).makes(null), [table]);
        }
    }

    /// Unused names for check constraints.
    fn check_names(&self, table: &Name, columns: &[&Column]) -> Vec<String> {
        let has = |schema: &Schema, name: &Name| {
            schema.tables.get(table).is_some_and(|table| table.constraints.contains_key(&name.name))
        };
        let mut names: Vec<String> = Vec::new();
        for column in columns {
            let base = table.sibling(format!("{}_{}", table.name, column.name));
            let is_taken =
                |name: &Name| has(self.from, name) || has(self.to, name) || names.contains(&name.name);
            names.push(base.derive("_is_set", is_taken).name);
        }
        names
    }
}

fn alter_table(table: &Name, actions: impl IntoIterator<Item = String>) -> String {
    render::alter_table(table, actions.into_iter().collect::<Vec<_>>().join(",\n    "))
}

fn set_not_null(table: &Name, column: &Column) -> String {
    let quoted = quote_identifier(&column.name);
    match sql::named_not_null(table, column) {
        Some(name) => format!("ADD CONSTRAINT {name} NOT NULL {quoted}"),
        None => format!("ALTER COLUMN {quoted} SET NOT NULL"),
    }
}
