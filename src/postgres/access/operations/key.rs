//! Operations on API keys. Those for clients take the grants of who asks: a key that they may not
//! give to somebody else does not exist for them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{
    access::{ApiKey as Secret, Grants},
    error::Error,
    ids::new_id,
    postgres::{
        access::models::{ApiKey, ApiKeyContent, Credentials},
        count::Total,
        keyset::{Newest, Page, PageRequest},
        locking::while_locking,
    },
};

/// A query that returns keys: the SQL around the list of columns, and the arguments.
macro_rules! query_key {
    (before: $before:literal, after: $after:literal $(, arguments: $($argument:tt)*)?) => {
        sqlx::query_as!(
            ApiKey,
            $before
                + "id, key_id, hash, previous_hash, previous_until, name, grants, expires_at, last_used_at,
                   revoked_at, version, created_at, updated_at "
                + $after,
            $($($argument)*)?
        )
    };
}

/// Inserts a key, and returns it with what the database generated.
///
/// # Errors
///
/// [`Error::Contended`] if there is a key with this id; [`Error::Invalid`] if the content breaks a
/// rule.
pub async fn create(
    conn: &mut PgConnection,
    secret: &Secret,
    content: &ApiKeyContent,
) -> Result<ApiKey, Error> {
    let key_id = secret.id();
    let key = query_key!(
        before: "INSERT INTO api_keys (id, key_id, hash, name, grants, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (key_id) DO NOTHING
           RETURNING ",
        after: "",
        arguments: new_id(),
        key_id.as_str(),
        &secret.hash()[..],
        content.name,
        &content.grants,
        content.expires_at,
    )
    .fetch_optional(conn)
    .await?;
    key.ok_or_else(|| Error::Contended("the id was taken".into()))
}

/// What it takes to authenticate a client with the key that has this id.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn credentials(conn: &mut PgConnection, key_id: &str) -> Result<Option<Credentials>, Error> {
    let found = sqlx::query_as!(
        Credentials,
        "SELECT hash, previous_hash, previous_until, grants, expires_at, last_used_at, revoked_at
         FROM api_keys WHERE key_id = $1",
        key_id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// Locks the client's own key, and another one if it may change that, until the transaction ends.
/// They are locked in the order of their ids, so that clients that change each other's keys do not
/// deadlock. A key that the client may not change is not locked.
///
/// # Errors
///
/// [`Error::Locked`] if another transaction holds one of them for longer than the lock time-out.
pub async fn lock_both(conn: &mut PgConnection, by: &Grants, own: &str, target: &str) -> Result<(), Error> {
    sqlx::query!(
        "SELECT id FROM api_keys
         WHERE key_id = $1
             OR key_id = $2
                AND NOT EXISTS (SELECT FROM UNNEST(grants) AS own (one) WHERE NOT one LIKE ANY($3))
         ORDER BY id
         FOR UPDATE",
        own,
        target,
        &by.givable(),
    )
    .fetch_all(conn)
    .await
    .map_err(while_locking)?;
    Ok(())
}

/// The key with this id that is not revoked.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get(conn: &mut PgConnection, by: &Grants, key_id: &str) -> Result<Option<ApiKey>, Error> {
    let key = query_key!(
        before: "SELECT ",
        after: "FROM api_keys WHERE key_id = $1 AND revoked_at IS NULL
           AND NOT EXISTS (SELECT FROM UNNEST(grants) AS own (one) WHERE NOT one LIKE ANY($2))",
        arguments: key_id,
        &by.givable(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(key)
}

/// The key with this id, revoked or not, locked until the transaction ends.
///
/// # Errors
///
/// [`Error::Locked`] if another transaction holds it for longer than the lock time-out.
pub async fn get_for_update(
    conn: &mut PgConnection,
    by: &Grants,
    key_id: &str,
) -> Result<Option<ApiKey>, Error> {
    let key = query_key!(
        before: "SELECT ",
        after: "FROM api_keys WHERE key_id = $1
           AND NOT EXISTS (SELECT FROM UNNEST(grants) AS own (one) WHERE NOT one LIKE ANY($2)) FOR UPDATE",
        arguments: key_id,
        &by.givable(),
    )
    .fetch_optional(conn)
    .await
    .map_err(while_locking)?;
    Ok(key)
}

/// Replaces the content of a locked key, increments its version, and returns it.
///
/// # Errors
///
/// [`Error::Invalid`] if the content breaks a rule; [`Error::NotFound`] if no key matches.
pub async fn update(conn: &mut PgConnection, id: Uuid, content: &ApiKeyContent) -> Result<ApiKey, Error> {
    let key = query_key!(
        before: "UPDATE api_keys
           SET name = $2, grants = $3, expires_at = $4,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at)
           WHERE id = $1 AND revoked_at IS NULL
           RETURNING ",
        after: "",
        arguments: id,
        content.name,
        &content.grants,
        content.expires_at,
    )
    .fetch_optional(conn)
    .await?;
    key.ok_or(Error::NotFound)
}

/// Gives a locked key a new secret, increments its version, and returns it. The secret before stays
/// valid for this many seconds.
///
/// # Errors
///
/// [`Error::NotFound`] if no key matches.
pub async fn rotate(conn: &mut PgConnection, id: Uuid, secret: &Secret, grace: u32) -> Result<ApiKey, Error> {
    let key = query_key!(
        before: "UPDATE api_keys
           SET hash = $2,
               previous_hash = CASE WHEN $3 > 0::bigint THEN hash END,
               previous_until = CASE WHEN $3 > 0::bigint THEN statement_timestamp() + make_interval(secs => $3) END,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at)
           WHERE id = $1 AND revoked_at IS NULL
           RETURNING ",
        after: "",
        arguments: id,
        &secret.hash()[..],
        i64::from(grace),
    )
    .fetch_optional(conn)
    .await?;
    key.ok_or(Error::NotFound)
}

/// Revokes a locked key.
///
/// # Errors
///
/// [`Error::NotFound`] if no key matches.
pub async fn revoke(conn: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    let done = sqlx::query!(
        "UPDATE api_keys SET revoked_at = greatest(statement_timestamp(), updated_at),
             version = version + 1, updated_at = greatest(statement_timestamp(), updated_at)
         WHERE id = $1 AND revoked_at IS NULL",
        id,
    )
    .execute(conn)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// A page of keys, newest first; with those that are revoked if `include_revoked`.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list(
    conn: &mut PgConnection,
    by: &Grants,
    include_revoked: bool,
    page: &PageRequest<Newest>,
) -> Result<Page<ApiKey, Newest>, Error> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT id, key_id, hash, previous_hash, previous_until, name, grants, expires_at, last_used_at,
             revoked_at, version, created_at, updated_at
         FROM api_keys WHERE ",
    );
    query.push(if include_revoked { "true" } else { "revoked_at IS NULL" });
    let givable = by.givable();
    if givable.is_empty() {
        // A client that manages nothing does not make PostgreSQL look at all keys.
        query.push(" AND false");
    }
    query.push(" AND NOT EXISTS (SELECT FROM UNNEST(grants) AS own (one) WHERE NOT one LIKE ANY(");
    query.push_bind(givable).push("))");
    page.push(&mut query);
    Ok(page.page(query.build_query_as().fetch_all(conn).await?))
}

/// The number of these keys.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn count(conn: &mut PgConnection, by: &Grants, include_revoked: bool) -> Result<Total, Error> {
    // EXPLAIN takes no parameters; a pattern has no quotation mark.
    let patterns: Vec<String> = by.givable().iter().map(|pattern| format!("'{pattern}'")).collect();
    let revoked = if include_revoked { "true" } else { "revoked_at IS NULL" };
    let relation = format!(
        "api_keys WHERE {revoked} AND NOT EXISTS (
             SELECT FROM UNNEST(grants) AS own (one) WHERE NOT one LIKE ANY(ARRAY[{}]::text[]))",
        patterns.join(", ")
    );
    Total::of(conn, &relation).await
}

/// Stores when keys were used, to the minute. It changes no version.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn mark_used(
    conn: &mut PgConnection,
    key_ids: &[String],
    times: &[DateTime<Utc>],
) -> Result<(), Error> {
    // Locked in the order in which `lock_both` locks them, so that neither waits for the other.
    sqlx::query!(
        "WITH locked AS MATERIALIZED (
             SELECT id, used_at
             FROM api_keys JOIN UNNEST($1::text[], $2::timestamptz[]) AS used (used_id, used_at)
                 ON key_id = used_id
             WHERE last_used_at IS NULL OR last_used_at < used_at
             ORDER BY id
             FOR NO KEY UPDATE OF api_keys)
         UPDATE api_keys SET last_used_at = used_at FROM locked WHERE api_keys.id = locked.id",
        key_ids,
        times,
    )
    .execute(conn)
    .await?;
    Ok(())
}
