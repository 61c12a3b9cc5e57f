//! Applying and reverting revisions.
//!
//! Applied migrations are recorded in sqlx's own table, `_sqlx_migrations`. `sqlx migrate run`,
//! `revert` and `info` therefore work on the same database and files, and can be mixed with this
//! module. There are three differences:
//!
//! - The lock, which has sqlx's own key, is polled instead of waited for inside a statement. A
//!   session that waits inside a statement blocks another session's `CREATE INDEX CONCURRENTLY`,
//!   which is a deadlock if that session holds the lock.
//! - A revision of several files ([`revision`](crate::revision)) is applied as one, and completed
//!   if it was interrupted.
//! - A file that runs outside a transaction can run again: an invalid index left by an interrupted
//!   run is dropped first.
//!
//! A revision that [replaces](crate::revision::Revision::replaces) others is recorded in their
//! place, without running it, in a database that has all of them applied.
//!
//! A generated revision of several files may be interrupted between any two of them, in both
//! directions: [`upgrade`], [`downgrade`] and sqlx's tool continue from there.
//!
//! A revision with more files in one direction than in the other has no such points on its way
//! down. If that is interrupted between two files, the revision stays marked (`success = false` in
//! the row of its first file), because upgrading from there would apply what was never reverted.
//! [`downgrade`] continues where it stopped; [`upgrade`] and sqlx's tool return an error.

mod error;
mod fault;
mod leftover;
mod lock;
mod path;
mod repair;
mod replace;
mod run;
mod script;
mod stamp;
mod state;
mod table;
mod target;

use std::time::{Duration, Instant};

use sqlx::PgConnection;

pub use error::MigrationError;
pub use fault::Fault;
pub(crate) use repair::applied_after;
pub use repair::{Recorded, faults, repair};
pub use script::{downgrade_sql, upgrade_sql};
pub use stamp::stamp;
pub use state::{Entry, State, Status, history, state};
pub(crate) use table::applied;
pub use target::{Down, Stamp, TargetError, Up};

use crate::revision::Migrations;

/// Applies pending migrations up to a target, oldest first, and returns the versions of the files
/// that were applied.
///
/// Any number of processes may call this at once: each file is applied by one of them.
///
/// `patience` is the longest wait for another process that migrates, plus that for locks. A file in
/// a transaction waits for a lock for half a second longer than the server's `deadlock_timeout`,
/// 1.5 s by default, because until then it blocks what needs the same table. It is tried again after
/// a pause. A `lock_timeout` of the role or in the file replaces that bound. What runs
/// `CONCURRENTLY` blocks no query, and waits for as long as it takes.
///
/// # Errors
///
/// Before anything is applied:
///
/// - [`MigrationError::Busy`] if another process still holds the lock after `patience`.
/// - [`MigrationError::Edited`] or [`MigrationError::Reverting`] if an applied migration was edited
///   or is half reverted.
/// - [`MigrationError::Overtaken`] if one of the files is older than what is applied, unless the
///   target names its revision.
/// - [`MigrationError::OpenSlot`] if one of the files has an open slot.
/// - [`MigrationError::PartlyReplaced`] or [`MigrationError::ReplacedEdited`] if some of what a
///   revision replaces is applied, but not all or not as it was.
///
/// [`MigrationError::Failed`] or [`MigrationError::Locked`] at the first file that fails; the
/// files before it stay applied.
pub async fn upgrade(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Up,
    patience: Duration,
) -> Result<Vec<i64>, MigrationError> {
    let start = Instant::now();
    let key = lock::acquire(conn, patience).await?;
    let outcome = apply(conn, migrations, target, patience.saturating_sub(start.elapsed())).await;
    lock::release(conn, key, outcome).await
}

async fn apply(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Up,
    mut patience: Duration,
) -> Result<Vec<i64>, MigrationError> {
    table::ensure(conn).await?;
    let rows = table::load(conn).await?;
    let rows = replace::replace(conn, migrations, rows).await?;
    let steps = path::plan_upgrade(migrations, &rows, target)?;
    for step in steps.iter().filter(|step| rows.range(step.version..).next().is_some()) {
        tracing::warn!(version = step.version, "migration.older_than_what_is_applied");
    }
    for step in &steps {
        run::run_step(conn, step, &mut patience).await?;
    }
    Ok(steps.iter().map(|step| step.version).collect())
}

/// Reverts applied migrations down to a target, newest first, and returns the versions that were
/// reverted. `patience` is that of [`upgrade`].
///
/// # Errors
///
/// Before anything is reverted:
///
/// - [`MigrationError::Busy`] if another process still holds the lock after `patience`.
/// - [`MigrationError::NoDown`], [`MigrationError::Irreversible`] or [`MigrationError::OpenSlot`]
///   if one of the files is missing, irreversible or has an open slot.
/// - [`MigrationError::Unknown`] if the database has applied migrations that `migrations` lack.
/// - [`MigrationError::PartlyApplied`] if the way up was interrupted and the way down cannot start
///   in its middle.
///
/// [`MigrationError::RevertFailed`] or [`MigrationError::Locked`] at the first file that fails;
/// the newer ones stay reverted.
pub async fn downgrade(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Down,
    patience: Duration,
) -> Result<Vec<i64>, MigrationError> {
    let start = Instant::now();
    let key = lock::acquire(conn, patience).await?;
    let outcome = revert(conn, migrations, target, patience.saturating_sub(start.elapsed())).await;
    lock::release(conn, key, outcome).await
}

async fn revert(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Down,
    mut patience: Duration,
) -> Result<Vec<i64>, MigrationError> {
    let rows = table::load(conn).await?;
    let rows = replace::replace(conn, migrations, rows).await?;
    let steps = path::plan_downgrade(migrations, &rows, target)?;
    let edited = state::compare(&rows, migrations).edited;
    for version in steps.iter().flat_map(|step| &step.versions).filter(|version| edited.contains(version)) {
        tracing::warn!(version, "migration.edited_after_it_was_applied");
    }
    for step in &steps {
        run::run_step(conn, step, &mut patience).await?;
    }
    Ok(steps.iter().flat_map(|step| step.versions.iter().copied()).collect())
}
