//! What would be run, as a script for `psql`.

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

/// The statements that [`upgrade`](super::upgrade) would run now, with what it books, for `psql -v ON_ERROR_STOP=1 -f`. Empty where there is nothing to do.
///
/// # Errors
///
/// As [`upgrade`](super::upgrade), but for what running them brings up.
pub async fn upgrade_sql(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Up,
) -> Result<String, MigrationError> {
    let steps = path::up(migrations, &table::read(conn).await?, target)?;
    let mut sql = print(conn, &steps).await?;
    if !steps.is_empty() && !table::exists(conn).await? {
        sql.insert_str(0, &format!("{};\n\n", table::CREATE));
    }
    Ok(sql)
}

/// The statements that [`downgrade`](super::downgrade) would run now, with what it books, for `psql -v ON_ERROR_STOP=1 -f`. Empty where there is nothing to do.
///
/// # Errors
///
/// As [`downgrade`](super::downgrade), but for what running them brings up.
pub async fn downgrade_sql(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Down,
) -> Result<String, MigrationError> {
    let steps = path::down(migrations, &table::read(conn).await?, target)?;
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
                leftover::statements(conn, step).await?.into_iter().chain(step.mark.map(table::mark))
            {
                let _ = writeln!(script, "{statement};");
            }
        } else {
            script.push_str("BEGIN;\n");
        }
        script.push_str(&terminated(step.sql.as_str()));
        for statement in step.bookings() {
            let _ = writeln!(script, "{statement};");
        }
        if !step.no_transaction {
            script.push_str("COMMIT;\n");
        }
    }
    Ok(script)
}

/// Not waited for, for the same reason as when the statements are run from here. The session's end gives it back.
fn lock_statement(key: i64) -> String {
    format!(
        "DO $$ BEGIN
    IF NOT pg_try_advisory_lock({key}) THEN
        RAISE EXCEPTION 'another process is migrating this database; try again when it is done';
    END IF;
END $$;\n"
    )
}
