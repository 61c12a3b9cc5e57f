//! One request is one transaction, so one that lost against a concurrent transaction (SQLSTATE 40001, 40P01) is run again whole.
//!
//! For that the body is read before anything else happens, within its own limits; a slow or large one costs no connection.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::http::{
    App,
    problem::{self, Contended, Problem},
};

/// The largest body in octets.
pub const MAX_BODY: usize = 1024 * 1024;
/// How often a request is run at the most.
const RUNS: u32 = 3;
/// The pause before the first rerun lies between 0 and this, before the next between 0 and its double.
const PAUSE: Duration = Duration::from_millis(10);

/// Runs a write, and again where it lost.
pub async fn rerun_contended(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match read(&app, parts.headers.get(CONTENT_LENGTH), body).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    for run in 1..RUNS {
        let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let response = next.clone().run(request).await;
        if response.extensions().get::<Contended>().is_none() {
            return response;
        }
        app.metrics.rerun();
        tokio::time::sleep(rand::random_range(Duration::ZERO..PAUSE * run)).await;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

async fn read(app: &App, length: Option<&http::HeaderValue>, body: Body) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(&problem::TOO_LARGE, "The body has more than 1 MiB.");
    let announced = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let collected = Limited::new(body, MAX_BODY).collect();
    match tokio::time::timeout(app.options.body_timeout, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        // Nobody is there any more to read why.
        Ok(Err(_)) => Err(Problem::new(&problem::MALFORMED, "The body ended early.")),
        Err(_) => Err(Problem::new(&problem::BODY_TIMEOUT, "The body did not arrive in time.")),
    }
}
