//! Opens the connections of the pool.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{runtime::Handle, task, time::timeout};

/// Idle connections older than this are pinged before use.
const TRUSTED_IDLE: Duration = Duration::from_millis(100);
/// A connection whose ping takes longer is dead.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// A connection is replaced at this age, so that the server's memory for it does not grow forever.
const MAX_AGE: Duration = Duration::from_mins(30);

/// Opens connections, and decides which are still good.
pub struct Connector {
    connect: PgConnectOptions,
    /// The longest attempt to connect.
    timeout: Duration,
    /// Connections opened before this instant are closed instead of reused.
    distrusted: Mutex<Instant>,
}

impl Connector {
    pub fn new(connect: PgConnectOptions, timeout: Duration) -> Self {
        Self { connect, timeout, distrusted: Mutex::new(Instant::now()) }
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

/// Opens a connection, on a thread of its own: sqlx derives the key of SCRAM in 4,096 steps, and
/// yields to all other tasks after each.
///
/// # Errors
///
/// The server is unreachable, rejects the connection, or takes longer than `limit`.
pub async fn connect(options: &PgConnectOptions, limit: Duration) -> Result<PgConnection, sqlx::Error> {
    let (options, runtime) = (options.clone(), Handle::current());
    let connecting =
        task::spawn_blocking(move || runtime.block_on(timeout(limit, PgConnection::connect_with(&options))));
    let timed = connecting.await.map_err(|error| sqlx::Error::Io(io::Error::other(error)))?;
    timed.unwrap_or_else(|elapsed| Err(sqlx::Error::Io(elapsed.into())))
}

impl Manager for Connector {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        connect(&self.connect, self.timeout).await
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
