//! Alterations of one column that run together.

use crate::{
    hazard::Hazard,
    order::{Priority, Step},
    render,
    schema::Name,
};

/// Alterations of one column, one behind the other.
pub(super) struct Group<'a> {
    pub(super) table: &'a Name,
    pub(super) column: &'a str,
    pub(super) step: Option<Step>,
}

impl Group<'_> {
    pub(super) fn say(&mut self, action: &str) {
        let sql = render::alter_column(self.table, self.column, action);
        self.step = Some(match self.step.take() {
            Some(step) => step.then(sql),
            None => Step::new(Priority::Alter, sql),
        });
    }

    pub(super) fn hazard(&mut self, hazard: Hazard) {
        self.step = self.step.take().map(|step| step.hazard(hazard));
    }
}
