//! Prints pending work as a script for `psql`.

use std::fmt::Write as _;

use sqlx::PgConnection;

use super::{
    error::MigrationError,
    leftover, lock,
    path::{self, Step},
    table,
    target::{Down, Up},
};
use crate::revision::{Migrations, terminated};

/// Returns the statements that [`upgrade`](super::upgrade) would run now, including those that
/// record the migrations, for `psql -v ON_ERROR_STOP=1 -f`. Empty if there is nothing to do.
///
/// # Errors
///
/// As [`upgrade`](super::upgrade), except errors from the lock or from running the statements.
pub async fn upgrade_sql(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Up,
) -> Result<String, MigrationError> {
    let steps = path::plan_upgrade(migrations, &table::load(conn).await?, target)?;
    let mut sql = print(conn, &steps).await?;
    if !steps.is_empty() && !table::exists(conn).await? {
        sql.insert_str(0, &format!("{};\n\n", table::CREATE));
    }
    Ok(sql)
}

/// Returns the statements that [`downgrade`](super::downgrade) would run now, including those that
/// record it, for `psql -v ON_ERROR_STOP=1 -f`. Empty if there is nothing to do.
///
/// # Errors
///
/// As [`downgrade`](super::downgrade), except errors from the lock or from running the statements.
pub async fn downgrade_sql(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Down,
) -> Result<String, MigrationError> {
    let steps = path::plan_downgrade(migrations, &table::load(conn).await?, target)?;
    print(conn, &steps).await
}

async fn print(conn: &mut PgConnection, steps: &[Step]) -> Result<String, MigrationError> {
    if steps.is_empty() {
        return Ok(String::new());
    }
    let mut script = lock_statement(lock::key(conn).await?);
    for step in steps {
        let _ = writeln!(script, "\n-- {}", step.file);
        if step.no_transaction {
            for statement in
                leftover::cleanup_statements(conn, step).await?.into_iter().chain(step.mark.map(table::mark))
            {
                let _ = writeln!(script, "{statement};");
            }
        } else {
            script.push_str("BEGIN;\n");
        }
        script.push_str(&terminated(step.sql.as_str()));
        for statement in step.records() {
            let _ = writeln!(script, "{statement};");
        }
        if !step.no_transaction {
            script.push_str("COMMIT;\n");
        }
    }
    Ok(script)
}

/// Fails instead of waiting for the lock, because waiting inside a statement can deadlock (see the
/// [parent module](super)). The end of the session releases the lock.
fn lock_statement(key: i64) -> String {
    format!(
        "DO $$ BEGIN
    IF NOT pg_try_advisory_lock({key}) THEN
        RAISE EXCEPTION 'another process is migrating this database; try again when it has finished';
    END IF;
END $$;\n"
    )
}
