//! What is seen of a request from outside: its id and span, its log line, its metrics.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tracing::Span;
use uuid::Uuid;

use crate::http::{metrics::Metrics, problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A request that is being answered.
#[derive(Debug)]
pub struct Observed {
    start: Instant,
    id: HeaderValue,
    method: Method,
    route: Option<MatchedPath>,
    span: Span,
    answered: bool,
}

impl Observed {
    /// Begins with the head of a request.
    pub fn begin(request: &Request) -> Self {
        let id = request_id(request.headers());
        Self {
            start: Instant::now(),
            span: span(id.to_str().unwrap_or_default(), request),
            id,
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            answered: false,
        }
    }

    /// The span that the work on the request belongs in.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Ends with the head of the answer, to which a refusal gets its document.
    pub fn end(mut self, metrics: &Metrics, response: Response) -> Response {
        self.answered = true;
        let time = self.start.elapsed();
        let status = response.status();
        metrics.answered(&self.method, self.route.take(), status, time);
        let mut response = self.span.in_scope(|| {
            let duration_us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
            tracing::info!(http.status = status.as_u16(), duration_us, "request");
            problem::render(response, self.id.to_str().unwrap_or_default())
        });
        response.headers_mut().insert(REQUEST_ID, self.id.clone());
        response
    }
}

impl Drop for Observed {
    /// Leaves a line in the log when the client goes away before its answer is there, which drops the request.
    fn drop(&mut self) {
        if !self.answered {
            self.span.in_scope(|| tracing::info!("request.abandoned"));
        }
    }
}

fn span(id: &str, request: &Request) -> Span {
    let (method, path) = (request.method().as_str(), request.uri().path());
    tracing::info_span!("http", request_id = id, method, path, trace_id = trace_id(request.headers()))
}

/// The client's own id where it has 1 to 128 visible ASCII characters, else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    if let Some(id) = headers.get(REQUEST_ID)
        && (1..=128).contains(&id.len())
        && id.as_bytes().iter().all(u8::is_ascii_graphic)
    {
        return id.clone();
    }
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).unwrap_or_else(|_| unreachable!("a UUID is visible ASCII"))
}

/// The trace that the request belongs to (W3C Trace Context §3.2): `00-<trace id>-<parent id>-<flags>`.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let mut pieces = text.split('-');
    let version = pieces.next()?;
    let trace_id = pieces.next()?;
    let parent_id = pieces.next()?;
    let flags = pieces.next()?;
    let is_hex = |piece: &str, len: usize| {
        piece.len() == len && piece.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_some = |piece: &str| piece.bytes().any(|byte| byte != b'0');
    let valid = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace_id, 32)
        && is_some(trace_id)
        && is_hex(parent_id, 16)
        && is_some(parent_id)
        && is_hex(flags, 2)
        && (version != "00" || pieces.next().is_none());
    valid.then_some(trace_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_joined_when_its_header_is_lawful() {
        let id = |value: &'static str| {
            let headers = HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static(value))]);
            trace_id(&headers).map(str::to_owned)
        };
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(id("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").as_deref(), Some(trace));
        assert_eq!(id("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x").as_deref(), Some(trace));
        for unlawful in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(id(unlawful), None, "{unlawful}");
        }
    }
}
