//! The answers to requests with an `Idempotency-Key`. A key lives for 24 hours.

use sqlx::PgConnection;

use crate::{error::Error, postgres::service::models::KeptAnswer};

/// Takes a key until the transaction ends; `false` where another transaction has it. It waits for nobody.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn try_lock(conn: &mut PgConnection, id: &[u8; 32]) -> Result<bool, Error> {
    let lock = i64::from_be_bytes([id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]]);
    let taken = sqlx::query_scalar!(r#"SELECT pg_try_advisory_xact_lock($1) AS "taken!""#, lock)
        .fetch_one(conn)
        .await?;
    Ok(taken)
}

/// The answer that is kept under a key. To be asked for in a statement behind that of [`try_lock`], so that it sees what the
/// transaction that had the key before has committed.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get(conn: &mut PgConnection, id: &[u8; 32]) -> Result<Option<KeptAnswer>, Error> {
    let kept = sqlx::query_as!(
        KeptAnswer,
        "SELECT fingerprint, status, fields, body FROM idempotency_keys
         WHERE id = $1 AND created_at > now() - interval '24 hours'",
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(kept)
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
