//! Rejects what the head of a request rules out: transfer codings (RFC 9112 §6.1), `Host`
//! (RFC 9112 §3.2), `Content-Range` and `Accept`.

use std::net::Ipv6Addr;

use axum::extract::Request;
use http::{
    HeaderValue, Version,
    header::{CONNECTION, CONTENT_RANGE, HOST, TRANSFER_ENCODING},
    uri::Authority,
};

use crate::{
    error::Fault,
    http::{
        operator,
        request::{
            negotiation::{accepts_json, has_no_content},
            preconditions::faults_of_unevaluated,
        },
        response::problem::{MALFORMED, NOT_ACCEPTABLE, NOT_IMPLEMENTED, Problem},
    },
};

/// Passes a request that is not partial and accepts JSON.
pub fn check(request: &Request) -> Result<(), Problem> {
    require_whole(request)?;
    require_json(request)
}

/// Passes a body without a transfer coding other than `chunked`: hyper decodes `chunked` alone, and
/// would pass on the rest still encoded.
pub fn check_framing(request: &Request) -> Result<(), Problem> {
    let mut fields = request.headers().get_all(TRANSFER_ENCODING).iter();
    let is_chunked = |field: &HeaderValue| field.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    if fields.next().is_none_or(is_chunked) && fields.next().is_none() {
        return Ok(());
    }
    let detail = "The only supported transfer coding is chunked.";
    // What follows on the connection may be part of the body.
    Err(Problem::new(&NOT_IMPLEMENTED, detail).with_header(CONNECTION, HeaderValue::from_static("close")))
}

/// Passes a request with a valid `Host`. Probes always respond.
pub fn require_host(request: &Request) -> Result<(), Problem> {
    if operator::is_probe(request) {
        return Ok(());
    }
    let authority = request.uri().authority().map(Authority::as_str);
    if authority.is_some_and(|authority| !is_host(authority)) {
        let detail = "The target must have a host, or a host and a port.";
        return Err(Problem::new(&MALFORMED, detail));
    }
    let mut hosts = request.headers().get_all(HOST).iter();
    let fault = match (hosts.next(), hosts.next()) {
        (None, _) if request.version() != Version::HTTP_11 => return Ok(()),
        (Some(host), None) if host.to_str().is_ok_and(is_host) => return Ok(()),
        (Some(_), None) => "must be a host, or a host and a port",
        _ => "must occur once",
    };
    Err(Problem::malformed(vec![Fault::header("Host", "host", fault)]))
}

/// Whether a text is `uri-host [ ":" port ]` (RFC 3986 §3.2.2), and not empty.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() || is_future_address(address) => {
            ("-", port)
        }
        Some(_) => return false,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_port = |port: &str| port.is_empty() || port.parse::<u16>().is_ok() && !port.starts_with('+');
    let mut pieces = host.split('%');
    let is_name = |piece: &str| piece.bytes().all(is_name_byte);
    let is_encoded =
        |piece: &str| piece.len() >= 2 && piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    !host.is_empty()
        && pieces.next().is_some_and(is_name)
        && pieces.all(|piece| is_encoded(piece) && is_name(piece))
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether a byte is unreserved or a sub-delimiter (RFC 3986 §2.2 and §2.3).
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}

/// Whether a text is an address of a later version of IP, such as `v1.a:b` (RFC 3986 §3.2.2).
fn is_future_address(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).and_then(|text| text.split_once('.'));
    text.is_some_and(|(version, address)| {
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_version && !address.is_empty() && address.bytes().all(|byte| byte == b':' || is_name_byte(byte))
    })
}

/// Passes a request without preconditions: what is not an entity has no version, and a client that
/// sends one relies on it. Probes always respond.
pub fn require_unconditional(request: &Request) -> Result<(), Problem> {
    let faults: Vec<Fault> = faults_of_unevaluated(request.headers()).collect();
    if faults.is_empty() || operator::is_probe(request) { Ok(()) } else { Err(Problem::malformed(faults)) }
}

/// Rejects a write with `Content-Range`: no operation replaces a part of an entity
/// (RFC 9110 §14.5).
fn require_whole(request: &Request) -> Result<(), Problem> {
    if request.method().is_safe() || !request.headers().contains_key(CONTENT_RANGE) {
        return Ok(());
    }
    let fault = Fault::header("Content-Range", "partial", "must not occur: partial writes are not supported");
    Err(Problem::malformed(vec![fault]))
}

/// If a response has no content, generated clients accept the one declared media type, that of
/// problems.
fn require_json(request: &Request) -> Result<(), Problem> {
    if has_no_content(request.method()) {
        return Ok(());
    }
    match accepts_json(request.headers()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::new(&NOT_ACCEPTABLE, "Responses have the media type application/json.")),
        Err(fault) => Err(Problem::malformed(vec![fault])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for host in [
            "localhost",
            "example.com:8080",
            "[::1]",
            "[::1]:80",
            "[v1.a:b]",
            "[VF.~]:80",
            "127.0.0.1:",
            "a%2Db",
            "a_b",
        ] {
            assert!(is_host(host), "{host}");
        }
        for other in [
            "",
            ":80",
            "a b",
            "h:abc",
            "h:70000",
            "h:+80",
            "a/b",
            "[zz]",
            "[v.a]",
            "[v1.]",
            "[v1.a%20]",
            "[vg.a]",
            "[::1",
            "[::1]x",
            "user:pw@h",
            "a@b",
            "%zz",
            "%4",
            "a%+1",
            "a,b:1:2",
            "::1",
        ] {
            assert!(!is_host(other), "{other}");
        }
    }
}
