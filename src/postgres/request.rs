//! Abandoned transactions of a request, and how long it has waited for the database.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool,
            Ordering::{AcqRel, Relaxed, Release},
        },
    },
    task::{Context, Poll, Wake, Waker},
    time::Instant,
};

use futures_util::task::AtomicWaker;
use tokio::{sync::Notify, task::JoinHandle};

use crate::{
    actor::Actor,
    error::Error,
    queue::{Client, Turn},
};

tokio::task_local! {
    static REQUEST: Arc<Request>;
}

/// A request, as its connections see it.
#[derive(Debug, Default)]
pub(super) struct Request {
    /// Who makes it.
    pub(super) client: Client,
    /// Its turn for what takes long. What it has read takes memory until its response is written.
    turn: Mutex<Option<Arc<Turn>>>,
    /// The rollbacks of the transactions that it dropped.
    clean_ups: Mutex<Vec<JoinHandle<()>>>,
    /// Whether it found that the sessions of all connections are out of date.
    distrusts: AtomicBool,
    /// The task that runs it.
    task: AtomicWaker,
    is_awake: AtomicBool,
    /// Since when nothing has woken it; `None` while it runs, and after it has ended.
    asleep_since: Mutex<Option<Instant>>,
    /// Whether it waits for something else than the database.
    is_unwatched: AtomicBool,
    given_up: Notify,
}

impl Request {
    /// The request that is running, if this is one.
    pub(super) fn current() -> Option<Arc<Self>> {
        REQUEST.try_with(Arc::clone).ok()
    }

    /// Since when it has been waiting for the database.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        *lock(&self.asleep_since)
    }

    /// Ends it with an error.
    pub(super) fn give_up(&self) {
        self.given_up.notify_one();
    }

    /// Its turn, if it has one.
    pub(super) fn turn(&self) -> Option<Arc<Turn>> {
        lock(&self.turn).clone()
    }

    /// Gives it a turn until it ends.
    pub(super) fn set_turn(&self, turn: Arc<Turn>) {
        *lock(&self.turn) = Some(turn);
    }

    /// Delays its response until this has ended.
    pub(super) fn await_clean_up(&self, clean_up: JoinHandle<()>) {
        lock(&self.clean_ups).push(clean_up);
    }

    /// Whether it has [distrusted](distrust) all connections.
    pub(super) fn distrusts(&self) -> bool {
        self.distrusts.load(Relaxed)
    }

    /// Runs the work, and notes when it sleeps. What wakes the whole task, such as a look whether
    /// the client has left, does not wake the work.
    async fn observe<T>(self: &Arc<Self>, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let waker = Waker::from(Arc::clone(self));
        self.is_awake.store(true, Release);
        poll_fn(|context| {
            self.task.register(context.waker());
            if !self.is_awake.swap(false, AcqRel) {
                return Poll::Pending;
            }
            *lock(&self.asleep_since) = None;
            let poll = work.as_mut().poll(&mut Context::from_waker(&waker));
            if poll.is_pending() && !self.is_unwatched.load(Relaxed) {
                *lock(&self.asleep_since) = Some(Instant::now());
            }
            poll
        })
        .await
    }
}

impl Wake for Request {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_awake.store(true, Release);
        self.task.wake();
    }
}

/// Has all connections replaced, once the request has dropped its own.
pub(super) fn distrust() {
    let _ = REQUEST.try_with(|request| request.distrusts.store(true, Relaxed));
}

/// Runs `work` of a client, then waits until abandoned transactions have rolled back: after an error,
/// the client finds nothing locked by the request that failed.
///
/// # Errors
///
/// [`Error::Unavailable`] if a connection has become silent. Its last statement may have arrived.
pub async fn settled<T>(client: Option<Actor>, work: impl Future<Output = T>) -> Result<T, Error> {
    let request = Arc::new(Request { client, ..Request::default() });
    let _turn = EndOfTurn(Arc::clone(&request));
    let result = tokio::select! {
        biased;
        result = REQUEST.scope(Arc::clone(&request), request.observe(work)) => Ok(result),
        () = request.given_up.notified() => {
            Err(Error::Unavailable("the connection to the database is silent".into()))
        }
    };
    *lock(&request.asleep_since) = None;
    let clean_ups = std::mem::take(&mut *lock(&request.clean_ups));
    for clean_up in clean_ups {
        let _ = clean_up.await;
    }
    result
}

/// Ends the turn of a request with it: an idle connection may still know how to wake it.
struct EndOfTurn(Arc<Request>);

impl Drop for EndOfTurn {
    fn drop(&mut self) {
        *lock(&self.0.turn) = None;
    }
}

/// Whose request this is.
#[must_use]
pub fn client() -> Client {
    Request::current().and_then(|request| request.client.clone())
}

/// Waits for something else than the database, although the request may hold a connection.
pub async fn unwatched<T>(work: impl Future<Output = T>) -> T {
    struct Unwatched(Option<Arc<Request>>);

    impl Drop for Unwatched {
        fn drop(&mut self) {
            if let Some(request) = &self.0 {
                request.is_unwatched.store(false, Relaxed);
            }
        }
    }

    let request = Request::current();
    if let Some(request) = &request {
        request.is_unwatched.store(true, Relaxed);
    }
    let _unwatched = Unwatched(request);
    work.await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
