//! Booking without running.

use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::{
    error::MigrationError,
    lock,
    run::execute,
    table::{self, Rows},
    target::Stamp,
};
use crate::revision::Migrations;

/// Says that the database has a revision and those before it, and none after it, without running anything; returns how many rows came, went or were put right.
///
/// It is for a database that got its schema in another way, for one that was mended by hand, and for a file whose edit makes no difference. Rows of
/// migrations that are not here stay if they are older than the target.
///
/// # Errors
///
/// [`MigrationError::Busy`] after `patience`; where there is no such revision; what the database reports.
pub async fn stamp(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Stamp,
    patience: Duration,
) -> Result<usize, MigrationError> {
    let key = lock::take(conn, patience).await?;
    let outcome = book(conn, migrations, target).await;
    lock::give_back(conn, key, outcome).await
}

async fn book(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Stamp,
) -> Result<usize, MigrationError> {
    table::ensure(conn).await?;
    let rows = table::read(conn).await?;
    let (changes, statements) = changes(migrations, &rows, target)?;
    #[expect(clippy::disallowed_methods, reason = "a connection that only migrates, and no pool gets back")]
    let mut transaction = conn.begin().await?;
    for statement in statements {
        execute(&mut transaction, statement).await?;
    }
    #[expect(clippy::disallowed_methods, reason = "the other end of the same transaction")]
    transaction.commit().await?;
    Ok(changes)
}

fn changes(
    migrations: &Migrations,
    rows: &Rows,
    target: &Stamp,
) -> Result<(usize, Vec<String>), MigrationError> {
    let revisions = match target {
        Stamp::Head => migrations.revisions(),
        Stamp::Base => &[],
        Stamp::Revision(given) => &migrations.revisions()[..=migrations.position(given)?],
    };
    let wanted = revisions.iter().flat_map(|revision| &revision.files);
    let newest = wanted.clone().next_back().map_or(0, |pair| pair.version);
    let mut gone: Vec<i64> = rows.range(newest + 1..).map(|(version, _)| *version).collect();
    let mut changes = gone.len();
    let mut inserts = Vec::new();
    for pair in wanted {
        match rows.get(&pair.version) {
            Some(row) if row.success && row.checksum == *pair.up.checksum => continue,
            Some(_) => gone.push(pair.version),
            None => {}
        }
        inserts.push(table::insert(pair));
        changes += 1;
    }
    let delete = (!gone.is_empty()).then(|| table::delete(&gone));
    Ok((changes, delete.into_iter().chain(inserts).collect()))
}
