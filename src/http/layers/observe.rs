//! Metrics, traces, and a line in the log for a request whose client left: tower-http's trace layer
//! has none of them.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use http::{Method, StatusCode};
use tracing::Span;

use super::around::Pending;
use crate::{
    app::App,
    telemetry::traces::{Described, RequestTrace},
};

/// A request without a response yet.
#[derive(Debug)]
pub struct Unanswered {
    app: Arc<App>,
    start: Instant,
    method: Method,
    route: Option<MatchedPath>,
    span: Option<Span>,
    trace: Option<RequestTrace>,
}

/// Begins to count the request by method, route and status.
pub fn observe(app: &Arc<App>, request: &Request) -> Unanswered {
    let route = request.extensions().get::<MatchedPath>();
    let trace = RequestTrace::begin(Described {
        method: request.method(),
        route: route.map(MatchedPath::as_str),
        path: request.uri().path(),
        version: request.version(),
        headers: request.headers(),
        actor: request.extensions().get(),
    });
    Unanswered {
        app: Arc::clone(app),
        start: Instant::now(),
        method: request.method().clone(),
        route: route.cloned(),
        span: Some(Span::current()),
        trace,
    }
}

impl Pending for Unanswered {
    fn complete(mut self, response: &mut Response) {
        self.span = None;
        self.end_trace(Some(response.status()));
        self.app.metrics.record_request(
            &self.method,
            self.route.take(),
            response.status(),
            self.start.elapsed(),
        );
    }
}

impl Unanswered {
    fn end_trace(&mut self, status: Option<StatusCode>) {
        if let Some(trace) = self.trace.take() {
            trace.end(status);
        }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.end_trace(None);
        if let Some(span) = self.span.take() {
            span.in_scope(|| tracing::info!("request.abandoned"));
        }
    }
}
