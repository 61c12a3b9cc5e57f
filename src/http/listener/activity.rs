//! What a connection is doing: the requests, responses and bytes that its watchdog looks at.

use std::{
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Instant,
};

use http::Version;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{
    condition::{Condition, Response},
    request_line::RequestLine,
};
use crate::{config::http::ConnectionOptions, http::limits::PIECE};

/// The requests and responses of a connection.
#[derive(Debug)]
pub struct Activity {
    state: Mutex<State>,
    /// Cancelled once an HTTP/2 client sends nothing more.
    half_closed: CancellationToken,
    /// A request or a response is no longer in progress.
    progress: Notify,
    /// Whether HTTP/2 has taken a response that waits for the window of the client.
    pub owes_response: AtomicBool,
    /// Whether a response ends where the connection does.
    pub is_open_ended: AtomicBool,
}

#[derive(Debug)]
struct State {
    /// When the connection was opened, or its last response ended.
    quiet_since: Instant,
    /// Requests whose response has not begun.
    handled: usize,
    handled_since: Instant,
    /// The version of the latest request.
    version: Version,
    /// Requests whose body is still arriving.
    incomplete: usize,
    /// Responses in progress.
    sending: Vec<Response>,
    next_response: u64,
    /// Since when bytes are waiting for the client, and how many it has received since.
    unflushed: Option<(Instant, usize)>,
    /// A body was not read to its end.
    has_unread: bool,
    is_lingering: bool,
    /// The line of the next request of HTTP/1.
    line: RequestLine,
}

impl Activity {
    pub fn new() -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            state: Mutex::new(State {
                quiet_since: now,
                handled: 0,
                handled_since: now,
                version: Version::HTTP_11,
                incomplete: 0,
                sending: Vec::new(),
                next_response: 0,
                unflushed: None,
                has_unread: false,
                is_lingering: false,
                line: RequestLine::default(),
            }),
            half_closed: CancellationToken::new(),
            progress: Notify::new(),
            owes_response: AtomicBool::new(false),
            is_open_ended: AtomicBool::new(false),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resets the streams whose client takes too long. Other streams of the connection may be those
    /// of other clients, if it is that of a proxy.
    pub fn reset_stalled(&self, now: Instant, options: &ConnectionOptions) {
        let state = self.lock();
        let stalled = state.sending.iter().filter(|response| response.is_stalled(now, options));
        stalled.filter_map(|response| response.reset.as_ref()).for_each(CancellationToken::cancel);
    }

    pub fn condition(&self, now: Instant, options: &ConnectionOptions) -> Condition {
        let state = self.lock();
        let is_used = state.handled > 0 || !state.sending.is_empty() || state.is_lingering;
        let is_stalled = |response: &Response| response.reset.is_none() && response.is_stalled(now, options);
        let takes_nothing =
            state.unflushed.is_some_and(|(since, _)| now.duration_since(since) >= options.write_timeout);
        let is_flushed = state.unflushed.is_none();
        let needs_window = is_flushed
            && state.handled == 0
            && state.sending.iter().all(|response| response.waits_since.is_some());
        if takes_nothing || state.sending.iter().any(is_stalled) {
            Condition::Stalled
        } else if needs_window && self.owes_response.load(Relaxed) && self.half_closed.is_cancelled() {
            Condition::Stuck
        } else if state.handled > 0 && state.sending.is_empty() && is_flushed {
            let time = now.duration_since(state.handled_since);
            Condition::Handling { time, version: state.version }
        } else if !is_used && now.duration_since(state.quiet_since) >= options.idle_timeout {
            Condition::Idle
        } else {
            Condition::Good
        }
    }

    /// Whether a complete request is in progress, or a response is not yet handed to the kernel.
    pub fn is_responding(&self) -> bool {
        let state = self.lock();
        let has_request = state.handled > state.incomplete || !state.sending.is_empty();
        has_request || state.unflushed.is_some() || self.owes_response.load(Relaxed)
    }

    /// Whether it is responding, or lingers after a response.
    pub fn is_busy(&self) -> bool {
        self.is_responding() || self.lock().is_lingering
    }

    /// Records that an HTTP/2 client sends nothing more; what it sent before is already read.
    pub fn half_close(&self) {
        self.half_closed.cancel();
    }

    /// Completes when an HTTP/2 client sends nothing more, and has the responses to all requests.
    pub async fn end(&self) {
        self.half_closed.cancelled().await;
        loop {
            let progress = self.progress.notified();
            let is_done = |state: MutexGuard<'_, State>| state.handled == 0 && state.sending.is_empty();
            if is_done(self.lock()) {
                return;
            }
            progress.await;
        }
    }

    /// Records bytes that an HTTP/1 client sent.
    pub fn read(&self, bytes: &[u8]) {
        let mut state = self.lock();
        if state.handled > 0 || !state.sending.is_empty() {
            state.line.skip();
        } else {
            state.line.read(bytes);
        }
    }

    /// The line of the request that is now handled.
    pub fn take_line(&self) -> RequestLine {
        mem::take(&mut self.lock().line)
    }

    /// Records bytes that were handed to the kernel: 0 if its buffer is full.
    pub fn wrote(&self, bytes: usize) {
        let mut state = self.lock();
        let (since, taken) = state.unflushed.unwrap_or_else(|| (Instant::now(), 0));
        let taken = taken + bytes;
        state.unflushed = Some(if taken < PIECE { (since, taken) } else { (Instant::now(), 0) });
    }

    pub fn flushed(&self) {
        self.lock().unflushed = None;
    }

    /// Records that the client is still sending, and that nothing will read it.
    pub fn leave_unread(&self) {
        self.lock().has_unread = true;
    }

    /// Begins to linger if the client may still be sending, whose connection a close would reset.
    pub fn begin_linger(&self) -> bool {
        let mut state = self.lock();
        state.is_lingering = state.has_unread;
        state.is_lingering
    }

    pub fn handle(self: &Arc<Self>, version: Version) -> Handling {
        let mut state = self.lock();
        state.version = version;
        if state.handled == 0 {
            // hyper has read what was left of the body before.
            state.has_unread = false;
            state.handled_since = Instant::now();
        }
        state.handled += 1;
        Handling(Arc::clone(self))
    }

    pub fn receive(self: &Arc<Self>, version: Version) -> Receiving {
        self.lock().incomplete += 1;
        let half_closed =
            (version == Version::HTTP_2).then(|| Box::pin(self.half_closed.clone().cancelled_owned()));
        Receiving { activity: Arc::clone(self), is_whole: false, half_closed }
    }
}

/// A request whose response has not begun.
#[derive(Debug)]
pub struct Handling(Arc<Activity>);

impl Handling {
    /// Whether a body was not read to its end: nothing can follow it on an HTTP/1 connection.
    pub fn leaves_unread(&self) -> bool {
        let state = self.0.lock();
        state.has_unread || state.incomplete > 0
    }

    /// Begins the response.
    pub fn respond(self) -> Sending {
        let activity = Arc::clone(&self.0);
        let mut state = activity.lock();
        let id = state.next_response;
        state.next_response += 1;
        state.sending.push(Response::new(id));
        drop(state);
        Sending { activity, id }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.handled -= 1;
        state.quiet_since = Instant::now();
        drop(state);
        self.0.progress.notify_one();
    }
}

/// The body of a request that is still arriving.
#[derive(Debug)]
pub struct Receiving {
    pub activity: Arc<Activity>,
    is_whole: bool,
    /// For HTTP/2, whose bodies hyper would wait for.
    half_closed: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Receiving {
    /// Completes when an HTTP/2 client sends nothing more.
    pub fn poll_half_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.half_closed.as_mut().map_or(Poll::Pending, |half_closed| half_closed.as_mut().poll(context))
    }

    pub fn finish(&mut self) {
        if !self.is_whole {
            self.is_whole = true;
            self.activity.lock().incomplete -= 1;
        }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if !self.is_whole {
            self.activity.leave_unread();
            self.finish();
        }
    }
}

/// A response in progress.
#[derive(Debug)]
pub struct Sending {
    activity: Arc<Activity>,
    id: u64,
}

impl Sending {
    /// Records that the client has taken everything, and gets these bytes or waits for the service.
    pub fn proceed(&self, bytes: Option<usize>) {
        let mut state = self.activity.lock();
        if let Some(response) = state.sending.iter_mut().find(|response| response.id == self.id) {
            response.proceed(bytes, Instant::now());
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut state = self.activity.lock();
        state.sending.retain(|response| response.id != self.id);
        state.quiet_since = Instant::now();
        drop(state);
        self.activity.progress.notify_one();
    }
}
