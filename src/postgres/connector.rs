//! Opens the connections of the pool.

use std::{
    io,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use futures_util::{StreamExt, stream::FuturesUnordered};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{
    runtime::Handle,
    sync::{
        Mutex as AsyncMutex,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        oneshot,
    },
    time::timeout,
};

use super::{
    backend::{Backend, Backends, terminate},
    request::Request,
};

/// Idle connections older than this are pinged before use.
const TRUSTED_IDLE: Duration = Duration::from_millis(100);
/// A connection whose ping takes longer is dead.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// A connection is replaced at this age, so that the server's memory for it does not grow forever.
const MAX_AGE: Duration = Duration::from_mins(30);

/// How long ending a process of the server may take.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// How many threads open connections: sqlx derives the key of SCRAM in 4,096 steps, and would yield
/// to all other tasks of the runtime after each. One for each attempt would keep memory.
const THREADS: usize = 4;

/// Opens connections, and decides which are still good.
pub struct Connector {
    connect: PgConnectOptions,
    /// The longest attempt to connect.
    timeout: Duration,
    attempts: UnboundedSender<Attempt>,
    /// One process is ended at a time, since that takes another connection.
    ending: AsyncMutex<()>,
    /// Connections opened before this instant are closed instead of reused.
    distrusted: Mutex<Instant>,
    /// The server's processes for the connections that [`Manager::create`] has opened.
    pub backends: Backends,
}

/// A connection of the pool.
#[derive(Debug)]
pub struct Session {
    connection: PgConnection,
    backend: Option<Arc<Backend>>,
}

impl Session {
    /// Notes which request uses the connection; `None` if none does, or one that pauses.
    pub fn set_request(&self, request: Option<Arc<Request>>) {
        if let Some(backend) = &self.backend {
            backend.set_request(request);
        }
    }
}

impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// An attempt to connect. A client that leaves drops the receiver of its result.
struct Attempt {
    connect: PgConnectOptions,
    timeout: Duration,
    result: oneshot::Sender<Result<PgConnection, sqlx::Error>>,
}

impl Connector {
    /// # Errors
    ///
    /// The system starts no threads.
    pub fn start(connect: PgConnectOptions, timeout: Duration) -> io::Result<Self> {
        let (attempts, receiver) = mpsc::unbounded_channel();
        let receiver = Arc::new(AsyncMutex::new(receiver));
        for _ in 0..THREADS {
            let (runtime, receiver) = (Handle::current(), Arc::clone(&receiver));
            let run = move || runtime.block_on(run_attempts(&receiver));
            thread::Builder::new().name("connector".into()).spawn(run)?;
        }
        let distrusted = Mutex::new(Instant::now());
        let (ending, backends) = (AsyncMutex::default(), Backends::default());
        Ok(Self { connect, timeout, attempts, ending, distrusted, backends })
    }

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// The server is unreachable, rejects the connection, or takes longer than `timeout`.
    pub async fn open(&self, timeout: Duration) -> Result<PgConnection, sqlx::Error> {
        let (result, opened) = oneshot::channel();
        // If the threads have ended, the sender is dropped.
        let _ = self.attempts.send(Attempt { connect: self.connect.clone(), timeout, result });
        opened.await.unwrap_or_else(|error| Err(sqlx::Error::Io(io::Error::other(error))))
    }

    /// Ends the process of a connection whose statement does not end. Some statements do not notice
    /// that their client has left, such as a commit that waits for a standby: the service would
    /// soon have more connections than it may.
    pub async fn end(&self, session: &Session) {
        let Some(backend) = &session.backend else { return };
        let ended = timeout(END_TIMEOUT, async {
            let _turn = self.ending.lock().await;
            terminate(&mut self.open(END_TIMEOUT).await?, [&**backend]).await
        });
        if let Err(error) = ended.await.unwrap_or_else(|elapsed| Err(sqlx::Error::Io(elapsed.into()))) {
            tracing::warn!(%error, "database.process_not_ended");
        }
    }

    /// One broken connection is rarely alone: after a restart of the server, or if the network
    /// drops packets, all of them are broken, and pinging each would take too long.
    pub fn distrust_connections_before(&self, instant: Instant) {
        let mut distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        *distrusted = instant.max(*distrusted);
    }

    /// Whether the connection is to be closed.
    pub fn is_distrusted(&self, metrics: &Metrics) -> bool {
        metrics.created <= *self.distrusted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes any number of attempts at a time.
async fn run_attempts(attempts: &AsyncMutex<UnboundedReceiver<Attempt>>) {
    let mut running = FuturesUnordered::new();
    loop {
        tokio::select! {
            attempt = async { attempts.lock().await.recv().await } => match attempt {
                Some(attempt) => running.push(attempt.run()),
                None => return,
            },
            Some(()) = running.next() => {}
        }
    }
}

impl Attempt {
    async fn run(mut self) {
        let result = tokio::select! {
            result = timeout(self.timeout, PgConnection::connect_with(&self.connect)) => result,
            () = self.result.closed() => return,
        };
        let _ = self.result.send(result.unwrap_or_else(|elapsed| Err(sqlx::Error::Io(elapsed.into()))));
    }
}

impl Manager for Connector {
    type Type = Session;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Session, sqlx::Error> {
        let mut connection = self.open(self.timeout).await?;
        let backend = Backend::of(&mut connection).await?;
        if let Some(backend) = &backend {
            self.backends.add(backend);
        }
        Ok(Session { connection, backend })
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > MAX_AGE || self.is_distrusted(metrics) {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > TRUSTED_IDLE {
            let start = Instant::now();
            let ping = timeout(PING_TIMEOUT, session.connection.ping()).await;
            if !matches!(ping, Ok(Ok(()))) {
                self.distrust_connections_before(start);
                return Err(RecycleError::message("dead"));
            }
        }
        Ok(())
    }
}
