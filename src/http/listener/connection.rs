//! One connection, from its first byte until it is closed.

use std::{
    error::Error as StdError,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::Router;
use futures_util::FutureExt;
use http::Version;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::{self, Builder},
};
use pin_project_lite::pin_project;
use socket2::SockRef;
use tokio::{
    io::{Interest, Ready},
    net::TcpStream,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    activity::Activity, condition::Condition, service::Service, slots::Slot, socket::Socket,
    streams::Streams, tasks::Tasks,
};
use crate::{app::App, config::http::ConnectionOptions};

/// How often a quiet HTTP/2 connection is pinged, and how long the response may take.
const PING: Duration = Duration::from_secs(20);
/// The most streams of an HTTP/2 connection; RFC 9113 §6.5.2 advises against fewer.
const MAX_STREAMS: u32 = 100;
/// The most bytes of the head of a request.
const MAX_HEAD: u32 = 128 * 1024;
/// The most unsent bytes of an HTTP/2 stream.
const MAX_UNSENT: usize = 64 * 1024;
/// The time-outs of connections above the limit.
const SURPLUS_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a client that is told of the shutdown has for its last words: HTTP/2 asks it whether it
/// knows, and then says which requests were taken (RFC 9113 §6.8).
const GOODBYE: Duration = Duration::from_millis(250);
/// An interim response, which an HTTP/1.1 client discards (RFC 9110 §15.2). A client that has
/// disconnected responds with a reset.
const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// An empty frame of a reserved type, which an HTTP/2 client discards (RFC 9113 §5.5).
const EMPTY_FRAME: &[u8] = b"\0\0\0\xe4\0\0\0\0\0";

type Served<'a> = auto::Connection<'a, TokioIo<Socket>, Service, Tasks>;

pin_project! {
    /// A connection that reads a little each time its task is polled. hyper would read on for as
    /// long as each read has a request.
    struct Turns<'a> {
        #[pin]
        served: Served<'a>,
        burst: Arc<AtomicUsize>,
    }
}

impl Future for Turns<'_> {
    type Output = Result<(), Box<dyn StdError + Send + Sync>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.burst.store(0, Relaxed);
        this.served.poll(context)
    }
}

/// An accepted connection.
#[derive(Debug)]
pub struct Connection {
    pub stream: std::net::TcpStream,
    pub peer: SocketAddr,
    pub router: Router,
    pub app: Arc<App>,
    pub activity: Arc<Activity>,
    pub slot: Slot,
    pub streams: Streams,
    pub options: ConnectionOptions,
}

impl Connection {
    /// Serves it until the client or the watchdog ends it. Once `draining` is cancelled, it ends
    /// after the requests in progress.
    pub async fn serve(self, draining: CancellationToken) {
        let options = self.options();
        let Ok(stream) = TcpStream::from_std(self.stream).map(Arc::new) else {
            return;
        };
        let activity = self.activity;
        let socket = Socket::new(
            Arc::clone(&stream),
            self.peer,
            Arc::clone(&self.app),
            Arc::clone(&activity),
            self.slot.is_surplus,
        );
        let burst = Arc::clone(&socket.burst);
        let service = Service {
            router: self.router,
            app: self.app,
            peer: self.peer,
            stream: Arc::clone(&stream),
            is_surplus: self.slot.is_surplus,
            activity: Arc::clone(&activity),
            streams: self.streams,
        };
        let builder = builder(self.slot.is_surplus);
        let served = builder.serve_connection(TokioIo::new(socket), service);
        let mut served = pin!(Turns { served, burst });
        let mut verdict = pin!(watch(&stream, &activity, &options));
        let ended = tokio::select! {
            biased;
            result = served.as_mut() => match result {
                // A response that ends with the connection must not seem to be whole.
                Err(error) if is_cut(&*error) => Some(Verdict::Abort),
                _ => return,
            },
            verdict = verdict.as_mut() => Some(verdict),
            () = activity.end() => None,
            () = self.slot.evicted.cancelled() => Some(Verdict::Abort),
            () = draining.cancelled() => None,
        };
        if ended != Some(Verdict::Abort) {
            served.as_mut().project().served.graceful_shutdown();
            tokio::select! {
                is_whole = finish(served, &activity) => if is_whole { return },
                _ = verdict, if ended.is_none() => {}
                () = sleep(options.write_timeout), if ended.is_some() => {}
            }
        }
        // A reset: the kernel must not hold bytes that the client does not read.
        let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
    }

    fn options(&self) -> ConnectionOptions {
        if self.slot.is_surplus {
            let timeout = SURPLUS_TIMEOUT;
            ConnectionOptions { idle_timeout: timeout, write_timeout: timeout, ..self.options }
        } else {
            self.options
        }
    }
}

/// The configuration of hyper. The watchdog has the time-outs. A surplus connection serves one
/// request, which HTTP/2 cannot say.
fn builder(is_surplus: bool) -> Builder<Tasks> {
    let mut builder = Builder::new(Tasks);
    if is_surplus {
        builder = builder.http1_only();
    }
    builder
        .http1()
        .half_close(true)
        .keep_alive(!is_surplus)
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_header_list_size(MAX_HEAD)
        .max_concurrent_streams(MAX_STREAMS)
        .max_send_buf_size(MAX_UNSENT);
    builder
}

/// Whether the body of a response failed.
fn is_cut(error: &(dyn StdError + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_user)
}

/// Completes when the connection has ended, or has been without a complete request for
/// [`GOODBYE`]. Returns whether all its responses are whole.
async fn finish(mut served: Pin<&mut Turns<'_>>, activity: &Activity) -> bool {
    let mut goodbye = pin!(sleep(GOODBYE));
    std::future::poll_fn(|context| {
        // A connection that was idle before this poll has now written everything.
        let was_busy = activity.is_busy();
        if let Poll::Ready(result) = served.as_mut().poll(context) {
            return Poll::Ready(!result.is_err_and(|error| is_cut(&*error)));
        }
        if was_busy || activity.is_busy() {
            goodbye.as_mut().reset(tokio::time::Instant::now() + GOODBYE);
        }
        // The timer also polls a connection that is busy no longer.
        goodbye.as_mut().poll(context).map(|()| true)
    })
    .await
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is idle, or will have no more requests.
    Close,
    /// Its client has disconnected, or reads nothing.
    Abort,
}

/// Completes when a time-out has passed or the client has disconnected.
async fn watch(stream: &TcpStream, activity: &Activity, options: &ConnectionOptions) -> Verdict {
    let mut ticks = interval(options.check_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut was_asked, mut was_stuck) = (false, false);
    loop {
        ticks.tick().await;
        // hyper does not read HTTP/1 while it handles a request.
        let ready = stream.ready(Interest::READABLE | Interest::ERROR).now_or_never();
        let ready = ready.and_then(Result::ok).unwrap_or(Ready::EMPTY);
        if ready.is_error() {
            return Verdict::Abort;
        }
        let now = Instant::now();
        activity.reset_stalled(now, options);
        let condition = activity.condition(now, options);
        let is_stuck = condition == Condition::Stuck;
        match condition {
            // The next piece may be on its way from another task.
            Condition::Stuck if was_stuck => return Verdict::Abort,
            Condition::Good | Condition::Stuck => {}
            Condition::Idle => return Verdict::Close,
            Condition::Stalled => return Verdict::Abort,
            Condition::Handling { time, version } => {
                // The client has disconnected or only half-closed. More bytes tell which: a client
                // that has disconnected resets the connection.
                let discarded = match version {
                    Version::HTTP_2 => EMPTY_FRAME,
                    Version::HTTP_11 => INTERIM,
                    // HTTP/1.0 has nothing that a client discards.
                    _ => continue,
                };
                was_asked = !was_asked && ready.is_read_closed() && time >= options.check_every;
                if was_asked {
                    let _ = stream.try_write(discarded);
                    ticks.reset_after(options.check_every / 10);
                }
            }
        }
        was_stuck = is_stuck;
    }
}
