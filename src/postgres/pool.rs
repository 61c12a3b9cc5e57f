//! The only place that begins, and the only one that commits.
//!
//! The pool is deadpool's and not sqlx's: sqlx's pings the server each time a connection comes back, from a task of
//! its own, and its `begin` leaves a transaction open when the request is dropped at that moment
//! (transact-rs/sqlx#4385). Here a connection comes back at once when it was released, by [`Transaction::commit`] or
//! [`Connection::release`]; one that was dropped in any other state is rolled back first, or closed.

use std::{
    cell::RefCell,
    fmt,
    ops::{Deref, DerefMut},
    time::Duration,
};

use deadpool::{
    Runtime, Status,
    managed::{
        Manager, Metrics, Object, Pool, PoolConfig, PoolError, QueueMode, RecycleError, RecycleResult,
        Timeouts,
    },
};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor, PgConnection, SqlSafeStr,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgRow},
};

use tokio::task::JoinHandle;

use crate::{
    error::Error,
    postgres::named::{Call, Named},
};

/// A connection that lay idle for longer is tried before it is handed out.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);
/// A connection is replaced after this time, so that a server's memory for it does not grow without end.
const MAX_AGE: Duration = Duration::from_mins(30);
/// How long a dropped transaction may take to roll back before its connection is closed.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_secs(5);

/// How to reach the database, and how long anything there may take.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Where it is and who asks.
    pub connect: PgConnectOptions,
    /// The most connections at one time.
    pub max_connections: usize,
    /// The longest wait for a connection, a new one included.
    pub wait_timeout: Duration,
    /// The longest statement.
    pub statement_timeout: Duration,
    /// The longest wait for a lock.
    pub lock_timeout: Duration,
    /// The longest pause inside a transaction.
    pub idle_in_transaction_timeout: Duration,
}

/// The pool of connections.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Connector>,
}

impl Database {
    /// A pool that connects when it is first used.
    ///
    /// # Errors
    ///
    /// None at present: the configuration of the pool is complete.
    pub fn new(options: DatabaseOptions) -> Result<Self, Error> {
        let milliseconds = |duration: Duration| duration.as_millis().to_string();
        let connect = options.connect.application_name("curio").options([
            ("statement_timeout", milliseconds(options.statement_timeout)),
            ("lock_timeout", milliseconds(options.lock_timeout)),
            ("idle_in_transaction_session_timeout", milliseconds(options.idle_in_transaction_timeout)),
        ]);
        let pool = Pool::builder(Connector { connect })
            .config(PoolConfig {
                max_size: options.max_connections,
                timeouts: Timeouts {
                    wait: Some(options.wait_timeout),
                    create: Some(options.wait_timeout),
                    recycle: Some(TRUSTED_IDLE),
                },
                // The connection that was used last has the warmest caches, on both sides.
                queue_mode: QueueMode::Lifo,
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self { pool })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where there is no connection within the time for it.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let mut connection = self.connection().await?;
        run(&mut connection, "BEGIN").await?;
        Ok(Transaction { connection })
    }

    /// Begins a transaction and sends statements along, so that they cost no round trips of their own; gives the first of their rows.
    /// Each sees what was committed before it began. Each connection prepares `all` statements once, so that nothing is planned then;
    /// where a pooler changes the sessions behind it, the statements are sent as they are.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and whatever the statements fail for.
    pub async fn begin_with(
        &self,
        all: &[&Named],
        calls: &[Call<'_>],
    ) -> Result<(Transaction, Option<PgRow>), Error> {
        let mut connection = self.connection().await?;
        if connection.session().prepared == Prepared::No {
            let prepare: String = all.iter().map(|named| named.prepare()).collect();
            connection.session().prepared = Prepared::Partly;
            let prepared = run(&mut connection, AssertSqlSafe(prepare)).await;
            connection.session().prepared = match prepared {
                Err(error) if has_code(&error, "42P05") => Prepared::Never,
                prepared => prepared.map(|_| Prepared::Yes)?,
            };
        }
        let begin = |prepared| AssertSqlSafe(format!("BEGIN; {}", sql(calls, prepared)));
        let prepared = connection.session().prepared;
        let row = match run(&mut connection, begin(prepared)).await {
            Err(error) if has_code(&error, "26000") => {
                run(&mut connection, "ROLLBACK").await?;
                connection.session().prepared = Prepared::Never;
                run(&mut connection, begin(Prepared::Never)).await?
            }
            begun => begun?,
        };
        Ok((Transaction { connection }, row))
    }

    /// A connection for a read of one statement, which needs no transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where there is no connection within the time for it.
    pub async fn connection(&self) -> Result<Connection, Error> {
        match self.pool.get().await {
            Ok(object) => Ok(Connection { object: Some(object) }),
            Err(PoolError::Backend(error)) => Err(Error::Unavailable(Box::new(error))),
            Err(error) => Err(Error::Unavailable(Box::new(error))),
        }
    }

    /// How many connections there are, how many of them are idle, and how many requests wait for one.
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

/// A connection, to be given back by [`release`](Self::release).
pub struct Connection {
    object: Option<Object<Connector>>,
}

impl Connection {
    fn session(&mut self) -> &mut Session {
        self.object.as_mut().unwrap_or_else(|| unreachable!("taken by release and drop alone"))
    }

    /// Gives the connection back to the pool: its statement was carried out, and its answer was read.
    pub fn release(mut self) {
        self.object = None;
    }
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        let session = self.object.as_ref();
        &session.unwrap_or_else(|| unreachable!("taken by release and drop alone")).connection
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.session().connection
    }
}

impl Drop for Connection {
    /// Not released: a request that failed, or was dropped by its client in the middle of a round trip.
    fn drop(&mut self) {
        let Some(object) = self.object.take() else {
            return;
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                let clean_up = runtime.spawn(clean_up(object));
                let _ = CLEAN_UPS.try_with(|clean_ups| clean_ups.borrow_mut().push(clean_up));
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

tokio::task_local! {
    /// The clean-ups that a request has made necessary.
    static CLEAN_UPS: RefCell<Vec<JoinHandle<()>>>;
}

/// Works on a request, and waits until the transactions that it gave up are rolled back: whoever gets a refusal finds nothing locked
/// by the request that was refused.
pub async fn settled<T>(work: impl Future<Output = T>) -> T {
    let work = async {
        let result = work.await;
        for clean_up in CLEAN_UPS.with(RefCell::take) {
            let _ = clean_up.await;
        }
        result
    };
    CLEAN_UPS.scope(RefCell::default(), work).await
}

/// Rolls back whatever the connection was doing, and gives it back to the pool; closes it where that does not work.
async fn clean_up(mut object: Object<Connector>) {
    if object.prepared == Prepared::Partly {
        drop(Object::take(object));
        return;
    }
    let rollback = tokio::time::timeout(CLEAN_UP_TIMEOUT, run(&mut object.connection, "ROLLBACK")).await;
    if !matches!(rollback, Ok(Ok(_))) {
        let pool = Object::pool(&object);
        drop(Object::take(object));
        // One broken connection is rarely alone: after a restart of the server all of them are.
        if let Some(pool) = pool {
            pool.retain(|_, _| false);
        }
    }
}

/// Runs statements to the end of their answers, and gives the first row. sqlx's own `execute` collects a stream of streams to the same
/// end, which costs twice as much.
async fn run(
    connection: &mut PgConnection,
    statements: impl SqlSafeStr + Send,
) -> Result<Option<PgRow>, sqlx::Error> {
    connection.fetch_optional(statements).await
}

fn sql(calls: &[Call<'_>], prepared: Prepared) -> String {
    let calls: Vec<_> = calls.iter().map(|call| call.sql(prepared == Prepared::Yes)).collect();
    calls.join("; ")
}

/// Whether the server reports this SQLSTATE.
fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|found| found == code)
}

/// A transaction: what is done on it is there for others after [`commit`](Self::commit), or never was.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
}

impl Transaction {
    /// Makes everything that was done permanent and visible.
    ///
    /// # Errors
    ///
    /// Nothing was written when the server reports an error. When the connection breaks
    /// ([`Error::Unavailable`]), it is not known whether it was.
    pub async fn commit(mut self) -> Result<(), Error> {
        run(&mut self.connection, "COMMIT").await?;
        self.connection.release();
        Ok(())
    }

    /// As [`commit`](Self::commit), with statements in front that cost no round trip of their own; see [`Database::begin_with`].
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit), and whatever the statements fail for.
    pub async fn commit_with(mut self, calls: &[Call<'_>]) -> Result<(), Error> {
        let prepared = self.connection.session().prepared;
        run(&mut self.connection, AssertSqlSafe(format!("{}; COMMIT", sql(calls, prepared)))).await?;
        self.connection.release();
        Ok(())
    }

    /// Takes everything back that was done, after it was checked as by [`commit`](Self::commit).
    ///
    /// # Errors
    ///
    /// What a commit would have failed for: a rule that is checked at the end of a transaction.
    pub async fn rehearse(mut self) -> Result<(), Error> {
        run(&mut self.connection, "SET CONSTRAINTS ALL IMMEDIATE").await?;
        run(&mut self.connection, "ROLLBACK").await?;
        self.connection.release();
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// A connection, and what is known of its session.
#[derive(Debug)]
struct Session {
    connection: PgConnection,
    prepared: Prepared,
}

/// Whether a session has the statements of [`Database::begin_with`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prepared {
    No,
    /// Nobody knows which of them, and none can be prepared twice: such a connection is good for nothing but to be closed.
    Partly,
    Yes,
    /// A pooler is in between: the sessions behind the connection change, and some have the statements.
    Never,
}

/// Makes connections, and decides which are still good.
#[derive(Debug)]
struct Connector {
    connect: PgConnectOptions,
}

impl Manager for Connector {
    type Type = Session;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Session, sqlx::Error> {
        // In a box of its own: it is large, and would make the future of every request as large, which hardly ever connects.
        let connection = Box::pin(PgConnection::connect_with(&self.connect)).await?;
        Ok(Session { connection, prepared: Prepared::No })
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > TRUSTED_IDLE {
            session.connection.ping().await?;
        }
        Ok(())
    }
}
