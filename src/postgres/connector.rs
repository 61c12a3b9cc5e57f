//! Opens the connections of the pool.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

/// Idle connections older than this are pinged before use.
const TRUSTED_IDLE: Duration = Duration::from_millis(100);
/// A connection whose ping takes longer is dead.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// A connection is replaced at this age, so that the server's memory for it does not grow forever.
const MAX_AGE: Duration = Duration::from_mins(30);

/// Opens connections, and decides which are still good.
pub struct Connector {
    connect: PgConnectOptions,
    /// Connections opened before this instant are closed instead of reused.
    distrusted: Mutex<Instant>,
}

impl Connector {
    pub fn new(connect: PgConnectOptions) -> Self {
        Self { connect, distrusted: Mutex::new(Instant::now()) }
    }

    pub fn connect_options(&self) -> PgConnectOptions {
        self.connect.clone()
    }

    /// One broken connection is rarely alone: after a restart of the server, or if the network
    /// drops packets, all of them are broken, and pinging each would take too long.
    pub fn distrust_connections_before(&self, instant: Instant) {
        let mut distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        *distrusted = instant.max(*distrusted);
    }

    fn is_distrusted(&self, metrics: &Metrics) -> bool {
        metrics.created <= *self.distrusted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Manager for Connector {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        // Boxed: the future is large, and would make every request's future as large.
        Box::pin(PgConnection::connect_with(&self.connect)).await
    }

    async fn recycle(&self, connection: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > MAX_AGE || self.is_distrusted(metrics) {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > TRUSTED_IDLE {
            let start = Instant::now();
            let ping = timeout(PING_TIMEOUT, connection.ping()).await;
            if !matches!(ping, Ok(Ok(()))) {
                self.distrust_connections_before(start);
                return Err(RecycleError::message("dead"));
            }
        }
        Ok(())
    }
}
