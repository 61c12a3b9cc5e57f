//! Running one file.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{error::MigrationError, leftover, path::Step, table};

/// Runs one file and books it: in one transaction, unless it is to run without.
pub(super) async fn step(conn: &mut PgConnection, step: &Step) -> Result<(), MigrationError> {
    let start = Instant::now();
    if step.no_transaction {
        for statement in leftover::statements(conn, step).await? {
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
        // As sqlx does it: the time of the whole is known after the commit only.
        let nanoseconds = i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX);
        let book = format!(
            "UPDATE {} SET execution_time = {nanoseconds} WHERE version = {}",
            table::TABLE,
            step.version
        );
        execute(conn, book).await?;
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
    #[expect(clippy::disallowed_methods, reason = "a connection that only migrates, and no pool gets back")]
    let mut transaction = conn.begin().await?;
    run_and_book(&mut transaction, step).await?;
    #[expect(clippy::disallowed_methods, reason = "the other end of the same transaction")]
    transaction.commit().await
}

async fn run_alone(conn: &mut PgConnection, step: &Step) -> Result<(), sqlx::Error> {
    let Some(revision) = step.mark else { return run_and_book(conn, step).await };
    execute(conn, table::mark(revision)).await?;
    let outcome = run_and_book(conn, step).await;
    if outcome.is_err() {
        // It is one statement, and the first: nothing was reverted. Where the connection is gone, the mark stays.
        let _ = execute(conn, table::unmark(revision)).await;
    }
    outcome
}

async fn run_and_book(conn: &mut PgConnection, step: &Step) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(step.sql.clone()).execute(&mut *conn).await?;
    for statement in step.bookings() {
        execute(conn, statement).await?;
    }
    Ok(())
}

pub(super) async fn execute(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

/// For the log, where a number of 128 bits would become a string.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
