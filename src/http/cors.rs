//! Which pages of other origins may call the API: none, unless it is configured (the Fetch standard, "CORS protocol").

use std::{convert::Infallible, str::FromStr, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// An origin such as `https://app.example.com`, or `*` for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be * or a scheme and an authority, such as https://app.example.com";
        let host = text.strip_prefix("https://").or(text.strip_prefix("http://"));
        let valid = text == "*" || host.is_some_and(|host| host.parse::<http::uri::Authority>().is_ok());
        if valid { HeaderValue::from_str(text).map(Self).map_err(|_| FORM) } else { Err(FORM) }
    }
}

/// The layer for these origins; the rest of the service needs no cookies, so credentials are not allowed.
pub fn layer(origins: &[Origin]) -> CorsLayer {
    let any = origins.iter().any(|origin| origin.0 == "*");
    let listed: Vec<HeaderValue> = origins.iter().map(|origin| origin.0.clone()).collect();
    let allowed = if any {
        AllowOrigin::any()
    } else {
        AllowOrigin::predicate(move |origin: &HeaderValue, _: &Parts| listed.contains(origin))
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::ACCEPT,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(Duration::from_mins(10))
}

/// Answers preflight requests, and adds the fields that let a page read an answer.
pub async fn share(State(layer): State<CorsLayer>, request: Request, next: Next) -> Response {
    // The layer takes every OPTIONS for a preflight; one without this field asks for the methods of a resource.
    if request.method() == Method::OPTIONS
        && !request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    {
        return next.run(request).await;
    }
    let rest = service_fn(|request| async { Ok::<_, Infallible>(next.clone().run(request).await) });
    match layer.layer(rest).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
