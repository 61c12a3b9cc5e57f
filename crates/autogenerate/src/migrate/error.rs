//! The errors of applying and reverting migrations.

use std::time::Duration;

use super::failure::Failure;
use crate::revision::{RevisionError, list};

/// Why a database could not be migrated. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database reported an error outside a migration.
    #[error("the applied migrations cannot be queried")]
    Database(#[from] sqlx::Error),
    /// The migrations are inconsistent, or the requested one does not exist.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// A migration failed.
    #[error("{failure}\n  the files before it stay applied")]
    Failed {
        /// The version of the file.
        version: i64,
        /// The statement that failed.
        failure: Box<Failure>,
    },
    /// Reverting a migration failed.
    #[error("{failure}\n  the newer files stay reverted")]
    RevertFailed {
        /// The version of the file.
        version: i64,
        /// The statement that failed.
        failure: Box<Failure>,
    },
    /// A migration file was edited after it was applied.
    #[error(
        "migration {0} was edited after it was applied to this database; restore the file and write a new migration (or, if \
         the data does not matter, downgrade to before it and upgrade again)"
    )]
    Edited(i64),
    /// Another process holds the lock.
    #[error("another process has been migrating this database for {} s; try again when it has finished", .0.as_secs())]
    Busy(Duration),
    /// A file has an open slot.
    #[error("{file}, line {line}: open slot: {title}; complete the statement and delete this line")]
    OpenSlot {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the statement has to do.
        title: String,
    },
    /// A way down is marked as irreversible.
    #[error(
        "{file}, line {line}: irreversible: {reason}; restore a backup, or replace the line with statements that revert the migration"
    )]
    Irreversible {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// Why it is irreversible.
        reason: String,
    },
    /// A migration has no file for the way down.
    #[error("migration {0} has no .down.sql, so it cannot be reverted; write one")]
    NoDown(i64),
    /// The database has applied migrations that are not known here.
    #[error(
        "the database has migrations that are not known here: {}; downgrade with the program or the checkout that has them",
        list(.0)
    )]
    Unknown(Vec<i64>),
    /// A revision is partly applied, and its way down needs all of it.
    #[error(
        "revision {revision} is partly applied ({applied} of {of} files), and its way down needs all of it: upgrade to \
         {revision} first; if that fails, undo the applied files by hand and stamp the revision before it"
    )]
    PartlyApplied {
        /// The version of the revision.
        revision: i64,
        /// The number of its files that are applied.
        applied: usize,
        /// The number of its files.
        of: usize,
    },
    /// Reverting a revision was interrupted.
    #[error(
        "reverting revision {0} was interrupted: downgrade to the revision before it to finish (or stamp it, if nothing of it was reverted)"
    )]
    Reverting(i64),
    /// More revisions were requested than there are.
    #[error("{asked} revisions were requested, but only {there} are {what}")]
    TooFar {
        /// The number that was requested.
        asked: usize,
        /// The number that exists.
        there: usize,
        /// `pending` or `applied`.
        what: &'static str,
    },
    /// The target of a downgrade is not applied.
    #[error(
        "revision {0} is not applied to this database, so it cannot be downgraded to; `history` lists the applied ones"
    )]
    NotApplied(i64),
}
