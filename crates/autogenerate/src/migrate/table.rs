//! sqlx's table of applied migrations.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row as _};

use crate::{
    revision::{Migrations, Pair, Replaced, Revision, list},
    schema::quote_literal,
};

/// The table's name. Unqualified, because sqlx relies on the search path too.
pub(super) const TABLE: &str = "_sqlx_migrations";

/// The statement with which sqlx creates the table.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)";

/// The applied migrations by version.
pub(super) type Rows = BTreeMap<i64, Row>;

/// An applied migration file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub description: String,
    pub installed_on: DateTime<Utc>,
    /// `false` while the revision that begins with this file is being reverted.
    pub success: bool,
    pub checksum: Vec<u8>,
    /// In nanoseconds; -1 if not known.
    pub execution_time: i64,
}

/// How the record of a version agrees with the file of that version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// The file was applied as it is.
    Same,
    /// The file was edited after it was applied.
    Edited,
    /// Another migration was applied: one that the file's revision replaces, or that was put in its
    /// place.
    Conflict,
}

impl Row {
    pub(super) fn agreement(&self, pair: &Pair, revision: &Revision) -> Agreement {
        let is_replaced = |it: &Replaced| it.version == pair.version && self.checksum == *it.checksum;
        if self.checksum == *pair.up.checksum {
            Agreement::Same
        } else if self.description != pair.description
            || revision.replaces().iter().flatten().any(is_replaced)
        {
            Agreement::Conflict
        } else {
            Agreement::Edited
        }
    }
}

/// Every file, with its revision.
pub(super) fn files(migrations: &Migrations) -> impl Iterator<Item = (&Revision, &Pair)> {
    migrations.revisions().iter().flat_map(|it| it.files.iter().map(move |pair| (it, pair)))
}

/// Whether nothing of a revision is applied, but something newer is.
pub(super) fn is_overtaken(revision: &Revision, rows: &Rows) -> bool {
    let last = revision.files.last().map_or(revision.version, |pair| pair.version);
    revision.files.iter().all(|pair| !rows.contains_key(&pair.version))
        && rows.keys().next_back().is_some_and(|newest| *newest > last)
}

/// Creates the table if it is missing.
pub(super) async fn ensure(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    if !exists(conn).await? {
        sqlx::raw_sql(CREATE).execute(conn).await?;
    }
    Ok(())
}

pub(super) async fn exists(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(TABLE).fetch_one(conn).await
}

/// Loads all rows; none if the table is missing.
pub(super) async fn load(conn: &mut PgConnection) -> Result<Rows, sqlx::Error> {
    if !exists(conn).await? {
        return Ok(Rows::new());
    }
    // Microseconds, because the features of sqlx, which the program chooses, determine which type a
    // timestamp decodes to.
    let rows = sqlx::query(
        "SELECT version, description, (extract(epoch FROM installed_on) * 1000000)::bigint, success, checksum, execution_time
         FROM _sqlx_migrations",
    )
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let installed_on = DateTime::from_timestamp_micros(row.try_get(2)?).unwrap_or_default();
            Ok((
                row.try_get(0)?,
                Row {
                    description: row.try_get(1)?,
                    installed_on,
                    success: row.try_get(3)?,
                    checksum: row.try_get(4)?,
                    execution_time: row.try_get(5)?,
                },
            ))
        })
        .collect()
}

/// The applied migration files, oldest first.
pub(crate) async fn applied(conn: &mut PgConnection) -> Result<Vec<Replaced>, sqlx::Error> {
    let rows = load(conn).await?.into_iter();
    Ok(rows.map(|(version, row)| Replaced { version, checksum: row.checksum.into() }).collect())
}

/// The statement that records a file as applied.
pub(super) fn insert(pair: &Pair) -> String {
    format!(
        "INSERT INTO {TABLE} (version, description, success, checksum, execution_time) VALUES ({}, {}, TRUE, {}, -1)",
        pair.version,
        quote_literal(&pair.description),
        checksum(pair)
    )
}

/// The statement that records a file in place of the one with this version.
pub(super) fn update(version: i64, pair: &Pair) -> String {
    format!(
        "UPDATE {TABLE} SET version = {}, description = {}, checksum = {} WHERE version = {version}",
        pair.version,
        quote_literal(&pair.description),
        checksum(pair)
    )
}

/// The checksum of an up file as SQL.
fn checksum(pair: &Pair) -> String {
    let mut digits = String::new();
    for byte in pair.up.checksum.as_ref() {
        let _ = write!(digits, "{byte:02x}");
    }
    format!("decode('{digits}', 'hex')")
}

/// The statement that records files as no longer applied.
pub(super) fn delete(versions: &[i64]) -> String {
    format!("DELETE FROM {TABLE} WHERE version IN ({})", list(versions))
}

/// The statement that undoes [`mark`].
pub(super) fn unmark(versions: &[i64]) -> String {
    format!("UPDATE {TABLE} SET success = TRUE WHERE version IN ({})", list(versions))
}

/// The statement that marks the revision that begins with this file as being reverted.
pub(super) fn mark(version: i64) -> String {
    format!("UPDATE {TABLE} SET success = FALSE WHERE version = {version}")
}
