//! Bounds the requests in progress. tower's concurrency limit makes requests wait; here they are
//! rejected at once.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;

use crate::{
    http::response::problem::{Problem, UNAVAILABLE},
    postgres::pool::settled,
};

/// Runs the request if there is room for it, until the transactions that it abandoned have rolled
/// back. A request whose body is still arriving takes no room: slow clients must not keep others
/// out.
pub async fn admit(State(permits): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match permits.try_acquire() {
        Ok(_permit) => settled(next.run(request)).await,
        Err(_) => Problem::new(&UNAVAILABLE, "Too many requests are in progress.").into_response(),
    }
}
