//! Rejects what the head of a request rules out: `Host` (RFC 9112 §3.2) and `Accept`.

use axum::extract::Request;
use http::{Method, Version, header::HOST};

use crate::{
    error::Fault,
    http::{
        request::negotiation::accepts_json,
        response::problem::{NOT_ACCEPTABLE, Problem},
    },
};

/// Passes a request that says whom it is for and accepts JSON.
pub fn check(request: &Request) -> Result<(), Problem> {
    require_host(request)?;
    require_json(request)
}

fn require_host(request: &Request) -> Result<(), Problem> {
    let hosts = request.headers().get_all(HOST).iter().count();
    if hosts == 1 || (hosts == 0 && request.version() != Version::HTTP_11) {
        return Ok(());
    }
    Err(Problem::malformed(vec![Fault::header("Host", "host", "must occur once")]))
}

/// Responses to DELETE and OPTIONS have no content. There, generated clients accept the one
/// declared media type, that of problems.
fn require_json(request: &Request) -> Result<(), Problem> {
    if matches!(*request.method(), Method::DELETE | Method::OPTIONS) || accepts_json(request.headers()) {
        return Ok(());
    }
    Err(Problem::new(&NOT_ACCEPTABLE, "Responses have the media type application/json."))
}
