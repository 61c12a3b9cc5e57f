//! What a response says of its length, and of its connection (RFC 9110 §8.6, RFC 9112 §9.3).
//!
//! axum and hyper take the length of an empty body for that of the content, and hyper promises
//! every HTTP/1.0 client that the connection stays open.

use axum::{body::Body, response::Response};
use http::{
    HeaderValue, Method, Request, StatusCode, Version,
    header::{CONNECTION, CONTENT_LENGTH},
};
use http_body::Body as _;

/// What the form of a response depends on.
#[derive(Debug, Clone, Copy)]
pub struct Framing {
    version: Version,
    is_head: bool,
}

impl Framing {
    pub fn of<B>(request: &Request<B>) -> Self {
        Self { version: request.version(), is_head: request.method() == Method::HEAD }
    }

    /// Completes a response, after which the service may want to close the connection.
    pub fn complete(self, response: &mut Response, closes: bool) {
        let has_no_content = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if has_no_content {
            response.headers_mut().remove(CONTENT_LENGTH);
            *response.body_mut() = Body::empty();
        }
        if self.version == Version::HTTP_2 {
            return;
        }
        let has_end = has_no_content
            || self.is_head
            || self.version != Version::HTTP_10
            || response.headers().contains_key(CONTENT_LENGTH)
            || response.body().size_hint().exact().is_some();
        if closes || !has_end {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if self.version == Version::HTTP_10 && response.headers().contains_key(CONNECTION) {
            // hyper would add `keep-alive`.
            *response.version_mut() = Version::HTTP_10;
        }
    }
}
