//! Who is let in, from the head of a request to the handler: what is refused here costs no connection.
//!
//! One layer for all of it: each layer is an allocation and a few thousand instructions for every request.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::http::{
    App, forwarded, negotiate,
    problem::{self, Contended, Problem},
};

/// The largest body in octets.
const MAX_BODY: usize = 1024 * 1024;
/// How often a request is run at the most.
const RUNS: u32 = 3;
/// The pause before the first rerun lies between 0 and this, before the next between 0 and its double.
const PAUSE: Duration = Duration::from_millis(10);

/// Checks what the head says, reads the body of a write whole, and runs the request while there is room for it.
///
/// One request is one transaction, so a write that lost against a concurrent one (SQLSTATE 40001, 40P01) is run again from here.
pub async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let admitted = forwarded::require_host(&request).and_then(|()| negotiate::require_json(&request));
    if let Err(problem) = admitted {
        return problem.into_response();
    }
    if request.method().is_safe() {
        return run(&app, request, next).await;
    }
    let (parts, body) = request.into_parts();
    let body = match read(&app, parts.headers.get(CONTENT_LENGTH), body).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    for attempt in 1..RUNS {
        let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let response = run(&app, request, next.clone()).await;
        if response.extensions().get::<Contended>().is_none() {
            return response;
        }
        app.metrics.rerun();
        tokio::time::sleep(rand::random_range(Duration::ZERO..PAUSE * attempt)).await;
    }
    run(&app, Request::from_parts(parts, Body::from(body)), next).await
}

/// Runs a request whose body is there, if fewer than may be are being worked on, for as long as one may take. Those whose bodies are
/// still on their way do not count: slow clients must not keep the others out.
async fn run(app: &App, request: Request, next: Next) -> Response {
    let Ok(_permit) = app.in_flight.try_acquire() else {
        return Problem::new(&problem::UNAVAILABLE, "Too many requests at one time.").into_response();
    };
    match timeout(app.options.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(&problem::UNAVAILABLE, "The request took too long.").into_response(),
    }
}

async fn read(app: &App, length: Option<&HeaderValue>, body: Body) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(&problem::TOO_LARGE, "The body has more than 1 MiB.");
    let announced = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let collected = Limited::new(body, MAX_BODY).collect();
    match timeout(app.options.body_timeout, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(&problem::MALFORMED, "The body ended early.")),
        Err(_) => Err(Problem::new(&problem::BODY_TIMEOUT, "The body did not arrive in time.")),
    }
}
