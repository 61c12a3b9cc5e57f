//! Which pages of other origins may call the API (the Fetch standard, "CORS protocol").
//!
//! tower-http's layer takes every OPTIONS for a preflight request; here one that is none reaches
//! the resource. A preflight request does not count for the quota: the page could not read the 429.

use std::{
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use http::{HeaderName, HeaderValue, Method, header};
use tower::{Layer, Service};
use tower_http::cors::{AllowOrigin, Cors, CorsLayer};

use super::head;
use crate::config::{hosts::Hosts, http::Origin};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"];

/// What a page may send.
const REQUEST_FIELDS: [&str; 11] = [
    "accept",
    "authorization",
    "content-encoding",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "prefer",
    "traceparent",
    "tracestate",
    "x-request-id",
];

/// What a page may read.
const RESPONSE_FIELDS: [&str; 15] = [
    "accept",
    "accept-encoding",
    "accept-patch",
    "accept-query",
    "allow",
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "preference-applied",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "www-authenticate",
    "x-request-id",
];

/// Lets the pages of these origins call the API, without credentials; `None` if there are none.
pub fn layer(origins: &[Origin], hosts: Option<Arc<Hosts>>) -> Option<PreflightLayer> {
    let any = origins.iter().any(|Origin(origin)| origin == "*");
    let origins: Vec<_> = origins.iter().map(|Origin(origin)| origin.clone()).collect();
    if origins.is_empty() {
        return None;
    }
    let vary = if any { Vec::new() } else { vec![header::ORIGIN] };
    let cors = CorsLayer::new()
        .allow_origin(if any { AllowOrigin::any() } else { allow_origins(origins) })
        .allow_methods(METHODS.map(|method| Method::from_bytes(method.as_bytes()).unwrap_or_default()))
        .allow_headers(REQUEST_FIELDS.map(HeaderName::from_static))
        .expose_headers(RESPONSE_FIELDS.map(HeaderName::from_static))
        .max_age(Duration::from_mins(10))
        .vary(vary);
    Some(PreflightLayer { cors, hosts })
}

/// As [`AllowOrigin::list`], which each request would copy.
fn allow_origins(origins: Vec<HeaderValue>) -> AllowOrigin {
    AllowOrigin::predicate(move |origin, _| origins.contains(origin))
}

/// CORS for everything except an OPTIONS that is not a preflight request.
#[derive(Debug, Clone)]
pub struct PreflightLayer {
    cors: CorsLayer,
    hosts: Option<Arc<Hosts>>,
}

impl<S> Layer<S> for PreflightLayer {
    type Service = Preflight<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Preflight { cors: self.cors.layer(inner), hosts: self.hosts.clone() }
    }
}

/// See [`PreflightLayer`].
#[derive(Debug, Clone)]
pub struct Preflight<S> {
    cors: Cors<S>,
    hosts: Option<Arc<Hosts>>,
}

impl<S> Service<Request> for Preflight<S>
where
    S: Service<Request, Response = Response>,
    Cors<S>: Service<Request, Response = Response, Error = S::Error>,
{
    type Response = Response;
    type Error = S::Error;
    type Future =
        Either<S::Future, Either<<Cors<S> as Service<Request>>::Future, Ready<Result<Response, S::Error>>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.cors.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() != Method::OPTIONS {
            return Either::Right(Either::Left(self.cors.call(request)));
        }
        let fields = [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD];
        if !fields.iter().all(|field| request.headers().contains_key(field)) {
            return Either::Left(self.cors.get_mut().call(request));
        }
        // Nothing else sees it.
        let hosts = self.hosts.as_deref();
        match head::check_target(&request).and_then(|()| head::check_host(&request, hosts)) {
            Ok(()) => Either::Right(Either::Left(self.cors.call(request))),
            Err(problem) => Either::Right(Either::Right(ready(Ok(problem.into_response())))),
        }
    }
}
