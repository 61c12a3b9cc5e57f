//! Errors below HTTP: bytes that are not a request.
//!
//! hyper responds to those with a head alone, and has no hook to change that. So the head is
//! recognized on its way out, and replaced by one with a problem document.

use std::net::SocketAddr;

use http::StatusCode;

use crate::{actor::Actor, app::App, http::response::problem, ids::new_id};

/// A response to bytes that are not a request.
#[derive(Debug)]
pub struct Rejection {
    pub status: StatusCode,
    pub request_id: String,
    pub bytes: Vec<u8>,
}

/// Logs and counts a rejection, as the layers do with requests.
pub fn record(app: &App, peer: SocketAddr, status: StatusCode, request_id: &str) {
    app.metrics.record_rejection(status);
    let actor = Actor::from_address(peer.ip().to_canonical());
    let span = tracing::info_span!("http", request_id, %actor);
    span.in_scope(|| tracing::info!(http.status = status.as_u16(), "request"));
}

/// What to send instead of a bare head. No response of the service looks like one: those of 400 and
/// above have a body, and JSON contains no such line ends.
pub fn rejection(bytes: &[u8]) -> Option<Rejection> {
    let status = bytes.strip_prefix(b"HTTP/1.1 4").and(bytes.get(9..12))?;
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let head = str::from_utf8(bytes).ok()?;
    let (first, fields) = head.split_once("\r\n")?;
    let rest = fields.strip_prefix("connection: close\r\ncontent-length: 0\r\n")?;
    let id = new_id().to_string();
    let status = StatusCode::from_bytes(status).ok()?;
    let body = problem::bare(status, &id);
    let head = format!(
        "{first}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\nx-request-id: {id}\r\nconnection: close\r\n\
         content-length: {}\r\n{rest}",
        body.len()
    );
    Some(Rejection { status, request_id: id, bytes: [head.into_bytes(), body].concat() })
}
