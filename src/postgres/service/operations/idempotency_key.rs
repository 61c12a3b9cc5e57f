//! The answers to requests with an `Idempotency-Key`. A key lives for 24 hours.

use sqlx::{FromRow, PgConnection, Row};

use crate::{
    error::Error,
    postgres::{
        database::{Database, Transaction},
        named::{Call, Named, Value},
        service::models::KeptAnswer,
    },
};

static LOCK_KEY: Named = Named {
    name: "curio_lock_key",
    types: &["bigint"],
    text: "SELECT true AS busy WHERE NOT pg_try_advisory_xact_lock($1)",
};
static FIND_ANSWER: Named = Named {
    name: "curio_find_answer",
    types: &["bytea"],
    text: "SELECT fingerprint, answer, created_at <= now() - interval '24 hours' AS expired
           FROM idempotency_keys WHERE id = $1",
};
static ADD_ANSWER: Named = Named {
    name: "curio_add_answer",
    types: &["bytea", "bytea", "bytea"],
    text: "INSERT INTO idempotency_keys (id, fingerprint, answer) VALUES ($1, $2, $3)",
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

/// Begins a transaction that has a key, where that is possible. It waits for nobody. What is kept is asked for by a statement of its
/// own, which sees what the transaction that had the key before has committed.
///
/// # Errors
///
/// As [`Database::begin`].
pub async fn begin(database: &Database, id: &[u8; 32]) -> Result<Claim, Error> {
    let lock = i64::from_be_bytes([id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]]);
    let calls = [Call(&LOCK_KEY, &[Value::Number(lock)]), Call(&FIND_ANSWER, &[Value::Octets(id)])];
    let (mut tx, row) = database.begin_with(&[&LOCK_KEY, &FIND_ANSWER, &ADD_ANSWER], &calls).await?;
    let Some(row) = row else {
        return Ok(Claim::Taken(tx));
    };
    if row.try_get("busy").unwrap_or(false) {
        return Ok(Claim::Busy);
    }
    if row.try_get("expired")? {
        // Only who has the key adds or removes its row, but for the sweep: nothing will be there when the new one is added.
        sqlx::query!("DELETE FROM idempotency_keys WHERE id = $1", &id[..]).execute(&mut *tx).await?;
        return Ok(Claim::Taken(tx));
    }
    Ok(Claim::Kept(KeptAnswer::from_row(&row)?))
}

/// Commits a transaction that has a key, and keeps the answer under it.
///
/// # Errors
///
/// As [`Transaction::commit`].
pub async fn commit(tx: Transaction, id: &[u8; 32], answer: &KeptAnswer) -> Result<(), Error> {
    let KeptAnswer { fingerprint, answer } = answer;
    let values = [id, &fingerprint[..], answer].map(Value::Octets);
    tx.commit_with(&[Call(&ADD_ANSWER, &values)]).await
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
