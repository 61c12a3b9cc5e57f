//! Opens the connections of the pool.

use std::{
    io,
    ops::{Deref, DerefMut},
    pin::Pin,
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
        oneshot::{self, Receiver},
    },
    time::{sleep, timeout},
};

use super::{
    backend::{Backend, Backends, terminate},
    opening::Opening,
    request::Request,
};

/// A connection that was idle for longer is pinged before its use.
const TRUSTED_IDLE: Duration = Duration::from_millis(100);
/// How long a client waits for a new connection before it looks whether another has come back.
const PATIENCE: Duration = Duration::from_millis(250);
/// A connection is replaced at this age, so that the server's memory for it does not grow forever.
const MAX_AGE: Duration = Duration::from_mins(30);

/// How long ending a process of the server may take.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait before looking again whether a commit has ended.
const COMMIT_INTERVAL: Duration = Duration::from_secs(1);

/// How many threads open connections: sqlx derives the key of SCRAM in 4,096 steps, and would yield
/// to all other tasks of the runtime after each. One for each attempt would keep memory.
const THREADS: usize = 4;

/// Opens connections, and decides which are still good.
pub struct Connector {
    connect: PgConnectOptions,
    /// The longest attempt to connect.
    timeout: Duration,
    attempts: UnboundedSender<Attempt>,
    /// Those for the pool.
    opening: Arc<Opening<Session, sqlx::Error>>,
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
    /// Whether it was idle for so long that it may be dead.
    pub needs_ping: bool,
}

impl Session {
    async fn open(connect: PgConnectOptions, timeout: Duration) -> Result<Self, sqlx::Error> {
        in_time(timeout, async {
            let mut connection = PgConnection::connect_with(&connect).await?;
            let backend = Backend::of(&mut connection).await?;
            Ok(Self { connection, backend, needs_ping: false })
        })
        .await
    }

    /// Whether all its statements run in one process of the server: it is of no pooler.
    pub fn is_direct(&self) -> bool {
        self.backend.is_some()
    }

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

/// An attempt to connect, and what becomes of its result.
type Attempt = Pin<Box<dyn Future<Output = ()> + Send>>;

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
        let (opening, ending, backends) = (Arc::default(), AsyncMutex::default(), Backends::default());
        Ok(Self { connect, timeout, attempts, opening, ending, distrusted, backends })
    }

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// The server is unreachable, rejects the connection, or takes longer than `timeout`.
    pub async fn open(&self, timeout: Duration) -> Result<PgConnection, sqlx::Error> {
        let (mut result, opened) = oneshot::channel();
        let connect = self.connect.clone();
        self.attempt(async move {
            tokio::select! {
                connection = in_time(timeout, PgConnection::connect_with(&connect)) => {
                    let _ = result.send(connection);
                }
                // The client has left.
                () = result.closed() => {}
            }
        });
        receive(opened).await
    }

    fn attempt(&self, attempt: impl Future<Output = ()> + Send + 'static) {
        // If the threads have ended, what would send the result is dropped.
        let _ = self.attempts.send(Box::pin(attempt));
    }

    /// Ends the process of a connection whose statement does not end, or waits for the end of its
    /// commit, such as one that waits for a standby. Not all statements notice that their client
    /// has left: the service would soon have more connections than it may.
    pub async fn end(&self, session: &Session) {
        let Some(backend) = &session.backend else { return };
        let mut commits = false;
        loop {
            let turn = self.ending.lock().await;
            let ended = in_time(END_TIMEOUT, async {
                terminate(&mut self.open(END_TIMEOUT).await?, [&**backend]).await
            });
            let ended = ended.await;
            drop(turn);
            match ended {
                Ok(true) => return,
                Ok(false) => commits = true,
                // The next look may succeed.
                Err(_) if commits => {}
                Err(error) => {
                    tracing::warn!(%error, "database.process_not_ended");
                    return;
                }
            }
            sleep(COMMIT_INTERVAL).await;
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
                Some(attempt) => running.push(attempt),
                None => return,
            },
            Some(()) = running.next() => {}
        }
    }
}

async fn in_time<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    timeout(limit, work).await.unwrap_or_else(|elapsed| Err(sqlx::Error::Io(elapsed.into())))
}

async fn receive<T>(result: Receiver<Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    result.await.unwrap_or_else(|error| Err(sqlx::Error::Io(io::Error::other(error))))
}

impl Manager for Connector {
    type Type = Session;
    type Error = sqlx::Error;

    /// Fails with [`sqlx::Error::PoolTimedOut`] if the attempt takes long. It goes on.
    async fn create(&self) -> Result<Session, sqlx::Error> {
        let (opened, needs_attempt) = self.opening.wait();
        if needs_attempt {
            let (opening, connect, timeout) = (Arc::clone(&self.opening), self.connect.clone(), self.timeout);
            self.attempt(async move { opening.give(Session::open(connect, timeout).await).await });
        }
        let patience = PATIENCE.min(self.timeout / 2);
        let session = timeout(patience, receive(opened)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        if let Some(backend) = &session.backend {
            self.backends.add(backend);
        }
        Ok(session)
    }

    /// Waits for nothing: deadpool closes a connection whose client leaves meanwhile.
    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > MAX_AGE || self.is_distrusted(metrics) {
            return Err(RecycleError::message("old"));
        }
        session.needs_ping = metrics.last_used() > TRUSTED_IDLE;
        Ok(())
    }
}
