//! Metrics, and a line in the log for a request whose client left: tower-http's trace layer has
//! neither.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Span;

use crate::app::App;

/// Counts the request by method, route and status, or logs `request.abandoned`.
pub async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut pending = Pending { span: Some(Span::current()) };
    let response = next.run(request).await;
    pending.span = None;
    app.metrics.record_request(&method, route, response.status(), start.elapsed());
    response
}

/// A request without a response yet.
struct Pending {
    span: Option<Span>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(span) = self.span.take() {
            span.in_scope(|| tracing::info!("request.abandoned"));
        }
    }
}
