//! Slots, where a person migrates data.

use std::collections::BTreeSet;

use super::cascade::{Cascade, grouped};
use crate::{hazard::Hazard, schema::quote_literal};

/// A gap in a migration, where only a person knows what the data should become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The task, such as `populate items.sku`.
    pub title: String,
    /// A query that counts the affected rows, to be run on the actual database.
    pub count: String,
    /// Statements to start from, with `…` where something has to be filled in.
    pub template: String,
    /// The template as a statement that commits in portions, so that no row stays locked for long.
    /// It needs a file of its own.
    pub portions: Option<String>,
    /// Statements that fill the slot for the sample rows of the proof.
    pub rehearsal: String,
    /// A query that counts the affected rows by the names that hold where the slot is; empty if
    /// only the statement itself can tell which rows are affected.
    pub remaining: String,
    /// The number of affected rows, if they were counted.
    pub rows: Option<u64>,
    /// Whether the statements to start from delete rows.
    pub deletes: bool,
    /// Whether the file stops if there are such rows, instead of leaving a gap.
    pub is_guard: bool,
    /// What else happens if the statements delete rows.
    pub cascades: Vec<Cascade>,
}

impl Slot {
    /// A statement that fails, with their number, if there are affected rows; `None` if only the
    /// statement after it can tell.
    pub(crate) fn guard(&self) -> Option<String> {
        if self.remaining.is_empty() {
            return None;
        }
        // A percent sign is a placeholder in RAISE.
        let message = quote_literal(&format!("{} (% rows)", self.title.replace('%', "%%")));
        Some(format!(
            "DO $guard$\nDECLARE\n    found bigint := ({});\nBEGIN\n    IF found > 0 THEN\n        \
             RAISE EXCEPTION {message}, found;\n    END IF;\nEND $guard$",
            self.remaining
        ))
    }

    /// One slot for both tasks.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            title: format!("{}, and {}", self.title, other.title),
            count: format!("SELECT ({}) + ({})", self.count, other.count),
            template: format!("{}\n{}", self.template, other.template),
            portions: None,
            rehearsal: format!("{};\n{}", self.rehearsal, other.rehearsal),
            // If one part cannot tell, neither can both.
            remaining: if self.remaining.is_empty() || other.remaining.is_empty() {
                String::new()
            } else {
                format!("SELECT ({}) + ({})", self.remaining, other.remaining)
            },
            rows: self.rows.zip(other.rows).map(|(rows, others)| rows + others),
            deletes: self.deletes || other.deletes,
            is_guard: self.is_guard,
            cascades: [self.cascades, other.cascades].concat(),
        }
    }

    /// Whether it commits in portions. A guard does not change rows.
    pub(crate) fn in_portions(&self) -> Option<&str> {
        self.portions.as_deref().filter(|_| !self.is_guard)
    }

    /// The hazards of the statements to start from. A guard changes nothing.
    #[must_use]
    pub fn hazards(&self) -> BTreeSet<Hazard> {
        let mut hazards = BTreeSet::new();
        if self.deletes && !self.is_guard {
            hazards.insert(Hazard::DeletesData);
            if self.cascades.iter().any(Cascade::blocks) {
                hazards.insert(Hazard::MayFailOnData);
            }
        }
        hazards
    }

    /// Sets the number of affected rows, and appends it to the title.
    #[must_use]
    pub fn counted(mut self, rows: u64) -> Self {
        self.rows = Some(rows);
        let what = if rows == 1 { "row" } else { "rows" };
        self.title = format!("{} ({} {what})", self.title, grouped(rows));
        self
    }
}
