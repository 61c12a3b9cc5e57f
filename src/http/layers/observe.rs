//! Metrics, and a line in the log for a request whose client left: tower-http's trace layer has
//! neither.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use http::Method;
use tracing::Span;

use super::around::Pending;
use crate::app::App;

/// A request without a response yet.
#[derive(Debug)]
pub struct Unanswered {
    app: Arc<App>,
    start: Instant,
    method: Method,
    route: Option<MatchedPath>,
    span: Option<Span>,
}

/// Begins to count the request by method, route and status.
pub fn observe(app: &Arc<App>, request: &Request) -> Unanswered {
    Unanswered {
        app: Arc::clone(app),
        start: Instant::now(),
        method: request.method().clone(),
        route: request.extensions().get::<MatchedPath>().cloned(),
        span: Some(Span::current()),
    }
}

impl Pending for Unanswered {
    fn complete(mut self, response: &mut Response) {
        self.span = None;
        self.app.metrics.record_request(
            &self.method,
            self.route.take(),
            response.status(),
            self.start.elapsed(),
        );
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(span) = self.span.take() {
            span.in_scope(|| tracing::info!("request.abandoned"));
        }
    }
}
