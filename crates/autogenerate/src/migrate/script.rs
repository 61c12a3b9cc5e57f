//! Prints pending work as a script for `psql`.

use std::fmt::Write as _;

use sqlx::PgConnection;

use super::{
    error::MigrationError,
    leftover, lock,
    path::{self, Step},
    replace, table,
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
    let rows = table::load(conn).await?;
    let replaced = replacements(migrations, &rows)?;
    let steps = path::plan_upgrade(migrations, &replace::as_replaced(migrations, rows), target)?;
    let mut sql = print(conn, &replaced, &steps).await?;
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
    let rows = table::load(conn).await?;
    let replaced = replacements(migrations, &rows)?;
    let steps = path::plan_downgrade(migrations, &replace::as_replaced(migrations, rows), target)?;
    print(conn, &replaced, &steps).await
}

/// The statements that record revisions in place of what they replace, a transaction for each.
fn replacements(migrations: &Migrations, rows: &table::Rows) -> Result<Vec<String>, MigrationError> {
    let script = |replacement: replace::Replacement<'_>| {
        let statements = replacement.statements().into_iter().flat_map(|statement| [statement, ";\n".into()]);
        format!("\n-- {}\nBEGIN;\n{}COMMIT;\n", replacement.revision.version, statements.collect::<String>())
    };
    Ok(replace::replacements(migrations, rows)?.into_iter().map(script).collect())
}

async fn print(
    conn: &mut PgConnection,
    replaced: &[String],
    steps: &[Step],
) -> Result<String, MigrationError> {
    if replaced.is_empty() && steps.is_empty() {
        return Ok(String::new());
    }
    let mut script = lock_statement(lock::key(conn).await?);
    script.extend(replaced.iter().map(String::as_str));
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
