//! Runs one file.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    error::DatabaseError,
    postgres::{PgDatabaseError, PgErrorPosition},
};

use super::{error::MigrationError, leftover, path::Step, table};
use crate::render::statements::{shortened, statements};

/// Bounds each wait for a lock in a transaction, unless the role or the file does: a statement that
/// waits for a table blocks all others that need it. The bound is longer than `deadlock_timeout`,
/// after which PostgreSQL cancels an autovacuum that holds the lock.
const LOCK_TIMEOUT: &str =
    "SELECT set_config('lock_timeout', (setting::int + 500)::text, true) FROM pg_settings
    WHERE name = 'deadlock_timeout' AND current_setting('lock_timeout') = '0'";

/// The pause after the first attempt to get all locks. It doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Runs one file and records it, in one transaction unless the file runs outside one. `patience` is
/// what is left of the longest wait for locks.
pub(super) async fn run_step(
    conn: &mut PgConnection,
    step: &Step,
    patience: &mut Duration,
) -> Result<(), MigrationError> {
    if !step.no_transaction || !step.sql.as_str().contains("CONCURRENTLY") {
        return run_and_log(conn, step, patience).await;
    }
    // What runs concurrently blocks no query while it waits. Cut short, it leaves an invalid index.
    let bound: String =
        sqlx::query_scalar("SELECT current_setting('lock_timeout')").fetch_one(&mut *conn).await?;
    execute(conn, "SET lock_timeout = 0".to_owned()).await?;
    let outcome = run_and_log(conn, step, patience).await;
    let restored = execute(conn, format!("SET lock_timeout = '{bound}'")).await;
    outcome.and(restored.map_err(MigrationError::from))
}

async fn run_and_log(
    conn: &mut PgConnection,
    step: &Step,
    patience: &mut Duration,
) -> Result<(), MigrationError> {
    if step.no_transaction {
        for statement in leftover::cleanup_statements(conn, step).await? {
            tracing::warn!(statement, version = step.version, "migration.left_over_dropped");
            execute(conn, statement).await?;
        }
    }
    let elapsed = run_patiently(conn, step, patience).await?;
    if step.up {
        // Like sqlx: the total time is only known after the commit.
        let nanoseconds = i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX);
        let sql = format!(
            "UPDATE {} SET execution_time = {nanoseconds} WHERE version = {}",
            table::TABLE,
            step.version
        );
        execute(conn, sql).await?;
    }
    let (description, duration_ms) = (&step.description, milliseconds(elapsed));
    if step.up {
        tracing::info!(version = step.version, %description, duration_ms, "migration.applied");
    } else {
        tracing::info!(version = step.version, %description, duration_ms, "migration.reverted");
    }
    Ok(())
}

/// Runs a file, and retries while others hold locks that it needs. Returns the duration of the last
/// attempt.
async fn run_patiently(
    conn: &mut PgConnection,
    step: &Step,
    patience: &mut Duration,
) -> Result<Duration, MigrationError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let (start, mut completed) = (Instant::now(), 0);
        let Err(source) = run(conn, step, &mut completed).await else { return Ok(start.elapsed()) };
        *patience = patience.saturating_sub(start.elapsed());
        if step.no_transaction || !is_locked(&source) || patience.is_zero() {
            return Err(failed(step, completed, source));
        }
        pause = pause.min(*patience);
        let (location, pause_ms) = (location(step, completed, &source), milliseconds(pause));
        tracing::warn!(version = step.version, %location, pause_ms, "migration.locked");
        tokio::time::sleep(pause).await;
        *patience -= pause;
        pause = LONGEST_PAUSE.min(2 * pause);
    }
}

/// Whether others hold a lock for too long, or need one of this transaction.
fn is_locked(error: &sqlx::Error) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    const DEADLOCK_DETECTED: &str = "40P01";
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| [LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED].contains(&&*code))
}

fn failed(step: &Step, completed: usize, source: sqlx::Error) -> MigrationError {
    let (version, description) = (step.version, step.description.clone());
    let location = location(step, completed, &source);
    if is_locked(&source) {
        MigrationError::Locked { version, description, location, source }
    } else if step.up {
        MigrationError::Failed { version, description, location, source }
    } else {
        MigrationError::RevertFailed { version, description, location, source }
    }
}

/// Runs a file. `completed` is the number of its statements that have run.
async fn run(conn: &mut PgConnection, step: &Step, completed: &mut usize) -> Result<(), sqlx::Error> {
    if step.no_transaction {
        return run_alone(conn, step, completed).await;
    }
    #[expect(clippy::disallowed_methods, reason = "a dedicated connection that never returns to a pool")]
    let mut transaction = conn.begin().await?;
    execute(&mut transaction, LOCK_TIMEOUT.to_owned()).await?;
    run_and_record(&mut transaction, step, completed).await?;
    #[expect(clippy::disallowed_methods, reason = "commits the transaction begun above")]
    transaction.commit().await
}

async fn run_alone(conn: &mut PgConnection, step: &Step, completed: &mut usize) -> Result<(), sqlx::Error> {
    let Some(revision) = step.mark else { return run_and_record(conn, step, completed).await };
    execute(conn, table::mark(revision)).await?;
    let outcome = run_and_record(conn, step, completed).await;
    if outcome.is_err() {
        // The file is a single statement and the first of the revision, so nothing was reverted. If
        // the connection is lost, the mark stays.
        let _ = execute(conn, table::unmark(&[revision])).await;
    }
    outcome
}

async fn run_and_record(
    conn: &mut PgConnection,
    step: &Step,
    completed: &mut usize,
) -> Result<(), sqlx::Error> {
    if step.no_transaction && leftover::is_complete(conn, step).await? {
        tracing::warn!(version = step.version, "migration.was_complete");
    } else {
        let mut results = sqlx::raw_sql(step.sql.clone()).fetch_many(&mut *conn);
        while let Some(result) = results.try_next().await? {
            *completed += usize::from(result.is_left());
        }
    }
    for statement in step.records() {
        execute(conn, statement).await?;
    }
    Ok(())
}

/// The file and, if known, the line and the statement that failed.
fn location(step: &Step, completed: usize, error: &sqlx::Error) -> String {
    let sql = step.sql.as_str();
    let statements = statements(sql);
    // PostgreSQL parses all statements before it runs the first one, so the position is more exact.
    let line = error_line(sql, error);
    let failed = match line {
        Some(line) => statements.iter().rev().find(|statement| statement.line <= line),
        None => statements.get(completed),
    };
    match failed {
        Some(statement) => {
            let line = line.unwrap_or(statement.line);
            format!("{}:{line}, in `{}`", step.file, shortened(statement.sql))
        }
        None => step.file.clone(),
    }
}

/// The line, from 1, to which the position in an error belongs.
fn error_line(sql: &str, error: &sqlx::Error) -> Option<usize> {
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    let Some(PgErrorPosition::Original(position)) = error.position() else { return None };
    Some(1 + sql.chars().take(position.saturating_sub(1)).filter(|c| *c == '\n').count())
}

pub(super) async fn execute(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

/// Milliseconds for the log, which would print a 128-bit number as a string.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
