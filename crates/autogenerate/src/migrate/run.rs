//! Runs one file.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlStr};

use super::{error::MigrationError, failure::Failure, leftover, path::Step, table};

/// Runs one file and records it, in one transaction unless the file runs outside one.
pub(super) async fn run_step(conn: &mut PgConnection, step: &Step) -> Result<(), MigrationError> {
    let start = Instant::now();
    if step.no_transaction {
        for statement in leftover::cleanup_statements(conn, step).await? {
            tracing::warn!(statement, version = step.version, "migration.left_over_dropped");
            execute(conn, statement).await?;
        }
    }
    run(conn, step).await.map_err(|(done, error)| {
        let failure = Box::new(Failure::new(&step.file, step.sql.as_str(), done, error));
        let version = step.version;
        if step.up {
            MigrationError::Failed { version, failure }
        } else {
            MigrationError::RevertFailed { version, failure }
        }
    })?;
    let elapsed = start.elapsed();
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

/// How many statements of the file have succeeded, if one of them failed, and the error.
type Stopped = (Option<usize>, sqlx::Error);

async fn run(conn: &mut PgConnection, step: &Step) -> Result<(), Stopped> {
    if step.no_transaction {
        return run_alone(conn, step).await;
    }
    #[expect(clippy::disallowed_methods, reason = "a dedicated connection that never returns to a pool")]
    let mut transaction = conn.begin().await.map_err(elsewhere)?;
    run_and_record(&mut transaction, step).await?;
    #[expect(clippy::disallowed_methods, reason = "commits the transaction begun above")]
    transaction.commit().await.map_err(elsewhere)
}

async fn run_alone(conn: &mut PgConnection, step: &Step) -> Result<(), Stopped> {
    let Some(revision) = step.mark else { return run_and_record(conn, step).await };
    execute(conn, table::mark(revision)).await.map_err(elsewhere)?;
    let outcome = run_and_record(conn, step).await;
    if outcome.is_err() {
        // The file is a single statement and the first of the revision, so nothing was reverted. If
        // the connection is lost, the mark stays.
        let _ = execute(conn, table::unmark(revision)).await;
    }
    outcome
}

async fn run_and_record(conn: &mut PgConnection, step: &Step) -> Result<(), Stopped> {
    run_script(conn, step.sql.clone()).await?;
    for statement in step.records() {
        execute(conn, statement).await.map_err(elsewhere)?;
    }
    Ok(())
}

/// Runs a script as one query, as sqlx does.
async fn run_script(conn: &mut PgConnection, script: SqlStr) -> Result<(), Stopped> {
    let mut done = 0;
    let mut results = sqlx::raw_sql(script).execute_many(conn);
    loop {
        match results.try_next().await {
            Ok(Some(_)) => done += 1,
            Ok(None) => return Ok(()),
            Err(error) => return Err((Some(done), error)),
        }
    }
}

fn elsewhere(error: sqlx::Error) -> Stopped {
    (None, error)
}

pub(super) async fn execute(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

/// Milliseconds for the log, which would print a 128-bit number as a string.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
