//! The server's process for each connection of the pool, and the requests that wait for it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

use chrono::{DateTime, Utc};
use sqlx::{
    Executor as _, PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use super::request::Request;

/// A setting that PostgreSQL takes at the start of a session, and that no pooler passes on.
pub const DIRECT: (&str, &str) = ("curio.direct", "on");
/// Finds the process of this connection, and resets `transaction_timeout`, which would end long
/// imports and exports. PostgreSQL 15 and 16 would reject it at the start of a session.
const IDENTIFY: &str = "SELECT pid, backend_start,
        CASE WHEN current_setting('server_version_num')::int >= 170000
            THEN set_config('transaction_timeout', '0', false) END
    FROM pg_stat_activity
    WHERE pid = pg_backend_pid() AND current_setting('curio.direct', true) = 'on'";

/// Ends processes, whose locks would remain until they notice that they have no client. A commit
/// goes on: one that waits for a standby has been written, and its end would show it to all
/// before the standby has it. In a condition, the function could be called for other processes.
const TERMINATE: &str = "SELECT CASE
        WHEN state = 'active' AND (query = 'COMMIT' OR wait_event = 'SyncRep') THEN false
        ELSE pg_terminate_backend(process.pid) END
    FROM pg_stat_activity AS process
    JOIN unnest($1::int[], $2::timestamptz[]) AS lost (pid, started)
        ON process.pid = lost.pid AND backend_start = started";

/// The server's process for a connection.
#[derive(Debug)]
pub struct Backend {
    /// Its number, which another process may get after it.
    pub pid: i32,
    /// When it was started.
    pub started: DateTime<Utc>,
    /// The request that uses the connection now.
    request: Mutex<Option<Arc<Request>>>,
}

impl Backend {
    /// `None` behind a pooler, which gives a connection several processes in turn, and for a session
    /// with another role, which does not see it.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn of(connection: &mut PgConnection) -> Result<Option<Arc<Self>>, sqlx::Error> {
        let Some(row) = connection.fetch_optional(IDENTIFY).await? else { return Ok(None) };
        let (pid, started): (i32, Option<_>) = (row.try_get(0)?, row.try_get(1)?);
        Ok(started.map(|started| Arc::new(Self { pid, started, request: Mutex::default() })))
    }

    /// Notes which request uses the connection; `None` if none does, or one that pauses.
    pub fn set_request(&self, request: Option<Arc<Request>>) {
        *lock(&self.request) = request;
    }
}

/// A query about processes: its parameters are their numbers and when they were started.
pub fn with_processes<'a>(
    query: &'static str,
    backends: impl IntoIterator<Item = &'a Backend>,
) -> Query<'static, Postgres, PgArguments> {
    let (pids, started): (Vec<_>, Vec<_>) =
        backends.into_iter().map(|backend| (backend.pid, backend.started)).unzip();
    sqlx::query(query).bind(pids).bind(started)
}

/// Ends processes of the server, except those that commit. Returns whether all are ended.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn terminate<'a>(
    connection: &mut PgConnection,
    backends: impl IntoIterator<Item = &'a Backend>,
) -> Result<bool, sqlx::Error> {
    let ended = with_processes(TERMINATE, backends).try_map(|row: PgRow| row.try_get(0));
    Ok(ended.fetch_all(connection).await?.into_iter().all(|is_ended: bool| is_ended))
}

/// A request that waits for a response.
#[derive(Debug)]
pub struct Wait {
    /// The process that should respond.
    pub backend: Arc<Backend>,
    /// Since when it waits.
    pub since: Instant,
    request: Arc<Request>,
}

impl Wait {
    fn of(backend: Arc<Backend>) -> Option<Self> {
        let request = lock(&backend.request).clone()?;
        let since = request.waits_since()?;
        Some(Self { backend, since, request })
    }

    /// Ends the request with an error, unless something has arrived for it. Returns whether it did.
    pub fn give_up(&self) -> bool {
        let is_silent = self.request.waits_since() == Some(self.since);
        if is_silent {
            self.request.give_up();
        }
        is_silent
    }
}

/// The processes for all connections.
#[derive(Debug, Default)]
pub struct Backends(Mutex<Vec<Weak<Backend>>>);

impl Backends {
    /// Adds one, for as long as its connection is open.
    pub fn add(&self, backend: &Arc<Backend>) {
        let mut all = lock(&self.0);
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(backend));
    }

    /// All requests that wait.
    pub fn waits(&self) -> Vec<Wait> {
        lock(&self.0).iter().filter_map(Weak::upgrade).filter_map(Wait::of).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
