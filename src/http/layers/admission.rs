//! Who is let in, from the head of a request to the handler: what is refused here costs no connection.
//!
//! One layer for all of it: each layer is an allocation and a few thousand instructions for every request.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_LENGTH, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::{
    http::{
        App, catalog, forwarded,
        idempotency::Key,
        negotiate,
        problem::{self, Contended, Problem},
    },
    postgres::database::settled,
};

/// The largest body in octets, where a route has no limit of its own.
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
    let (parts, body) = match read(&app, request).await {
        Ok(read) => read,
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
    match timeout(app.options.request_timeout, settled(next.run(request))).await {
        Ok(response) => response,
        Err(_) => Problem::new(&problem::UNAVAILABLE, "The request took too long.").into_response(),
    }
}

/// The head and the whole body of a write, beside them its key or what is wrong with that.
async fn read(app: &App, request: Request) -> Result<(Parts, Bytes), Problem> {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let most = catalog::max_body(route).unwrap_or(MAX_BODY);
    let (mut parts, body) = request.into_parts();
    let body = collect(app, parts.headers.get(CONTENT_LENGTH), body, most).await?;
    let client =
        || forwarded::client_address(&parts.headers, &parts.extensions, &app.options.trusted_proxies);
    if let Some(key) = Key::of(&parts, &body, client) {
        parts.extensions.insert(key);
    }
    Ok((parts, body))
}

async fn collect(app: &App, length: Option<&HeaderValue>, body: Body, most: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("The body has more than {} MiB.", most / (1024 * 1024));
        Problem::new(&problem::TOO_LARGE, detail)
    };
    let announced = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let collected = Limited::new(body, most).collect();
    match timeout(app.options.body_timeout, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(&problem::MALFORMED, "The body ended early.")),
        Err(_) => Err(Problem::new(&problem::BODY_TIMEOUT, "The body did not arrive in time.")),
    }
}
