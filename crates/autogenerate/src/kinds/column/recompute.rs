//! Changes in place how a generated column is computed (PostgreSQL 17).

use super::alter::Alterations;
use crate::{
    change::Property,
    hazard::Hazard,
    kinds::{definition::condition, planner::Planner},
    plan::Slot,
    render::{rewrite, tokens},
    schema::{Column, Constraint, ConstraintKind, Name, Object, quote_identifier},
};

impl Planner<'_> {
    /// Whether the expression of a generated column is replaced in place.
    pub(super) fn recomputes(&self, table: &Name, column: &Column) -> bool {
        let object = Object::column(table, &column.name);
        column.generated.is_some()
            && self.delta.alters(&object, Property::Generated)
            && !self.delta.creates(&object)
    }

    /// Replaces the expression. PostgreSQL computes all values again, and builds the indexes and
    /// checks the constraints that use them.
    pub(super) fn set_expression(&self, group: &mut Alterations<'_>, column: &Column) {
        let Some(generated) = &column.generated else { return };
        let (table, value) = (group.table, tokens::parenthesized(&generated.expression.sql));
        group.push(&format!("SET EXPRESSION AS {value}"));
        if !self.holds_rows(table) {
            return;
        }
        group.hazard(Hazard::RewritesTable);
        group.hazard(Hazard::BlocksReads);
        let rules = self.rules_on(table, column);
        let keys = self.merged_keys(table, column, &value);
        if !rules.is_empty() || !keys.is_empty() {
            group.hazard(Hazard::MayFailOnData);
        }
        let checks = rules.into_iter().filter(|(_, it)| it.kind == ConstraintKind::Check);
        let checks = checks.filter_map(|(name, it)| {
            let wrong = format!("NOT {}", condition(&it.definition));
            let title = format!("resolve rows of {table} that {} does not allow", quote_identifier(name));
            self.rows_slot(table, title, &rewrite::expression(&wrong, &column.name, &value))
        });
        let keys = keys.iter().filter_map(|key| self.duplicates_slot(table, key));
        let slot = checks.chain(keys).reduce(Slot::and);
        group.step = group.step.take().map(|step| step.slot(slot));
    }

    /// The constraints that stay and apply to the values of a column.
    fn rules_on(&self, table: &Name, column: &Column) -> Vec<(&String, &Constraint)> {
        let uses = |it: &Constraint| match &it.kind {
            ConstraintKind::ForeignKey { columns, .. } => columns.contains(&column.name),
            _ => it.uses.columns.contains(&column.name),
        };
        let constraints = self.to.tables.get(table).into_iter().flat_map(|table| &table.constraints);
        let rules = constraints.filter(|(name, it)| {
            let is_checked = it.validated && it.is_enforced() && uses(it);
            is_checked && !self.delta.creates(&Object::constraint(table, *name))
        });
        rules.collect()
    }

    fn rows_slot(&self, table: &Name, title: String, wrong: &str) -> Option<Slot> {
        let template = format!("UPDATE {table} SET … WHERE {wrong};");
        let rehearsal = format!("DELETE FROM {table} WHERE {wrong}");
        self.slot(table, title, &format!("{table} WHERE {wrong}"), [template, rehearsal])
    }
}
