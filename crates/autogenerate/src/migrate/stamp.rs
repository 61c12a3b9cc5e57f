//! Records migrations without running them.

use std::{collections::BTreeSet, time::Duration};

use sqlx::{Connection, PgConnection};

use super::{
    error::MigrationError,
    lock,
    replace::replaced_versions,
    run::execute,
    table::{self, Rows},
    target::Stamp,
};
use crate::revision::Migrations;

/// Records a revision and those before it as applied, and those after it as not applied, without
/// running anything. Returns how many rows were inserted, deleted or corrected.
///
/// Use it for a database whose schema was created in another way or repaired by hand, and after an
/// edit of a file that makes no difference. Rows of unknown migrations stay if they are older than
/// the target.
///
/// # Errors
///
/// - [`MigrationError::Busy`] if another process still holds the lock after `patience`.
/// - [`MigrationError::Revision`] if there is no such revision.
/// - [`MigrationError::Database`] if the database reports an error.
pub async fn stamp(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Stamp,
    patience: Duration,
) -> Result<usize, MigrationError> {
    let key = lock::acquire(conn, patience).await?;
    let outcome = record(conn, migrations, target).await;
    lock::release(conn, key, outcome).await
}

async fn record(
    conn: &mut PgConnection,
    migrations: &Migrations,
    target: &Stamp,
) -> Result<usize, MigrationError> {
    table::ensure(conn).await?;
    let rows = table::load(conn).await?;
    let (changes, statements) = changes(migrations, &rows, target)?;
    #[expect(clippy::disallowed_methods, reason = "a dedicated connection that never returns to a pool")]
    let mut transaction = conn.begin().await?;
    for statement in statements {
        execute(&mut transaction, statement).await?;
    }
    #[expect(clippy::disallowed_methods, reason = "commits the transaction begun above")]
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
    let mut deleted: BTreeSet<i64> = rows.range(newest + 1..).map(|(version, _)| *version).collect();
    deleted.extend(revisions.iter().flat_map(|revision| replaced_versions(revision, rows)));
    let mut changes = deleted.len();
    let mut inserts = Vec::new();
    for pair in wanted {
        match rows.get(&pair.version) {
            Some(row) if row.success && row.checksum == *pair.up.checksum => continue,
            Some(_) => _ = deleted.insert(pair.version),
            None => {}
        }
        inserts.push(table::insert(pair));
        changes += 1;
    }
    let deleted = Vec::from_iter(deleted);
    let delete = (!deleted.is_empty()).then(|| table::delete(&deleted));
    Ok((changes, delete.into_iter().chain(inserts).collect()))
}
