//! The answers to requests with an `Idempotency-Key`. A key lives for 24 hours.

use std::fmt::Write as _;

use sqlx::{FromRow, PgConnection, Row};

use crate::{
    error::Error,
    postgres::{
        database::{Database, Transaction},
        service::models::KeptAnswer,
    },
};

/// What becomes of a key that a request brings.
#[derive(Debug)]
pub enum Claim {
    /// It is the transaction's until that ends.
    Taken(Transaction),
    /// Another transaction has it.
    Busy,
    /// It was used before, and this was kept.
    Kept(KeptAnswer),
}

/// Begins a transaction that has a key, where that is possible. It waits for nobody.
///
/// # Errors
///
/// As [`Database::begin`].
pub async fn begin(database: &Database, id: &[u8; 32]) -> Result<Claim, Error> {
    let lock = i64::from_be_bytes([id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]]);
    // Two statements, since the second has to see what the transaction that had the lock before has committed. What is put into
    // their text are digits.
    let statements = format!(
        "SELECT pg_try_advisory_xact_lock({lock}) AS taken;
         SELECT fingerprint, status, fields, body FROM idempotency_keys
         WHERE id = '\\x{}' AND created_at > now() - interval '24 hours'",
        hex(id)
    );
    let (tx, rows) = database.begin_with(&statements).await?;
    let mut rows = rows.iter();
    let taken = rows.next().map(|row| row.try_get("taken")).transpose()?;
    match rows.next() {
        _ if taken != Some(true) => Ok(Claim::Busy),
        Some(row) => Ok(Claim::Kept(KeptAnswer::from_row(row)?)),
        None => Ok(Claim::Taken(tx)),
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Keeps an answer under a key, in the place of one that is too old.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn insert(conn: &mut PgConnection, id: &[u8; 32], answer: &KeptAnswer) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO idempotency_keys (id, fingerprint, status, fields, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET fingerprint = $2, status = $3, fields = $4, body = $5, created_at = now()",
        id,
        answer.fingerprint,
        answer.status,
        &answer.fields,
        answer.body,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes up to `limit` keys that are too old, but for those that somebody is just using, and tells how many those were.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn sweep(conn: &mut PgConnection, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM idempotency_keys WHERE id IN (
             SELECT id FROM idempotency_keys WHERE created_at <= now() - interval '24 hours'
             LIMIT $1 FOR UPDATE SKIP LOCKED)",
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
