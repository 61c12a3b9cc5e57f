//! The answers to requests with an `Idempotency-Key`. A key lives for 24 hours.

use sqlx::{FromRow, PgConnection, Row};

use crate::{
    error::Error,
    postgres::{
        database::{Database, Transaction},
        service::models::KeptAnswer,
    },
};

/// A request with a key makes as many round trips as one without: what belongs to the key is sent along with BEGIN and COMMIT, in
/// statements whose text is all there is to them. What is put into it are digits, so nothing in it can be anything else.
const PREPARE: &str = "
    PREPARE take_key (bigint) AS SELECT pg_try_advisory_xact_lock($1) AS taken;
    PREPARE get_kept_answer (bytea) AS
        SELECT fingerprint, status, fields, body FROM idempotency_keys
        WHERE id = $1 AND created_at > now() - interval '24 hours';
    PREPARE keep_answer (bytea, bytea, smallint, bytea, bytea) AS
        INSERT INTO idempotency_keys (id, fingerprint, status, fields, body)
        VALUES ($1, $2, $3, string_to_array(convert_from($4, 'UTF8'), chr(10)), $5)
        ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
            fields = excluded.fields, body = excluded.body, created_at = excluded.created_at";

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
    let statements = format!("EXECUTE take_key({lock}); EXECUTE get_kept_answer('\\x{}')", hex(id));
    let (tx, rows) = database.begin_with(PREPARE, &statements).await?;
    let mut rows = rows.iter();
    let taken = rows.next().map(|row| row.try_get("taken")).transpose()?;
    match rows.next() {
        _ if taken != Some(true) => Ok(Claim::Busy),
        Some(row) => Ok(Claim::Kept(KeptAnswer::from_row(row)?)),
        None => Ok(Claim::Taken(tx)),
    }
}

fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    octets.iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]).collect()
}

/// Commits a transaction that has a key, and keeps the answer under it, in the place of one that is too old.
///
/// # Errors
///
/// As [`Transaction::commit`].
pub async fn commit(tx: Transaction, id: &[u8; 32], answer: &KeptAnswer) -> Result<(), Error> {
    let KeptAnswer { fingerprint, status, fields, body } = answer;
    let fields = fields.join("\n");
    let [id, fingerprint, fields, body] = [id, &fingerprint[..], fields.as_bytes(), body].map(hex);
    tx.commit_with(&format!(
        "EXECUTE keep_answer('\\x{id}', '\\x{fingerprint}', {status}, '\\x{fields}', '\\x{body}')"
    ))
    .await
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
