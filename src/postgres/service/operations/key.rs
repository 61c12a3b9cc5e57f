//! Keys that all replicas share.

use sqlx::PgConnection;

use crate::error::Error;

/// The stored key called `name`; stores `fresh` if there is none.
///
/// Replicas that start at the same time all get the same key.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get_or_create(conn: &mut PgConnection, name: &str, fresh: [u8; 32]) -> Result<Vec<u8>, Error> {
    let stored = sqlx::query_scalar!("SELECT key FROM service_keys WHERE name = $1", name)
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(key) = stored {
        return Ok(key);
    }
    sqlx::query!(
        "INSERT INTO service_keys (name, key) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        name,
        &fresh
    )
    .execute(&mut *conn)
    .await?;
    // Not RETURNING: another replica's row, which made this insert do nothing, must be seen too.
    let key =
        sqlx::query_scalar!("SELECT key FROM service_keys WHERE name = $1", name).fetch_one(conn).await?;
    Ok(key)
}
