//! The errors of applying and reverting migrations.

use std::time::Duration;

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
    #[error("migration {version} ({description}) failed at {location}; the ones before it stay applied")]
    Failed {
        /// The version of the file.
        version: i64,
        /// sqlx's description of the file.
        description: String,
        /// The file, with the line and the first line of the statement, if known.
        location: String,
        /// What the database reported.
        #[source]
        source: sqlx::Error,
    },
    /// Reverting a migration failed.
    #[error(
        "migration {version} ({description}) could not be reverted, because of {location}; the newer ones stay reverted"
    )]
    RevertFailed {
        /// The version of the file.
        version: i64,
        /// sqlx's description of the file.
        description: String,
        /// The file, with the line and the first line of the statement, if known.
        location: String,
        /// What the database reported.
        #[source]
        source: sqlx::Error,
    },
    /// Others hold locks that a migration needs.
    #[error(
        "migration {version} ({description}) cannot lock what it needs, at {location}; run it again when the sessions that \
         use it have ended"
    )]
    Locked {
        /// The version of the file.
        version: i64,
        /// sqlx's description of the file.
        description: String,
        /// The file, with the line and the first line of the statement, if known.
        location: String,
        /// What the database reported.
        #[source]
        source: sqlx::Error,
    },
    /// A migration file was edited after it was applied.
    #[error(
        "migration {0} was edited after it was applied to this database; restore the file and write a new migration; if the \
         schema is the same, `repair` accepts the file"
    )]
    Edited(i64),
    /// The database has another migration of the same version.
    #[error(
        "the database has migration {version} as `{recorded}`, and {file} is another one: get the folder that the database was \
         migrated with, or see what `repair` says"
    )]
    Conflict {
        /// The version.
        version: i64,
        /// sqlx's description of the applied one.
        recorded: String,
        /// The file here.
        file: String,
    },
    /// Another process holds the lock.
    #[error("another process has been migrating this database for {} s; try again when it has finished", .0.as_secs())]
    Busy(Duration),
    /// A file has an open slot.
    #[error("{file}, line {line}: open slot: {title}; complete the statement and delete its SLOT line")]
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
    /// Another process changed the table of applied migrations.
    #[error("the table of applied migrations changed in the meantime: run this again")]
    Changed,
    /// Some of the migrations that a revision replaces are applied, but not all.
    #[error(
        "the database has only some of the migrations that revision {revision} replaces: it lacks {}; upgrade it with a \
         program or a checkout that still has their files, and then again",
        list(.missing)
    )]
    PartlyReplaced {
        /// The version of the revision.
        revision: i64,
        /// The replaced versions that are applied.
        applied: Vec<i64>,
        /// The replaced versions that are not.
        missing: Vec<i64>,
    },
    /// Migrations that a revision replaces were edited after they were applied.
    #[error(
        "the database has migrations applied that are not the ones that revision {revision} replaces, because their files \
         were edited: {}; `repair` compares the schemas and can record the revision",
        list(.edited)
    )]
    ReplacedEdited {
        /// The version of the revision.
        revision: i64,
        /// The versions with another checksum.
        edited: Vec<i64>,
    },
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
        "reverting revision {0} was interrupted: downgrade to the revision before it to finish; if nothing of it was \
         reverted, `repair` records that"
    )]
    Reverting(i64),
    /// Revisions are older than what the database has applied, because another branch overtook
    /// them.
    #[error(
        "newer revisions than {} are applied already, as after a merge: `rebase {}` moves it after them; to apply it as it \
         is, name it (`upgrade {}`)",
        list(.0), .0[0], .0[0]
    )]
    Overtaken(Vec<i64>),
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
    /// A number of revisions without a sign.
    #[error("there is no revision {steps}; did you mean {sign}{steps}?")]
    Steps {
        /// The number that was given.
        steps: usize,
        /// The sign that is missing.
        sign: char,
    },
    /// The target of a downgrade is not applied.
    #[error(
        "revision {0} is not applied to this database, so it cannot be downgraded to; `history` lists the applied ones"
    )]
    NotApplied(i64),
}
