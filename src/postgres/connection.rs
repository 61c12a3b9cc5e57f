//! A connection of the pool, and what becomes of it after its use.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool::managed::Object;
use sqlx::{Connection as _, Executor, PgConnection, Row as _, SqlSafeStr, postgres::PgRow};
use tokio::{sync::Notify, time::timeout};

use super::{connector::Connector, request::Request};
use crate::{error::Error, queue::Turn};

/// How long a dropped transaction may take to roll back before its connection is closed.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_millis(500);
/// A connection whose ping takes longer is dead.
const PING_TIMEOUT: Duration = Duration::from_millis(500);

/// Tells one request that a connection has come back, when it is dropped.
struct Returned(Arc<Notify>);

impl Drop for Returned {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// A connection, to be returned by [`release`](Self::release).
pub struct Connection {
    object: Option<Object<Connector>>,
    returned: Option<Returned>,
    turns: Vec<Arc<Turn>>,
    /// Whether it is in a transaction that ends with its use.
    is_in_transaction: bool,
}

impl Connection {
    /// A connection whose return is told to one that waits for it.
    pub(super) fn new(object: Object<Connector>, returned: Arc<Notify>) -> Self {
        Self {
            object: Some(object),
            returned: Some(Returned(returned)),
            turns: Vec::new(),
            is_in_transaction: false,
        }
    }

    /// Pings the server if the connection was idle for long. `false` if there is no response: this
    /// connection is closed, and older ones will be.
    pub(super) async fn is_alive(&mut self) -> bool {
        let start = Instant::now();
        if let Some(object) = self.object.as_mut().filter(|object| object.needs_ping) {
            object.needs_ping = !matches!(timeout(PING_TIMEOUT, object.ping()).await, Ok(Ok(())));
        }
        match self.object.take_if(|object| object.needs_ping) {
            None => true,
            Some(object) => {
                close_distrusted(object, start);
                false
            }
        }
    }

    /// Begins a transaction behind a pooler, so that all statements run in one process of the server.
    /// In transaction mode, it may be another client's between parsing a statement and running it,
    /// and a statement without a name is then one of that client.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn pin_to_server(&mut self) -> Result<(), Error> {
        if self.object.as_ref().is_some_and(|object| !object.is_direct()) {
            execute(self, "BEGIN READ ONLY").await?;
            self.is_in_transaction = true;
        }
        Ok(())
    }

    /// Ends the turn with the use of this connection, its clean-up included.
    pub fn hold(&mut self, turn: impl Into<Arc<Turn>>) {
        self.turns.push(turn.into());
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
        if !self.is_in_transaction {
            self.object = None;
        }
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
                let held = (std::mem::take(&mut self.turns), self.returned.take());
                let clean_up = runtime.spawn(async move {
                    if let Some(busy) = clean_up(object, is_stale).await {
                        // The client need not wait for this.
                        tokio::spawn(async move {
                            end(busy).await;
                            drop(held);
                        });
                    }
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

/// Rolls the connection back and returns it to the pool, or closes it if that fails. If its last
/// statement still runs, which a ping does not, returns it.
///
/// A read-only connection is closed too: the server may have become writable since, or its name
/// may now belong to another server, and an open connection would not notice.
async fn clean_up(mut object: Object<Connector>, is_stale: bool) -> Option<Object<Connector>> {
    let start = Instant::now();
    let pool = Object::pool(&object)?;
    if pool.manager().is_distrusted(Object::metrics(&object)) {
        drop(Object::take(object));
        return None;
    }
    let rollback = async {
        let row = execute(&mut object, "ROLLBACK; SHOW transaction_read_only").await?;
        row.map_or(Ok(false), |row| Ok(row.try_get::<&str, _>(0)? == "off"))
    };
    let is_writable: Result<Result<bool, sqlx::Error>, _> = timeout(CLEAN_UP_TIMEOUT, rollback).await;
    match is_writable {
        Ok(Ok(true)) if !is_stale => {}
        Err(_) if !object.needs_ping => return Some(object),
        _ => close_distrusted(object, start),
    }
    None
}

/// Closes a connection that turned out to be broken, and has all that were opened before this
/// instant closed.
fn close_distrusted(object: Object<Connector>, start: Instant) {
    if let Some(pool) = Object::pool(&object) {
        pool.manager().distrust_connections_before(start);
    }
    drop(Object::take(object));
}

/// Ends the statement that still runs, and closes the connection. sqlx cannot send a cancel
/// request. Behind a pooler, its process may be another client's: there it ends when the server
/// notices that its client has left.
async fn end(object: Object<Connector>) {
    if let Some(pool) = Object::pool(&object) {
        pool.manager().end(&object).await;
    }
    drop(Object::take(object));
}

/// Runs statements to the end and returns the first row. sqlx's own `execute` collects a stream
/// of streams to the same end, which costs twice as much.
pub(super) async fn execute(
    connection: &mut PgConnection,
    statements: impl SqlSafeStr + Send,
) -> Result<Option<PgRow>, sqlx::Error> {
    connection.fetch_optional(statements).await
}
