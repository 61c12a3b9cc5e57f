//! The plan from one schema to another: ordered statements, and how they are split into files.

mod cascade;
mod renames;
mod slot;

use std::collections::BTreeSet;

pub use self::{cascade::Cascade, renames::Renames, slot::Slot};
use crate::{hazard::Hazard, schema::Name};

/// The schema in which hints and the guide keep copies of data.
pub(crate) const COPIES: &str = "attic";

/// An ordered list of statements that migrates one schema to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The statements, in the order in which they run.
    pub statements: Vec<Statement>,
}

impl Plan {
    /// Turns the slots into guards: instead of waiting for a person, the file stops if there are
    /// rows that need one. For a way down, which rarely runs and should not hold up anything until
    /// then.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        for slot in self.statements.iter_mut().filter_map(|statement| statement.slot.as_mut()) {
            slot.is_guard = true;
        }
        self
    }

    /// Returns `true` if there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Joins plans, each of which starts a new file.
    #[must_use]
    pub fn joined<'a>(plans: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut statements = Vec::new();
        for plan in plans {
            let first = statements.len();
            statements.extend(plan.statements.iter().cloned());
            if let Some(statement) = statements.get_mut(first).filter(|it| it.batch == Batch::Same) {
                statement.batch = Batch::New;
            }
        }
        Self { statements }
    }

    /// The statements of each file, in order.
    pub fn files(&self) -> impl Iterator<Item = &[Statement]> {
        self.statements.chunk_by(|before, after| before.batch != Batch::Alone && after.batch == Batch::Same)
    }
}

/// A statement of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The SQL, without a trailing semicolon.
    pub sql: String,
    /// Whether it shares a file with the statements before it.
    pub batch: Batch,
    /// Existing tables that it touches.
    pub tables: BTreeSet<Name>,
    /// The risks and costs of running it, without those of its slot.
    pub hazards: BTreeSet<Hazard>,
    /// Data that a person has to migrate before it runs.
    pub slot: Option<Slot>,
    /// Whether it renames an object that both schemas have.
    pub is_rename: bool,
}

impl Statement {
    /// A statement without tables, hazards or a slot.
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        let (tables, hazards) = (BTreeSet::new(), BTreeSet::new());
        Self { sql: sql.into(), batch: Batch::Same, tables, hazards, slot: None, is_rename: false }
    }

    /// The hazards of the statement and of its slot.
    #[must_use]
    pub fn all_hazards(&self) -> BTreeSet<Hazard> {
        self.hazards.iter().copied().chain(self.slot.iter().flat_map(Slot::hazards)).collect()
    }
}

/// How a statement is batched with those before it: sqlx sends a file as one simple query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Batch {
    /// In the same file and transaction.
    Same,
    /// In a new file, because the locks or the new enum values of the previous file have to be
    /// committed first.
    New,
    /// Alone in a file without a transaction (`… CONCURRENTLY`).
    Alone,
}

/// Locks, rewrites and scans that were observed when a statement was proven.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementNote {
    /// The strongest lock on each table: its mode as PostgreSQL names it, without the word `Lock`
    /// (`AccessExclusive`), and the table as SQL.
    pub locks: Vec<(String, String)>,
    /// Tables and indexes, as SQL, that were rewritten.
    pub rewrites: Vec<String>,
    /// Tables, as SQL, that were scanned.
    pub scans: Vec<String>,
}

/// Options of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Prefer statements that do not block reads and writes, at the price of more files.
    pub online: bool,
    /// Leave a [`Slot`] where a person has to migrate data.
    pub slots: bool,
}
