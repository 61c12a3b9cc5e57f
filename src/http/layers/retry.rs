//! Retries a write that lost against a concurrent transaction (SQLSTATE 40001, 40P01).

use std::time::Duration;

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::request::Parts;

use crate::{app::App, http::response::problem::Contended};

/// The most runs of a request.
const RUNS: u32 = 3;
/// The longest pause before the second run; it doubles for the third.
const PAUSE: Duration = Duration::from_millis(10);

/// Runs a write up to three times: one request is one transaction, so nothing of a failed run
/// remains.
pub async fn run(app: &App, parts: Parts, next: Next) -> Response {
    for run in 1..RUNS {
        let request = Request::from_parts(parts.clone(), Body::empty());
        let response = next.clone().run(request).await;
        if response.extensions().get::<Contended>().is_none() {
            return response;
        }
        app.metrics.record_retry();
        tokio::time::sleep(rand::random_range(Duration::ZERO..PAUSE * run)).await;
    }
    next.run(Request::from_parts(parts, Body::empty())).await
}
