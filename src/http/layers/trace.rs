//! The span of a request, and its line in the log.

use std::time::Duration;

use axum::extract::Request;
use http::{HeaderMap, HeaderName, Response};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::TraceLayer,
};
use tracing::Span;

use super::actor::Client;
use crate::{access::redact, actor::Actor, telemetry::traces::traceparent};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

type MakeSpan = fn(&Request) -> Span;
type OnResponse<B> = fn(&Response<B>, Duration, &Span);

/// A span around each request, and a line for each response.
pub fn layer<B>()
-> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, MakeSpan, (), OnResponse<B>, (), (), ()> {
    TraceLayer::new_for_http()
        .make_span_with(span as MakeSpan)
        .on_response(log_response as OnResponse<B>)
        .on_request(())
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

fn span(request: &Request) -> Span {
    let headers = request.headers();
    let request_id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(redact);
    let request_id = request_id.as_deref();
    let actor = request.extensions().get::<Actor>().map(tracing::field::display);
    let client = request.extensions().get().map(|Client(client)| tracing::field::display(client));
    let (method, path) = (&*redact(request.method().as_str()), &*redact(request.uri().path()));
    // The actor of a client that needs a key is recorded once it is known.
    tracing::info_span!("http", request_id, method, path, client, actor, trace_id = trace_id(headers))
}

fn log_response<B>(response: &Response<B>, latency: Duration, _: &Span) {
    let duration_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(http.status = response.status().as_u16(), duration_us, "request");
}

/// The trace that the request belongs to (W3C Trace Context §3.2):
/// `00-<trace id>-<parent id>-<flags>`.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut pieces = traceparent(headers)?.split('-');
    let version = pieces.next()?;
    let trace_id = pieces.next()?;
    let parent_id = pieces.next()?;
    let flags = pieces.next()?;
    let is_hex = |piece: &str, len: usize| {
        piece.len() == len && piece.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_nonzero = |piece: &str| piece.bytes().any(|byte| byte != b'0');
    let valid = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace_id, 32)
        && is_nonzero(trace_id)
        && is_hex(parent_id, 16)
        && is_nonzero(parent_id)
        && is_hex(flags, 2)
        && (version != "00" || pieces.next().is_none());
    valid.then_some(trace_id)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::telemetry::traces::TRACEPARENT;

    #[test]
    fn a_valid_traceparent_names_the_trace() {
        let ids = |values: &[&'static str]| {
            let name = HeaderName::from_static(TRACEPARENT);
            let headers =
                values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect();
            trace_id(&headers).map(str::to_owned)
        };
        let id = |value| ids(&[value]);
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(id("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").as_deref(), Some(trace));
        assert_eq!(id("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x").as_deref(), Some(trace));
        for invalid in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(id(invalid), None, "{invalid}");
        }
        assert_eq!(ids(&["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; 2]), None);
    }
}
