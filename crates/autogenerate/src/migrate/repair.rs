//! Repairs the table of applied migrations.

use std::{collections::BTreeSet, time::Duration};

use sqlx::{Connection as _, PgConnection};

use super::{
    error::MigrationError,
    fault::Fault,
    leftover, lock,
    replace::{Coverage, Replacement, coverage},
    run::execute,
    table::{self, Agreement, Row, Rows, files},
};
use crate::revision::{Migrations, Pair, Revision};

/// The table of applied migrations, as it was when its [`faults`] were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded(Rows);

/// Compares the table of applied migrations with the known ones. Changes nothing.
///
/// # Errors
///
/// The database reports an error.
pub async fn faults(
    conn: &mut PgConnection,
    migrations: &Migrations,
) -> Result<(Vec<Fault>, Recorded), MigrationError> {
    let rows = table::load(conn).await?;
    let mut faults = faults_of(&rows, migrations);
    let waiting: Vec<&Pair> = migrations.pairs().filter(|pair| !rows.contains_key(&pair.version)).collect();
    for (name, index) in leftover::invalid_indexes(conn).await? {
        let builds =
            |pair: &&&Pair| pair.up.no_transaction && leftover::mentions(pair.up.sql.as_str(), &name);
        let file = waiting.iter().find(builds).map(|pair| pair.up.name.clone());
        faults.push(Fault::InvalidIndex { index, file });
    }
    Ok((faults, Recorded(rows)))
}

fn faults_of(rows: &Rows, migrations: &Migrations) -> Vec<Fault> {
    let mut faults = Vec::new();
    // Rows that a revision in place of others accounts for.
    let mut accounted = BTreeSet::new();
    for revision in migrations.revisions() {
        match coverage(revision, rows) {
            Coverage::Settled => {}
            Coverage::All { versions, edited } => {
                accounted.extend(versions.iter().copied());
                accounted.extend(revision.files.iter().map(|pair| pair.version));
                faults.push(Fault::Replaced { revision: revision.version, versions, edited });
            }
            Coverage::Part { applied, missing } => {
                accounted.extend(applied);
                accounted.extend(revision.files.iter().map(|pair| pair.version));
                faults.push(Fault::PartlyReplaced { revision: revision.version, missing });
            }
        }
    }
    let mut waiting: Vec<&Pair> = migrations
        .pairs()
        .filter(|pair| !rows.contains_key(&pair.version) && !accounted.contains(&pair.version))
        .collect();
    for (version, row) in rows.iter().filter(|(version, _)| !accounted.contains(*version)) {
        let applied_at = row.installed_on;
        if let Some((revision, pair)) = files(migrations).find(|(_, pair)| pair.version == *version) {
            faults.extend(disagreement(row, pair, revision));
            continue;
        }
        let is_same = |pair: &&Pair| *pair.up.checksum == row.checksum || pair.description == row.description;
        faults.push(match waiting.iter().position(is_same) {
            Some(at) => {
                let pair = waiting.remove(at);
                let (from, file) = (*version, pair.up.name.clone());
                Fault::Renumbered { from, version: pair.version, file, applied_at }
            }
            None => Fault::Missing { version: *version, description: row.description.clone(), applied_at },
        });
    }
    for revision in migrations.revisions() {
        let recorded: Vec<&Row> = revision.files.iter().filter_map(|pair| rows.get(&pair.version)).collect();
        let (revision, applied, of) = (revision.version, recorded.len(), revision.files.len());
        if recorded.iter().any(|row| !row.success) {
            faults.push(Fault::Reverting { revision, applied, of });
        } else if applied > 0 && applied < of && !accounted.contains(&revision) {
            faults.push(Fault::PartlyApplied { revision, applied, of });
        }
    }
    faults
}

/// How the record of a version contradicts the file of that version.
fn disagreement(row: &Row, pair: &Pair, revision: &Revision) -> Option<Fault> {
    let (version, file, applied_at) = (pair.version, pair.up.name.clone(), row.installed_on);
    match row.agreement(pair, revision) {
        Agreement::Same => None,
        Agreement::Edited => Some(Fault::Edited { version, file, applied_at }),
        Agreement::Conflict => {
            Some(Fault::Conflict { version, recorded: row.description.clone(), file, applied_at })
        }
    }
}

/// The versions of the files that are applied once these faults are corrected.
pub(crate) fn applied_after(migrations: &Migrations, faults: &[Fault], recorded: &Recorded) -> BTreeSet<i64> {
    let mut versions: BTreeSet<i64> = recorded.0.keys().copied().collect();
    for fault in faults {
        match fault {
            Fault::Renumbered { from, version, .. } => {
                versions.remove(from);
                versions.insert(*version);
            }
            Fault::Missing { version, .. } => _ = versions.remove(version),
            Fault::Replaced { revision, versions: replaced, .. } => {
                versions.retain(|version| !replaced.contains(version));
                let own = migrations.revisions().iter().filter(|own| own.version == *revision);
                versions.extend(own.flat_map(|own| &own.files).map(|pair| pair.version));
            }
            _ => {}
        }
    }
    versions
}

/// Corrects the table of applied migrations, in one transaction. Runs no migration.
///
/// `found` is what [`faults`] returned; what cannot be corrected in it is skipped. Whether the
/// corrections are right is for the caller to know:
/// [`Project::repair`](crate::project::Project::repair) proves it.
///
/// # Errors
///
/// - [`MigrationError::Busy`] if another process still holds the lock after `patience`.
/// - [`MigrationError::Changed`] if the table was changed since.
/// - [`MigrationError::Database`] if the database reports an error.
pub async fn repair(
    conn: &mut PgConnection,
    migrations: &Migrations,
    found: (&[Fault], &Recorded),
    patience: Duration,
) -> Result<(), MigrationError> {
    let key = lock::acquire(conn, patience).await?;
    let outcome = correct(conn, migrations, found).await;
    lock::release(conn, key, outcome).await
}

async fn correct(
    conn: &mut PgConnection,
    migrations: &Migrations,
    (found, recorded): (&[Fault], &Recorded),
) -> Result<(), MigrationError> {
    if table::load(conn).await? != recorded.0 {
        return Err(MigrationError::Changed);
    }
    #[expect(clippy::disallowed_methods, reason = "a dedicated connection that never returns to a pool")]
    let mut transaction = conn.begin().await?;
    for statement in
        found.iter().filter(|fault| fault.is_curable()).flat_map(|it| corrections(it, migrations))
    {
        execute(&mut transaction, statement).await?;
    }
    #[expect(clippy::disallowed_methods, reason = "commits the transaction begun above")]
    transaction.commit().await?;
    Ok(())
}

/// The statements that correct a fault.
fn corrections(fault: &Fault, migrations: &Migrations) -> Vec<String> {
    let pair = |version: i64| migrations.pairs().find(|pair| pair.version == version);
    match fault {
        Fault::Edited { version, .. } | Fault::Conflict { version, .. } => {
            pair(*version).map(|pair| table::update(*version, pair)).into_iter().collect()
        }
        Fault::Renumbered { from, version, .. } => {
            pair(*version).map(|pair| table::update(*from, pair)).into_iter().collect()
        }
        Fault::Missing { version, .. } => vec![table::delete(&[*version])],
        Fault::Replaced { revision, versions, .. } => {
            let revision = migrations.revisions().iter().find(|own| own.version == *revision);
            revision.map_or_else(Vec::new, |revision| {
                Replacement { revision, versions: versions.clone() }.statements()
            })
        }
        Fault::Reverting { revision, .. } => {
            // sqlx marks the file itself, which need not be the first one.
            let own = migrations.revisions().iter().filter(|own| own.version == *revision);
            let versions: Vec<i64> = own.flat_map(|own| &own.files).map(|pair| pair.version).collect();
            vec![table::unmark(&versions)]
        }
        _ => Vec::new(),
    }
}
