//! The stored responses to requests with an `Idempotency-Key`. A key lives for 24 hours.

use sqlx::PgConnection;

use crate::{
    error::Error,
    postgres::{pool::Database, service::models::StoredResponse, transaction::Transaction},
};

/// The state of a key that a request brings.
#[derive(Debug)]
pub enum Claim {
    /// The transaction holds it until it ends.
    Claimed(Transaction),
    /// Another transaction holds it.
    Busy,
    /// It was already used, and this response is stored.
    Used(StoredResponse),
}

/// Begins a transaction that holds a key. It does not wait for another holder.
///
/// # Errors
///
/// As [`Database::begin`].
pub async fn claim(database: &Database, id: &[u8; 32]) -> Result<Claim, Error> {
    let lock = i64::from_be_bytes([id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]]);
    let Some(mut tx) = database.begin_locked(lock).await? else {
        return Ok(Claim::Busy);
    };
    // A statement of its own, so that it sees what the previous holder of the lock committed.
    let stored = sqlx::query!(
        r#"SELECT fingerprint, response, created_at <= now() - interval '24 hours' AS "expired!"
           FROM idempotency_keys WHERE id = $1"#,
        &id[..],
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(stored) = stored else {
        return Ok(Claim::Claimed(tx));
    };
    if stored.expired {
        // Only the holder of the key adds its row, so none is there when the new one is added.
        sqlx::query!("DELETE FROM idempotency_keys WHERE id = $1", &id[..]).execute(&mut *tx).await?;
        return Ok(Claim::Claimed(tx));
    }
    Ok(Claim::Used(StoredResponse { fingerprint: stored.fingerprint, message: stored.response }))
}

/// Stores the response to the request that holds a key.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn store(conn: &mut PgConnection, id: &[u8; 32], response: &StoredResponse) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO idempotency_keys (id, fingerprint, response) VALUES ($1, $2, $3)",
        &id[..],
        response.fingerprint,
        response.message,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes up to `limit` expired keys that no transaction holds, and returns how many.
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
