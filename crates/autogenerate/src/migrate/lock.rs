//! The lock that lets one process at a time migrate a database.

use std::time::{Duration, Instant};

use crc::{CRC_32_ISO_HDLC, Crc};
use sqlx::PgConnection;

use super::{error::MigrationError, run::milliseconds};

const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Acquires the lock and returns its key.
pub(super) async fn acquire(conn: &mut PgConnection, patience: Duration) -> Result<i64, MigrationError> {
    let key = key(conn).await?;
    // A statement that waits for a lock blocks those queued behind it, even after its client is
    // gone. So the server checks for a lost client. Not every operating system supports this.
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
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Err(MigrationError::Busy(patience))
}

/// Releases the lock and returns the outcome of the work done under it.
pub(super) async fn release<T>(
    conn: &mut PgConnection,
    key: i64,
    outcome: Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    // An error here must not hide the outcome. The end of the session releases the lock anyway.
    let unlocked = sqlx::query("SELECT pg_advisory_unlock($1)").bind(key).execute(conn).await;
    let value = outcome?;
    unlocked?;
    Ok(value)
}

/// The key that sqlx itself locks, so that its command line tool waits as well.
pub(super) async fn key(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let database: String = sqlx::query_scalar("SELECT current_database()::text").fetch_one(conn).await?;
    let checksum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(database.as_bytes());
    Ok(0x3d32_ad9e * i64::from(checksum))
}
