//! Retries a write that lost against a concurrent transaction (SQLSTATE 40001, 40P01).

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use http::request::Parts;
use tower::{Service, ServiceExt};

use crate::{app::App, http::response::problem::Contended};

/// The most runs of a request.
const RUNS: u32 = 3;
/// The longest pause before the second run; it doubles for the third.
const PAUSE: Duration = Duration::from_millis(10);

/// The handler of a request, with the layers around it.
pub trait Operation:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Operation for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

/// Runs a write up to three times: one request is one transaction, so nothing of a failed run
/// remains.
pub async fn run(app: &App, parts: Parts, operation: impl Operation) -> Response {
    for run in 1..RUNS {
        let response = once(operation.clone(), parts.clone()).await;
        if response.extensions().get::<Contended>().is_none() {
            return response;
        }
        app.metrics.record_retry();
        tokio::time::sleep(rand::random_range(Duration::ZERO..PAUSE * run)).await;
    }
    once(operation, parts).await
}

/// Runs an operation with the body that is in the extensions of the request.
pub async fn once(operation: impl Operation, parts: Parts) -> Response {
    let Ok(response) = operation.oneshot(Request::from_parts(parts, Body::empty())).await;
    response
}
