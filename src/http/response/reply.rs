//! A response that is complete: status, fields and the whole body.

use std::fmt::Display;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION},
};
use serde::Serialize;

use super::json;
use crate::{error::Error, postgres::entity::Revision};

/// The media type of the probes' responses, 503 included: orchestrators read the status alone.
pub const HEALTH: HeaderValue = HeaderValue::from_static("application/health+json");

/// What is between the quotation marks of an entity tag: `7`, `7.1` in state 1, `7--gzip`.
#[must_use]
pub fn opaque_tag(Revision { version, state }: Revision, suffix: &str) -> String {
    if state == 0 { format!("{version}{suffix}") } else { format!("{version}.{state:x}{suffix}") }
}

/// The suffix of an entity tag for this content coding, which makes another representation
/// (RFC 9110 §8.8.3.3).
#[must_use]
pub fn suffix(coding: &str) -> Option<&'static str> {
    ["--br", "--gzip", "--zstd"].into_iter().find(|suffix| &suffix[2..] == coding)
}

const MINIMAL: &str = "return=minimal";

/// A response that is complete, so that it can be stored and shortened before it is sent.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// 200 with JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if the value cannot be written as JSON.
    pub fn ok(value: &impl Serialize) -> Result<Self, Error> {
        let media_type = HeaderValue::from_static("application/json");
        let reply = Self::empty(StatusCode::OK).with_header(CONTENT_TYPE, media_type);
        Ok(Self { body: json::to_vec(value)?.into(), ..reply })
    }

    /// 201 with JSON, and the path of the new entity below its list in `Location`.
    ///
    /// # Errors
    ///
    /// As [`ok`](Self::ok).
    pub fn created(list: &str, key: impl Display, value: &impl Serialize) -> Result<Self, Error> {
        let location = HeaderValue::try_from(format!("{list}/{key}")).map_err(Error::internal)?;
        let reply = Self::ok(value)?.with_header(LOCATION, location);
        Ok(Self { status: StatusCode::CREATED, ..reply })
    }

    /// A response without a body.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::with_capacity(16), body: Bytes::new() }
    }

    /// The response to OPTIONS: the methods of a resource, and the media types of its patches
    /// (RFC 5789 §3.1).
    #[must_use]
    pub fn options(allow: HeaderValue, accept_patch: Option<&HeaderValue>) -> Self {
        let reply = Self::empty(StatusCode::NO_CONTENT).with_header(ALLOW, allow);
        match accept_patch {
            Some(types) => reply.with_header(HeaderName::from_static("accept-patch"), types.clone()),
            None => reply,
        }
    }

    /// Adds a header field.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds the strong entity tag of a version, or of a revision (RFC 9110 §8.8.3).
    #[must_use]
    pub fn with_version(self, version: impl Into<Revision>) -> Self {
        self.with_tag(version.into(), "")
    }

    /// Adds the strong entity tag of a revision in a content coding.
    #[must_use]
    pub fn with_tag(self, revision: Revision, suffix: &str) -> Self {
        let tag = HeaderValue::try_from(format!("\"{}\"", opaque_tag(revision, suffix)));
        self.with_header(ETAG, tag.unwrap_or_else(|_| unreachable!("digits are visible ASCII")))
    }

    /// Adds `Preference-Applied` (RFC 7240 §3).
    #[must_use]
    pub fn with_preference(self, applied: &'static str) -> Self {
        self.with_header(HeaderName::from_static("preference-applied"), HeaderValue::from_static(applied))
    }

    /// Adds `Preference-Applied: return=minimal` (RFC 7240 §4.2).
    #[must_use]
    pub fn minimal(self) -> Self {
        self.with_preference(MINIMAL)
    }

    /// Whether the response is [`minimal`](Self::minimal) already.
    #[must_use]
    pub fn is_minimal(&self) -> bool {
        self.headers.get("preference-applied").is_some_and(|applied| applied == MINIMAL)
    }

    /// Caches may store the response for their own client, and revalidate it before each use
    /// (RFC 9111 §5.2.2).
    #[must_use]
    pub fn revalidated(self) -> Self {
        self.with_header(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
