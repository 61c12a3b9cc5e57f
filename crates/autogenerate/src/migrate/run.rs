//! Runs one file.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{error::MigrationError, leftover, path::Step, table};

/// Runs one file and records it, in one transaction unless the file runs outside one.
pub(super) async fn run_step(conn: &mut PgConnection, step: &Step) -> Result<(), MigrationError> {
    let start = Instant::now();
    if step.no_transaction {
        for statement in leftover::cleanup_statements(conn, step).await? {
            tracing::warn!(statement, version = step.version, "migration.left_over_dropped");
            execute(conn, statement).await?;
        }
    }
    run(conn, step).await.map_err(|source| {
        let (version, description) = (step.version, step.description.clone());
        if step.up {
            MigrationError::Failed { version, description, source }
        } else {
            MigrationError::RevertFailed { version, description, source }
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

async fn run(conn: &mut PgConnection, step: &Step) -> Result<(), sqlx::Error> {
    if step.no_transaction {
        return run_alone(conn, step).await;
    }
    #[expect(clippy::disallowed_methods, reason = "a dedicated connection that never returns to a pool")]
    let mut transaction = conn.begin().await?;
    run_and_record(&mut transaction, step).await?;
    #[expect(clippy::disallowed_methods, reason = "commits the transaction begun above")]
    transaction.commit().await
}

async fn run_alone(conn: &mut PgConnection, step: &Step) -> Result<(), sqlx::Error> {
    let Some(revision) = step.mark else { return run_and_record(conn, step).await };
    execute(conn, table::mark(revision)).await?;
    let outcome = run_and_record(conn, step).await;
    if outcome.is_err() {
        // The file is a single statement and the first of the revision, so nothing was reverted. If
        // the connection is lost, the mark stays.
        let _ = execute(conn, table::unmark(revision)).await;
    }
    outcome
}

async fn run_and_record(conn: &mut PgConnection, step: &Step) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(step.sql.clone()).execute(&mut *conn).await?;
    for statement in step.records() {
        execute(conn, statement).await?;
    }
    Ok(())
}

pub(super) async fn execute(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

/// Milliseconds for the log, which would print a 128-bit number as a string.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
