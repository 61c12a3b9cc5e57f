//! The listener: connections, time-outs below HTTP, and the way down.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum_server::Handle;
use hyper_util::rt::TokioTimer;

use crate::http::{App, router, wire::Acceptor};

/// How long the head of a request may take to arrive, and how long a connection may stay idle.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// Serves until `stop` comes, then finishes what is being worked on, for `shutdown_timeout` at the most.
///
/// # Errors
///
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
    shutdown_timeout: Duration,
) -> std::io::Result<()> {
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)?.acceptor(Acceptor::new()).handle(handle.clone());
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move {
        stop.await;
        app.drain();
        handle.graceful_shutdown(Some(shutdown_timeout));
    });
    server.serve(service).await
}
