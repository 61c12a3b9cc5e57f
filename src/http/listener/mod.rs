//! Sockets: accepting connections, their number and time-outs, graceful shutdown.
//!
//! axum-server cannot limit connections, detect a disconnect while hyper does not read, or close
//! connections without a request on shutdown. So this module accepts them for hyper-util itself.

mod activity;
mod condition;
mod connection;
mod fields;
mod frames;
mod framing;
mod read;
mod rejection;
mod request_body;
mod request_line;
mod service;
mod slots;
mod socket;
mod streams;
mod target;
mod tasks;

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use socket2::SockRef;
use tokio::{
    runtime::Handle,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use self::{activity::Activity, connection::Connection, slots::Slots, streams::Streams};
use crate::{app::App, config::http::ConnectionOptions};

/// The pause after an error of `accept`, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// How many bytes the kernel takes that it cannot send yet, so that a client which reads slowly is
/// seen to read: otherwise there is room for more only when a third of a buffer of some MiB is
/// free.
const UNSENT: u32 = 64 * 1024;

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    pub socket: TcpListener,
    /// What serves its connections up to the limit. Those above it are served by the runtime that
    /// accepts them, which need not be as busy.
    pub runtime: Handle,
}

/// Serves `router` until `stop` completes, then finishes requests in progress, for at most the
/// shutdown time-out.
///
/// # Errors
///
/// The listener fails.
pub async fn serve(
    Listener { socket, runtime }: Listener,
    router: Router,
    app: Arc<App>,
    options: ConnectionOptions,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(socket)?;
    let mut connections = JoinSet::new();
    let draining = CancellationToken::new();
    let accepting = async {
        let mut slots = Slots::new(options.max, options.surplus);
        let streams = Streams::new(app.options.max_requests);
        loop {
            let (stream, peer) = accept(&listener).await;
            let activity = Activity::new();
            let slot = slots.take(&activity).await;
            let runtime = if slot.is_surplus { Handle::current() } else { runtime.clone() };
            let (router, app, streams) = (router.clone(), Arc::clone(&app), streams.clone());
            let connection = Connection { stream, peer, router, app, activity, slot, streams, options };
            connections.spawn_on(connection.serve(draining.child_token()), &runtime);
            while connections.try_join_next().is_some() {}
        }
    };
    tokio::select! {
        never = accepting => never,
        () = stop => {}
    }
    drop(listener);
    draining.cancel();
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(options.shutdown_timeout, finished).await.is_err() {
        connections.shutdown().await;
    }
    Ok(())
}

/// The next connection, of no runtime yet.
async fn accept(listener: &tokio::net::TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        let accepted = listener.accept().await;
        match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer))) {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let _ = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "connection.not_accepted");
                sleep(PAUSE).await;
            }
        }
    }
}
