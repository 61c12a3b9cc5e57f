//! What is around every request, refused or not, from its arrival to the head of its answer.
//!
//! One layer for all of it: each layer is an allocation and a few thousand instructions for every request.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tower::{Layer, ServiceExt};
use tower_http::compression::{
    CompressionLayer, Predicate,
    predicate::{DefaultPredicate, SizeAbove},
};
use tracing::Instrument;

use crate::http::{
    App, cors, forwarded,
    observe::Observed,
    problem::{self, Problem},
    rate_limit::Limiter,
};

/// Below this many octets compression costs more than it saves.
const COMPRESS_ABOVE: u64 = 1024;
/// About so many header fields are added here to those of a handler.
const FIELDS: usize = 12;

/// What [`wrap`] needs to know.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub app: Arc<App>,
    /// Whether these requests draw on the quota of their client address.
    pub limited: bool,
}

/// Gives a request its id, span, log line and metrics, keeps it within its client's quota, and its answer the form and the header
/// fields that all answers have.
pub async fn wrap(
    State(Envelope { app, limited }): State<Envelope>,
    request: Request,
    next: Next,
) -> Response {
    let sharing = app.sharing.as_ref();
    if let Some(sharing) = sharing
        && cors::is_preflight(&request)
    {
        return sharing.preflight(request.headers());
    }
    let origin = sharing.and_then(|sharing| sharing.allowed(request.headers()));
    let observed = Observed::begin(&request);
    let limiter = app.limiter.as_ref().filter(|_| limited);
    let answer = AssertUnwindSafe(limit(&app, limiter, request, next)).catch_unwind();
    let answer = answer.instrument(observed.span()).await;
    let mut response = observed.end(&app.metrics, answer.unwrap_or_else(panicked));
    secure(response.headers_mut());
    if let Some(sharing) = sharing {
        sharing.share(origin, response.headers_mut());
    }
    response
}

async fn limit(app: &App, limiter: Option<&Limiter>, request: Request, next: Next) -> Response {
    let trusted = &app.options.trusted_proxies;
    let address =
        limiter.map(|_| forwarded::client_address(request.headers(), request.extensions(), trusted));
    let mut response = match limiter.zip(address) {
        Some((limiter, address)) => limiter.limit(address, compress(request, next)).await,
        None => compress(request, next).await,
    };
    response.headers_mut().reserve(FIELDS);
    response
}

/// Compresses what is large enough for a client that says what it can decompress.
async fn compress(request: Request, next: Next) -> Response {
    let large = DefaultPredicate::new().and(SizeAbove::new(COMPRESS_ABOVE));
    if request.headers().contains_key(header::ACCEPT_ENCODING) {
        let compression = CompressionLayer::new().compress_when(large).layer(next);
        let response = match compression.oneshot(request).await {
            Ok(response) => response.map(Body::new),
            Err(never) => match never {},
        };
        return vary(response, false);
    }
    let response = next.run(request).await;
    let would_compress = large.should_compress(&response);
    vary(response, would_compress)
}

/// Tells caches that another client would have got other octets, or might have got some: a 304 says what the 200 would (RFC 9110
/// §15.4.5), and does not know how large that is.
fn vary(mut response: Response, would_compress: bool) -> Response {
    if would_compress || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

/// Header fields of every answer that does not set them itself.
fn secure(headers: &mut HeaderMap) {
    let policy = "default-src 'none'; frame-ancestors 'none'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// The panic's own message was written to the log by the panic hook; it does not reach the client.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::new(&problem::INTERNAL, "The cause is in the log of the service.").into_response()
}
