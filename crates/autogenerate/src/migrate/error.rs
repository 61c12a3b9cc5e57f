//! Why a database could not be migrated.

use std::time::Duration;

use crate::revision::{RevisionError, list};

/// Why a database could not be migrated; its words say what to do.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database reported an error outside a migration.
    #[error("the database cannot be asked for its migrations")]
    Database(#[from] sqlx::Error),
    /// The migrations do not fit together, or the one that was asked for is not there.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// A migration failed.
    #[error("migration {version} ({description}) failed; the ones before it stay applied")]
    Failed {
        /// The version of the file.
        version: i64,
        /// sqlx's name of it.
        description: String,
        /// What the database reported.
        #[source]
        source: sqlx::Error,
    },
    /// A way down failed.
    #[error("migration {version} ({description}) could not be reverted; the newer ones stay reverted")]
    RevertFailed {
        /// The version of the file.
        version: i64,
        /// sqlx's name of it.
        description: String,
        /// What the database reported.
        #[source]
        source: sqlx::Error,
    },
    /// A migration file is not the one that was applied.
    #[error(
        "migration {0} was edited after it was applied to this database; restore the file and write a new migration (or, where \
         the data do not matter, downgrade to before it and upgrade again)"
    )]
    Edited(i64),
    /// Another process holds the lock.
    #[error("another process has been migrating this database for {} s; try again when it is done", .0.as_secs())]
    Busy(Duration),
    /// A person has not said yet what their data become.
    #[error("{file}, line {line}: open slot: {title}; say there what the data become, and delete the line")]
    OpenSlot {
        /// The file's name.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What has to be done there.
        title: String,
    },
    /// There is no way back.
    #[error(
        "{file}, line {line}: irreversible: {reason}; restore a backup, or write statements there in its place"
    )]
    Irreversible {
        /// The file's name.
        file: String,
        /// Counted from 1.
        line: usize,
        /// Why there is none.
        reason: String,
    },
    /// There is no file for the way down.
    #[error("migration {0} has no .down.sql, so it cannot be reverted; write one")]
    NoDown(i64),
    /// Something is applied that is not among these migrations.
    #[error(
        "the database has migrations that are not here: {}; downgrade with the program or the checkout that has them",
        list(.0)
    )]
    Unknown(Vec<i64>),
    /// A revision is applied in part, and its way down is for the whole.
    #[error(
        "revision {revision} is applied in part ({applied} of {of} files), and its way down is for the whole: upgrade to {revision} \
         first; if it cannot be finished, undo by hand what was applied, and stamp the revision before it"
    )]
    Partly {
        /// The revision.
        revision: i64,
        /// How many of its files are applied.
        applied: usize,
        /// How many there are.
        of: usize,
    },
    /// A way down was interrupted.
    #[error(
        "reverting revision {0} was interrupted in its middle: downgrade to before it finishes that (or stamp it, if nothing of it is reverted)"
    )]
    Reverting(i64),
    /// More steps than there are.
    #[error("{asked} revisions were asked for, but only {there} are {what}")]
    TooFar {
        /// How many were asked for.
        asked: usize,
        /// How many there are.
        there: usize,
        /// `pending` or `applied`.
        what: &'static str,
    },
    /// A way down to a revision that is not applied.
    #[error(
        "revision {0} is not applied to this database, so there is no way down to it; `history` shows what is"
    )]
    NotApplied(i64),
}
