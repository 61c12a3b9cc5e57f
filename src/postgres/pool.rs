//! The only connection pool.
//!
//! It is deadpool's, not sqlx's: sqlx's pool pings the server from a task of its own whenever a
//! connection comes back, and its `begin` leaves a transaction open when the request is dropped at
//! that instant (transact-rs/sqlx#4385). Here a released connection comes back at once, and one
//! that was dropped in any other state is rolled back first, or closed.

use std::{fmt, sync::Arc, time::Duration};

use deadpool::{
    Status,
    managed::{Pool, PoolError, QueueMode},
};
use log::LevelFilter;
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tokio::{sync::Notify, time::timeout};

use super::{backend::DIRECT, connector::Connector, request::Request, silence};
pub use super::{
    connection::Connection,
    turns::{LongWork, Turns},
};
use crate::error::Error;
pub use crate::queue::Turn;

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
    wait_timeout: Duration,
    returned: Arc<Notify>,
    /// How many connections each kind of work may use.
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
        let name = connect.get_application_name().unwrap_or("curio").to_owned();
        let connect = connect.application_name(&name).options([DIRECT]).options([
            ("client_min_messages", "error".to_owned()),
            // Changes of one item wait for each other; in other levels, all but the first would fail.
            ("default_transaction_isolation", "read committed".to_owned()),
            // Otherwise an index may leave out what matches.
            ("gin_fuzzy_search_limit", "0".to_owned()),
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
            .max_size(options.max_connections)
            // The connection used last has the warmest caches, on both sides.
            .queue_mode(QueueMode::Lifo)
            .build()
            .map_err(Error::internal)?;
        tokio::spawn(silence::watch(pool.weak()));
        // So long one statement may keep the others waiting.
        let turns = Turns::new(options.max_connections, options.statement_timeout, options.lock_timeout);
        Ok(Self { pool, wait_timeout: options.wait_timeout, returned: Arc::default(), turns })
    }

    /// A connection for a statement that needs no transaction, and that sqlx prepares under a name.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] if no connection is free in time.
    pub async fn connection(&self) -> Result<Connection, Error> {
        self.in_time(self.wait()).await
    }

    /// A connection for a transaction that writes.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] if no connection is free in time, or too many are used for writes.
    pub async fn connection_to_write(&self) -> Result<Connection, Error> {
        self.in_time(async {
            let turn = self.turns.write().await;
            let mut connection = self.wait().await?;
            connection.hold(turn);
            Ok(connection)
        })
        .await
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let late = |_| Error::Unavailable("no connection to the database is free in time".into());
        timeout(self.wait_timeout, work).await.map_err(late)?
    }

    /// A free connection or a new one. If the server accepts no more, it is one that comes back.
    async fn wait(&self) -> Result<Connection, Error> {
        loop {
            let returned = self.returned.notified();
            // Boxed, because the future of every request contains this one.
            match Box::pin(self.pool.get()).await {
                Ok(object) => {
                    object.set_request(Request::current());
                    let mut connection = Connection::new(object, Arc::clone(&self.returned));
                    if connection.is_alive().await {
                        return Ok(connection);
                    }
                }
                // A new connection takes long: another may have come back.
                Err(PoolError::Backend(sqlx::Error::PoolTimedOut)) => {}
                Err(PoolError::Backend(_)) if self.status().size > 0 => returned.await,
                Err(PoolError::Backend(error)) => return Err(Error::Unavailable(Box::new(error))),
                Err(error) => return Err(Error::Unavailable(Box::new(error))),
            }
        }
    }

    /// A connection for reads of many rows, whose statements may have no name.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is no turn, [`Error::Unavailable`] if no connection is free, in
    /// time.
    pub async fn connection_in_turn(&self) -> Result<Connection, Error> {
        let mut connection = self.in_turn().await?;
        connection.pin_to_server().await?;
        Ok(connection)
    }

    /// A connection for a transaction that reads many rows.
    ///
    /// # Errors
    ///
    /// As [`connection_in_turn`](Self::connection_in_turn).
    pub(super) async fn in_turn(&self) -> Result<Connection, Error> {
        let turn = self.turn(LongWork::Statement).await?;
        let mut connection = self.connection().await?;
        connection.hold(turn);
        Ok(connection)
    }

    /// Waits for a turn, which a request has until its response is written: so few responses are
    /// in memory together. A request has one turn.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is none in time.
    pub async fn turn(&self, work: LongWork) -> Result<Arc<Turn>, Error> {
        let request = Request::current();
        if let Some(turn) = request.as_ref().and_then(|request| request.turn()) {
            return Ok(turn);
        }
        let turn = Arc::new(self.turns.next(work).await?);
        if let Some(request) = request {
            request.set_turn(Arc::clone(&turn));
        }
        Ok(turn)
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
