//! One process migrates a database at a time.

use std::time::{Duration, Instant};

use crc::{CRC_32_ISO_HDLC, Crc};
use sqlx::PgConnection;

use super::{error::MigrationError, run::milliseconds};

const PAUSE: Duration = Duration::from_millis(100);

/// Takes the lock and returns its key.
pub(super) async fn take(conn: &mut PgConnection, patience: Duration) -> Result<i64, MigrationError> {
    let key = key(conn).await?;
    // A statement that waits for a lock keeps those behind it waiting, even when its client has left: so the server looks whether
    // it is there. Not every system lets it.
    let _ = sqlx::query("SET client_connection_check_interval = '1s'").execute(&mut *conn).await;
    let start = Instant::now();
    for attempt in 0_u32.. {
        let locked: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(key).fetch_one(&mut *conn).await?;
        if locked {
            return Ok(key);
        }
        if start.elapsed() >= patience {
            break;
        }
        if attempt.is_multiple_of(50) {
            tracing::info!(waited_ms = milliseconds(start.elapsed()), "migration.waiting");
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(MigrationError::Busy(patience))
}

/// Gives the lock back and passes on what was done under it.
pub(super) async fn give_back<T>(
    conn: &mut PgConnection,
    key: i64,
    outcome: Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    // A session that ends gives the lock back as well: an error here must not hide the outcome.
    let unlocked = sqlx::query("SELECT pg_advisory_unlock($1)").bind(key).execute(conn).await;
    let value = outcome?;
    unlocked?;
    Ok(value)
}

/// The key that sqlx itself locks, so that its command line tool keeps out of the way.
pub(super) async fn key(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let database: String = sqlx::query_scalar("SELECT current_database()::text").fetch_one(conn).await?;
    let checksum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(database.as_bytes());
    Ok(0x3d32_ad9e * i64::from(checksum))
}
