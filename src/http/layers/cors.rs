//! Which pages of other origins may call the API (the Fetch standard, "CORS protocol").
//!
//! tower-http's layer takes every OPTIONS for a preflight request; here one without
//! `Access-Control-Request-Method` reaches the resource.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::Request;
use futures_util::future::Either;
use http::{HeaderName, HeaderValue, Method, header};
use tower::{Layer, Service};
use tower_http::cors::{AllowOrigin, Cors, CorsLayer};

use crate::config::http::Origin;

const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What a page may send.
const REQUEST_FIELDS: [&str; 8] = [
    "accept",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "prefer",
    "traceparent",
    "x-request-id",
];

/// What a page may read.
const RESPONSE_FIELDS: [&str; 9] = [
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "preference-applied",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "x-request-id",
];

/// Lets the pages of these origins call the API, without credentials; `None` if there are none.
pub fn layer(origins: &[Origin]) -> Option<PreflightLayer> {
    let any = origins.iter().any(|Origin(origin)| origin == "*");
    let origins: Vec<_> = origins.iter().map(|Origin(origin)| origin.clone()).collect();
    if origins.is_empty() {
        return None;
    }
    let vary = if any { Vec::new() } else { vec![header::ORIGIN] };
    let cors = CorsLayer::new()
        .allow_origin(if any { AllowOrigin::any() } else { allow_origins(origins) })
        .allow_methods(METHODS)
        .allow_headers(REQUEST_FIELDS.map(HeaderName::from_static))
        .expose_headers(RESPONSE_FIELDS.map(HeaderName::from_static))
        .max_age(Duration::from_mins(10))
        .vary(vary);
    Some(PreflightLayer(cors))
}

/// As [`AllowOrigin::list`], which each request would copy.
fn allow_origins(origins: Vec<HeaderValue>) -> AllowOrigin {
    AllowOrigin::predicate(move |origin, _| origins.contains(origin))
}

/// CORS for everything except an OPTIONS that asks for the methods of a resource.
#[derive(Debug, Clone)]
pub struct PreflightLayer(CorsLayer);

impl<S> Layer<S> for PreflightLayer {
    type Service = Preflight<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Preflight(self.0.layer(inner))
    }
}

/// See [`PreflightLayer`].
#[derive(Debug, Clone)]
pub struct Preflight<S>(Cors<S>);

impl<S> Service<Request> for Preflight<S>
where
    S: Service<Request>,
    Cors<S>: Service<Request, Response = S::Response, Error = S::Error>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, <Cors<S> as Service<Request>>::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() == Method::OPTIONS && !is_preflight {
            Either::Left(self.0.get_mut().call(request))
        } else {
            Either::Right(self.0.call(request))
        }
    }
}
