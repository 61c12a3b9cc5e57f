//! Which pages of other origins may call the API: none, unless it is configured (the Fetch standard, "CORS protocol").

use std::str::FromStr;

use axum::{extract::Request, response::Response};
use http::{HeaderMap, HeaderValue, Method, header};

const METHODS: &str = "GET,HEAD,POST,PUT,PATCH,DELETE";
/// What a page may send.
const HEADERS: &str =
    "accept,content-type,idempotency-key,if-match,if-none-match,prefer,traceparent,x-request-id";
/// What a page may read.
const EXPOSED: &str = "etag,idempotent-replayed,link,location,preference-applied,retry-after,ratelimit,ratelimit-policy,x-request-id";

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

/// The origins whose pages may call the API; the rest of the service needs no cookies, so credentials are not allowed.
#[derive(Debug)]
pub struct Sharing {
    origins: Vec<HeaderValue>,
    any: bool,
}

impl Sharing {
    /// `None` where there are no such origins.
    pub fn new(origins: &[Origin]) -> Option<Self> {
        let any = origins.iter().any(|origin| origin.0 == "*");
        let origins: Vec<_> = origins.iter().map(|origin| origin.0.clone()).collect();
        (!origins.is_empty()).then_some(Self { origins, any })
    }

    /// The origin that may read the answer to a request with this head.
    pub fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if self.any {
            return Some(HeaderValue::from_static("*"));
        }
        headers.get(header::ORIGIN).filter(|origin| self.origins.contains(origin)).cloned()
    }

    /// Adds the fields that let the pages of an origin read an answer.
    pub fn share(&self, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
        if !self.any {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }

    /// The answer to a preflight request with this head.
    pub fn preflight(&self, headers: &HeaderMap) -> Response {
        let mut response = Response::default();
        let fields = response.headers_mut();
        fields.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        fields.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
        fields.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        self.share(self.allowed(headers), fields);
        response
    }
}

/// Whether a request asks what a page may do; an OPTIONS without this field asks for the methods of a resource.
pub fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
