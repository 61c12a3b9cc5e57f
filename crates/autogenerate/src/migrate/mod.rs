//! Applying and reverting revisions.
//!
//! What is applied is kept in sqlx's own table, `_sqlx_migrations`, so that sqlx's command line tool works on the same database and the same
//! files: `sqlx migrate run`, `revert` and `info` may be used in turn with what is here. Three things are done otherwise:
//!
//! - The lock, under sqlx's own key, is not waited for inside a statement: a session that waits so blocks another's
//!   `CREATE INDEX CONCURRENTLY`, which the waiting one waits for in turn. It is asked for again and again instead.
//! - A revision of several files ([`revision`](crate::revision)) is taken as one, and finished where it was interrupted.
//! - A file that runs without a transaction is safe to run again: the index that an interrupted run of it left unfinished is dropped first.
//!
//! A way down of several files that is interrupted between them leaves the revision marked (`success = false` in the row of its first
//! file): going up from there would apply what was never reverted. [`downgrade`] goes on where it was; [`upgrade`] and sqlx's tool refuse.

mod error;
mod leftover;
mod lock;
mod path;
mod run;
mod script;
mod stamp;
mod state;
mod table;
mod target;

use std::time::Duration;

use sqlx::PgConnection;

pub use error::MigrationError;
pub use script::{downgrade_sql, upgrade_sql};
pub use stamp::stamp;
pub use state::{Entry, State, Status, history, state};
pub use target::{Down, Stamp, TargetError, Up};

use crate::revision::Migrations;

/// Applies what the database lacks up to a target, oldest first, and returns the versions of the files that were applied.
///
/// Any number of processes may do this at once: each file is applied by one of them. `patience` bounds the wait for the others.
///
/// # Errors
///
/// Before anything is done: [`MigrationError::Busy`] after `patience`; [`MigrationError::Edited`] and [`MigrationError::Reverting`];
/// [`MigrationError::OpenSlot`] in any of the files concerned. [`MigrationError::Failed`] at the first file that fails.
pub async fn upgrade(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Up,
    patience: Duration,
) -> Result<Vec<i64>, MigrationError> {
    let key = lock::take(conn, patience).await?;
    let outcome = apply(conn, migrations, target).await;
    lock::give_back(conn, key, outcome).await
}

async fn apply(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Up,
) -> Result<Vec<i64>, MigrationError> {
    table::ensure(conn).await?;
    let rows = table::read(conn).await?;
    let steps = path::up(migrations, &rows, target)?;
    for step in steps.iter().filter(|step| rows.range(step.version..).next().is_some()) {
        tracing::warn!(version = step.version, "migration.older_than_what_is_applied");
    }
    for step in &steps {
        run::step(conn, step).await?;
    }
    Ok(steps.iter().map(|step| step.version).collect())
}

/// Reverts what is applied down to a target, newest first, and returns the versions that were reverted.
///
/// # Errors
///
/// Before anything is done: [`MigrationError::Busy`] after `patience`; [`MigrationError::Irreversible`] and
/// [`MigrationError::OpenSlot`] in any of the files concerned; [`MigrationError::NoDown`]; [`MigrationError::Unknown`] where something
/// newer is applied than `migrations` have; [`MigrationError::Partly`] where the way up was interrupted and the way down cannot begin in
/// its middle. [`MigrationError::RevertFailed`] at the first file that fails.
pub async fn downgrade(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Down,
    patience: Duration,
) -> Result<Vec<i64>, MigrationError> {
    let key = lock::take(conn, patience).await?;
    let outcome = revert(conn, migrations, target).await;
    lock::give_back(conn, key, outcome).await
}

async fn revert(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Down,
) -> Result<Vec<i64>, MigrationError> {
    let rows = table::read(conn).await?;
    let steps = path::down(migrations, &rows, target)?;
    let edited = state::compare(&rows, migrations).edited;
    for version in steps.iter().flat_map(|step| &step.versions).filter(|version| edited.contains(version)) {
        tracing::warn!(version, "migration.edited_after_it_was_applied");
    }
    for step in &steps {
        run::step(conn, step).await?;
    }
    Ok(steps.iter().flat_map(|step| step.versions.iter().copied()).collect())
}
