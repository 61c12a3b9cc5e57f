//! Rejects what a page of another origin lets a browser send without the page's being allowed to
//! read the response: forms, and requests without a preflight (cross-site request forgery).
//!
//! As `CrossOriginProtection` of Go's net/http, and by the same reasoning: all browsers of today
//! send `Sec-Fetch-Site` (Fetch Metadata Request Headers §2.3) or, to an address without
//! encryption, `Origin` (the Fetch standard). tower-http has no such layer.

use axum::extract::Request;
use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{AUTHORIZATION, ORIGIN},
};

use super::head::authority_of;
use crate::{
    authority::{is_same_host, split_port},
    config::{
        HttpOptions,
        http::{Origin, PublicUrl},
    },
    http::{
        request::query_content::is_query,
        response::problem::{CROSS_ORIGIN, Problem},
    },
};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whose pages may let browsers send requests that change something.
#[derive(Debug)]
pub struct Pages {
    /// The origins that may call the API (CORS).
    allowed: Vec<HeaderValue>,
    any: bool,
    /// The origin of the public URL, if a proxy changes `Host`.
    own: Option<HeaderValue>,
}

impl Pages {
    /// Those of this configuration.
    pub fn new(options: &HttpOptions) -> Self {
        let allowed: Vec<_> = options.cors_origins.iter().map(|Origin(origin)| origin.clone()).collect();
        let any = allowed.iter().any(|origin| origin == "*");
        Self { allowed, any, own: options.public_url.as_ref().and_then(PublicUrl::origin) }
    }

    /// Passes a request unless it may change something and a page of another origin sent it.
    pub fn check(&self, request: &Request) -> Result<(), Problem> {
        let (method, headers) = (request.method(), request.headers());
        let is_safe = method.is_safe() || is_query(method);
        if is_safe || self.any || has_bearer(headers) || self.sent(request) {
            return Ok(());
        }
        let detail = "A page of another origin sent this request, without `Authorization: Bearer ...`.";
        Err(Problem::new(&CROSS_ORIGIN, detail))
    }

    /// Whether one of these pages sent the request, or no page at all.
    fn sent(&self, request: &Request) -> bool {
        // No browser sends one of these fields twice.
        if [ORIGIN, FETCH_SITE].iter().any(|name| request.headers().get_all(name).iter().count() > 1) {
            return false;
        }
        let origin = request.headers().get(ORIGIN);
        if origin.is_some_and(|origin| self.allowed.contains(origin)) {
            return true;
        }
        match (request.headers().get(FETCH_SITE), origin) {
            // `none` is the person at the browser.
            (Some(site), _) => site == "same-origin" || site == "none",
            (None, Some(origin)) => self.own.as_ref() == Some(origin) || is_same_origin(request, origin),
            (None, None) => true,
        }
    }
}

/// Whether a client sends credentials that no browser adds on its own. It adds those of other
/// schemes, such as Basic, if a proxy asks for them.
fn has_bearer(headers: &HeaderMap) -> bool {
    let is_bearer = |field: &HeaderValue| {
        let scheme = field.as_bytes().get(..7);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
    };
    headers.get_all(AUTHORIZATION).iter().any(is_bearer)
}

/// Whether an origin has the host and the port that the request is for. The scheme is not known
/// here: a proxy may have taken off the encryption.
fn is_same_origin(request: &Request, origin: &HeaderValue) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let (Some(origin), Some(target)) = (origin, authority_of(request)) else { return false };
    let default = match origin.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return false,
    };
    let ((host, port), (target, target_port)) =
        (split_port(origin.authority().map_or("", |authority| authority.as_str())), split_port(target));
    is_same_host(host, target) && port.unwrap_or(default) == target_port.unwrap_or(default)
}
