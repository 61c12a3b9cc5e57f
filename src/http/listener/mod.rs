//! Sockets: accepting connections, time-outs below HTTP, graceful shutdown.

mod rejection;
mod target;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use axum_server::Handle;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use tower::util::MapRequest;

use self::rejection::Acceptor;
use crate::app::App;

/// The longest time until the head of a request has arrived, and the longest idle time of a
/// connection.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// Serves `router` until `stop` completes, then finishes requests in progress, for at most
/// `shutdown_timeout`.
///
/// # Errors
///
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
    shutdown_timeout: Duration,
) -> std::io::Result<()> {
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)?.acceptor(Acceptor::new()).handle(handle.clone());
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let service = MapRequest::new(router, target::normalize::<Incoming> as fn(_) -> _);
    let service =
        axum::ServiceExt::<Request<Incoming>>::into_make_service_with_connect_info::<SocketAddr>(service);
    tokio::spawn(async move {
        stop.await;
        app.drain();
        handle.graceful_shutdown(Some(shutdown_timeout));
    });
    server.serve(service).await
}
