//! Reads the body of a write whole, so that the request can be retried.
//!
//! tower-http's `RequestBodyLimitLayer` has one limit for all routes, and leaves the reading to the
//! handler, where it would begin again with each retry.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::retry;
use crate::{
    app::App,
    http::{
        limits::{BodyLimit, MAX_BODY, MEBIBYTE},
        request::body::ReceivedBody,
        response::problem::{BODY_TIMEOUT, MALFORMED, Problem, TOO_LARGE},
    },
};

/// How bodies are read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The configuration, and the metrics of retries.
    pub app: Arc<App>,
    /// The routes with a limit of their own.
    pub limits: &'static [BodyLimit],
}

/// Runs a write with its [`ReceivedBody`], and retries it if it lost against another. The body of a
/// safe request means nothing (RFC 9110 §9.3.1), and is not read.
pub async fn read_and_retry(State(reader): State<Reader>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let Reader { app, limits } = reader;
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = limits.iter().find(|limit| limit.route == route).map_or(MAX_BODY, |limit| limit.bytes);
    let (mut parts, body) = request.into_parts();
    match collect(parts.headers.get(CONTENT_LENGTH), body, limit, app.options.body_timeout).await {
        Ok(body) => {
            parts.extensions.insert(ReceivedBody(body));
            retry::run(&app, parts, next).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn collect(
    length: Option<&HeaderValue>,
    body: Body,
    limit: usize,
    timeout: std::time::Duration,
) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(&TOO_LARGE, format!("The body has more than {} MiB.", limit / MEBIBYTE));
    let announced = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    match tokio::time::timeout(timeout, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(&MALFORMED, "The body ended early.")),
        Err(_) => Err(Problem::new(&BODY_TIMEOUT, "The body did not arrive in time.")),
    }
}
