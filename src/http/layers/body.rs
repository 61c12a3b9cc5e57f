//! Reads the body of a write whole, so that the request can be retried.
//!
//! tower-http's `RequestBodyLimitLayer` has one limit for all routes, and leaves the reading to the
//! handler, where it would begin again with each retry.

use std::{
    convert::Infallible,
    error::Error,
    future::{Ready, ready},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower::{ServiceExt, service_fn};
use tower_http::decompression::{DecompressionBody, RequestDecompression};

use super::retry;
use crate::{
    app::App,
    http::{
        limits::{BodyLimit, MAX_BODY, MEBIBYTE},
        request::body::ReceivedBody,
        response::problem::{BODY_TIMEOUT, MALFORMED, Problem, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE},
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
    let body = match decode(&mut parts.headers, body, limit).await {
        Ok(body) => collect(body, limit, app.options.body_timeout).await,
        Err(problem) => Err(problem),
    };
    match body {
        Ok(body) => {
            parts.extensions.insert(ReceivedBody(body));
            retry::run(&app, parts, next).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// The body without its content coding (RFC 9110 §8.4). tower-http's layer would box every
/// response, so it is used only if there is a coding.
async fn decode(headers: &mut HeaderMap, body: Body, limit: usize) -> Result<Body, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let Some(coding) = headers.get(CONTENT_ENCODING) else { return Ok(body) };
    let coding = match coding.as_bytes().to_ascii_lowercase().as_slice() {
        b"x-gzip" => Ok(HeaderValue::from_static("gzip")),
        coding => HeaderValue::from_bytes(coding),
    };
    let codings = headers.get_all(CONTENT_ENCODING).iter().count();
    if let Ok(coding) = coding {
        headers.insert(CONTENT_ENCODING, coding);
    }
    // A coding can make much of little, or nothing of much.
    let mut request = Request::new(Body::new(Limited::new(body, limit)));
    std::mem::swap(request.headers_mut(), headers);
    let Ok(response) =
        RequestDecompression::new(service_fn(echo::<DecompressionBody<Body>>)).oneshot(request).await;
    if codings > 1 || response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let detail = "The supported content codings of a body are br, gzip and zstd, one at a time.";
        let accepted = HeaderValue::from_static("br, gzip, zstd");
        return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail).with_header(ACCEPT_ENCODING, accepted));
    }
    let (parts, body) = response.into_parts();
    *headers = parts.headers;
    Ok(Body::new(body))
}

/// Turns a request into a response with the same header fields and body.
fn echo<B>(request: http::Request<B>) -> Ready<Result<http::Response<B>, Infallible>> {
    let (parts, body) = request.into_parts();
    let mut response = http::Response::new(body);
    *response.headers_mut() = parts.headers;
    ready(Ok(response))
}

async fn collect(body: Body, limit: usize, timeout: std::time::Duration) -> Result<Bytes, Problem> {
    match tokio::time::timeout(timeout, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if is_too_large(&*error) => Err(too_large(limit)),
        Ok(Err(_)) => {
            Err(Problem::new(&MALFORMED, "The body ended early, or does not match its Content-Encoding."))
        }
        Err(_) => Err(Problem::new(&BODY_TIMEOUT, "The body did not arrive in time.")),
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(&TOO_LARGE, format!("The body has more than {} MiB.", limit / MEBIBYTE))
}

fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_large)
}
