//! The only connection pool.
//!
//! It is deadpool's, not sqlx's: sqlx's pool pings the server from a task of its own whenever a
//! connection comes back, and its `begin` leaves a transaction open when the request is dropped at
//! that instant (transact-rs/sqlx#4385). Here a released connection comes back at once, and one
//! that was dropped in any other state is rolled back first, or closed.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    time::{Duration, Instant},
};

use deadpool::{
    Runtime, Status,
    managed::{Object, Pool, PoolConfig, PoolError, QueueMode, Timeouts},
};
use log::LevelFilter;
use sqlx::{
    ConnectOptions as _, Executor, PgConnection, Row as _, SqlSafeStr,
    postgres::{PgConnectOptions, PgRow},
};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

pub use super::turns::{LongWork, Turns};
use super::{backend::DIRECT, connector::Connector, request::Request, silence};
use crate::error::Error;

/// How long a dropped transaction may take to roll back before its connection is closed.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_millis(500);
/// How often PostgreSQL checks whether the client of a running statement is still connected, in
/// milliseconds.
const CLIENT_CHECK_INTERVAL: u16 = 500;

/// How to reach the database, and how long each step may take.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// The server, the database and the credentials.
    pub connect: PgConnectOptions,
    /// The most open connections.
    pub max_connections: usize,
    /// The longest wait for a connection, including the time to open one.
    pub wait_timeout: Duration,
    /// The longest statement.
    pub statement_timeout: Duration,
    /// The longest wait for a lock.
    pub lock_timeout: Duration,
    /// The longest pause inside a transaction.
    pub idle_in_transaction_timeout: Duration,
    /// Whether each statement is an event of `tracing`, with the target `sqlx::query`.
    pub reports_statements: bool,
}

impl fmt::Debug for DatabaseOptions {
    /// Leaves out `connect`, whose `Debug` output contains the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseOptions")
            .field("max_connections", &self.max_connections)
            .field("wait_timeout", &self.wait_timeout)
            .finish_non_exhaustive()
    }
}

/// The pool of connections.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Connector>,
    pub turns: Turns,
}

impl Database {
    /// A pool that connects on first use. The caller is in a runtime of tokio.
    ///
    /// # Errors
    ///
    /// The system starts no threads for connecting.
    pub fn new(options: DatabaseOptions) -> Result<Self, Error> {
        let milliseconds = |duration: Duration| duration.as_millis().to_string();
        // Neither is logged: both may quote what a client sent.
        let statements = if options.reports_statements { LevelFilter::Debug } else { LevelFilter::Off };
        let connect =
            options.connect.log_slow_statements(LevelFilter::Off, Duration::MAX).log_statements(statements);
        let connect = connect.application_name("curio").options([DIRECT]).options([
            ("client_min_messages", "error".to_owned()),
            // To compile a statement, or to start workers for it, takes longer than most statements here.
            ("jit", "off".to_owned()),
            // A statement that was planned for a small table would read all of it when it has grown.
            ("enable_seqscan", "off".to_owned()),
            // A list that reads an index in its order ends early.
            ("enable_bitmapscan", "off".to_owned()),
            ("max_parallel_workers_per_gather", "0".to_owned()),
            ("client_connection_check_interval", CLIENT_CHECK_INTERVAL.to_string()),
            ("statement_timeout", milliseconds(options.statement_timeout)),
            ("lock_timeout", milliseconds(options.lock_timeout)),
            ("idle_in_transaction_session_timeout", milliseconds(options.idle_in_transaction_timeout)),
        ]);
        let connector = Connector::start(connect, options.wait_timeout).map_err(Error::internal)?;
        let pool = Pool::builder(connector)
            .config(PoolConfig {
                max_size: options.max_connections,
                timeouts: Timeouts {
                    wait: Some(options.wait_timeout),
                    create: Some(options.wait_timeout),
                    recycle: None,
                },
                // The connection used last has the warmest caches, on both sides.
                queue_mode: QueueMode::Lifo,
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(Error::internal)?;
        tokio::spawn(silence::watch(pool.weak()));
        // So long one statement may keep the others waiting.
        let turns = Turns::new(options.max_connections, options.statement_timeout, options.lock_timeout);
        Ok(Self { pool, turns })
    }

    /// A connection for a read of one statement, which needs no transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] if no connection is free in time.
    pub async fn connection(&self) -> Result<Connection, Error> {
        match self.pool.get().await {
            Ok(object) => {
                object.set_request(Request::current());
                Ok(Connection { object: Some(object), turns: Vec::new() })
            }
            Err(PoolError::Backend(error)) => Err(Error::Unavailable(Box::new(error))),
            Err(error) => Err(Error::Unavailable(Box::new(error))),
        }
    }

    /// As [`connection`](Self::connection), for a read of many rows.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is no turn, [`Error::Unavailable`] if no connection is free, in
    /// time.
    pub async fn connection_in_turn(&self) -> Result<Connection, Error> {
        let turn = self.turns.next(LongWork::Statement).await?;
        let mut connection = self.connection().await?;
        connection.hold(turn);
        Ok(connection)
    }

    /// Opens a connection that is not of the pool.
    ///
    /// # Errors
    ///
    /// The server is unreachable, rejects the connection, or takes longer than `timeout`.
    pub async fn open(&self, timeout: Duration) -> Result<PgConnection, sqlx::Error> {
        self.pool.manager().open(timeout).await
    }

    /// How many connections are open and idle, and how many requests wait for one.
    #[must_use]
    pub fn status(&self) -> Status {
        self.pool.status()
    }

    /// Closes the idle connections now, and the others as they come back.
    pub fn close(&self) {
        self.pool.close();
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// A connection, to be returned by [`release`](Self::release).
pub struct Connection {
    object: Option<Object<Connector>>,
    turns: Vec<OwnedSemaphorePermit>,
}

impl Connection {
    /// Ends the turn with the use of this connection, its clean-up included.
    pub fn hold(&mut self, turn: OwnedSemaphorePermit) {
        self.turns.push(turn);
    }

    /// Ends the watch over the request: from now on, it may pause for any time.
    pub fn allow_pauses(&self) {
        if let Some(object) = &self.object {
            object.set_request(None);
        }
    }

    /// Returns the connection to the pool, after its statement's response was read whole.
    pub fn release(mut self) {
        self.allow_pauses();
        self.object = None;
    }
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.object.as_deref().unwrap_or_else(|| unreachable!("only release and drop take it"))
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.object.as_deref_mut().unwrap_or_else(|| unreachable!("only release and drop take it"))
    }
}

impl Drop for Connection {
    /// Cleans up after a request that failed, or whose client left in the middle of a round trip.
    fn drop(&mut self) {
        let Some(object) = self.object.take() else {
            return;
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                object.set_request(None);
                let request = Request::current();
                let is_stale = request.as_ref().is_some_and(|request| request.distrusts());
                let turns = std::mem::take(&mut self.turns);
                let clean_up = runtime.spawn(async move {
                    clean_up(object, is_stale).await;
                    drop(turns);
                });
                if let Some(request) = request {
                    request.await_clean_up(clean_up);
                }
            }
            Err(_) => drop(Object::take(object)),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// Rolls the connection back and returns it to the pool, or closes it if that fails.
///
/// PostgreSQL ends a statement that still runs when its connection is closed. sqlx cannot send a
/// cancel request, and `pg_cancel_backend` might hit another client's statement behind a pooler.
///
/// A read-only connection is closed too: the server may have become writable since, or its name may
/// now belong to another server, and an open connection would not notice.
async fn clean_up(mut object: Object<Connector>, is_stale: bool) {
    let start = Instant::now();
    let Some(pool) = Object::pool(&object) else { return };
    if pool.manager().is_distrusted(Object::metrics(&object)) {
        drop(Object::take(object));
        return;
    }
    let rollback = async {
        let row = execute(&mut object, "ROLLBACK; SHOW transaction_read_only").await?;
        row.map_or(Ok(false), |row| Ok(row.try_get::<&str, _>(0)? == "off"))
    };
    let is_writable: Result<Result<bool, sqlx::Error>, _> = timeout(CLEAN_UP_TIMEOUT, rollback).await;
    match is_writable {
        Ok(Ok(true)) if !is_stale => {}
        Err(_) => drop(Object::take(object)),
        Ok(_) => {
            pool.manager().distrust_connections_before(start);
            drop(Object::take(object));
        }
    }
}

/// Runs statements to the end and returns the first row. sqlx's own `execute` collects a stream of
/// streams to the same end, which costs twice as much.
pub(super) async fn execute(
    connection: &mut PgConnection,
    statements: impl SqlSafeStr + Send,
) -> Result<Option<PgRow>, sqlx::Error> {
    connection.fetch_optional(statements).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_do_not_print_the_password() {
        let options = DatabaseOptions {
            connect: PgConnectOptions::new_without_pgpass().password("secret"),
            max_connections: 1,
            wait_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(1),
            lock_timeout: Duration::from_secs(1),
            idle_in_transaction_timeout: Duration::from_secs(1),
            reports_statements: false,
        };
        assert!(!format!("{options:?}").contains("secret"));
    }
}
