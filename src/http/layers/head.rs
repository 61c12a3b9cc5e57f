//! Rejects what the head of a request rules out: transfer codings (RFC 9112 §6.1), the target and
//! `Host` (RFC 9112 §3.2), `Content-Range`, `Expect` and `Accept`.

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Method, Version,
    header::{CONNECTION, CONTENT_RANGE, EXPECT, HOST, TRANSFER_ENCODING},
    uri::{Authority, Uri},
};

use super::around::Pending;
use crate::{
    authority::is_host,
    config::hosts::Hosts,
    error::Fault,
    http::{
        limits::HeadFault,
        operator,
        request::{
            field::list,
            negotiation::{Chosen, JSON, LIST_TYPES, choose_type, has_no_content},
            preconditions::faults_of_unevaluated,
            query_content::Queried,
        },
        response::problem::{MALFORMED, MISDIRECTED, NOT_ACCEPTABLE, NOT_IMPLEMENTED, Problem},
    },
};

/// Passes a request that is not partial and whose expectation is read, and chooses the media
/// type of its response: JSON, except for these routes.
pub fn check(request: &mut Request, exports: &[&str]) -> Result<(), Problem> {
    require_whole(request)?;
    check_expectation(request)?;
    choose_media_type(request, exports)
}

/// Passes a body without a transfer coding other than `chunked`: hyper decodes `chunked` alone, and
/// would pass on the rest still encoded.
pub fn check_framing(request: &Request) -> Result<(), Problem> {
    let mut codings = list(request.headers(), &TRANSFER_ENCODING);
    if codings.next().is_none_or(|coding| coding.eq_ignore_ascii_case(b"chunked")) && codings.next().is_none()
    {
        return Ok(());
    }
    let detail = "The only supported transfer coding is chunked.";
    // What follows on the connection may be part of the body.
    Err(Problem::new(&NOT_IMPLEMENTED, detail).with_header(CONNECTION, HeaderValue::from_static("close")))
}

/// Passes a request with a valid target and `Host`. Probes always respond.
pub fn check_target(request: &Request) -> Result<(), Problem> {
    if operator::is_probe(request) {
        return Ok(());
    }
    if let Some(HeadFault(fault)) = request.extensions().get() {
        return Err(Problem::new(&MALFORMED, *fault));
    }
    require_form(request)?;
    require_http(request.uri())?;
    let authority = request.uri().authority();
    let mut hosts = request.headers().get_all(HOST).iter();
    let fault = match (hosts.next(), hosts.next()) {
        // HTTP/1.0 has no Host, and HTTP/2 its own form of it (RFC 9113 §8.3.1).
        (None, _) if request.version() == Version::HTTP_10 => return Ok(()),
        (None, _) if request.version() == Version::HTTP_2 && authority.is_some() => return Ok(()),
        (Some(host), None) if host.to_str().is_ok_and(is_host) => {
            let is_other =
                |authority: &Authority| !authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes());
            // In HTTP/1, the target wins (RFC 9112 §3.2.2).
            if request.version() != Version::HTTP_2 || !authority.is_some_and(is_other) {
                return Ok(());
            }
            "must not differ from :authority"
        }
        (Some(_), None) => "must be a host, or a host and a port",
        _ => "must occur once",
    };
    Err(Problem::malformed(vec![Fault::header("Host", "host", fault)]))
}

/// Passes a request for a host that is served (RFC 9110 §15.5.20). One without a host is for the
/// only one that there is (RFC 9112 §3.3). Probes and metrics are asked for by the address.
pub fn check_host(request: &Request, hosts: Option<&Hosts>) -> Result<(), Problem> {
    let is_other = |hosts: &Hosts| authority_of(request).is_some_and(|authority| !hosts.contain(authority));
    if operator::is_operator(request) || !hosts.is_some_and(is_other) {
        return Ok(());
    }
    let detail = "The service is configured for other hosts, by CURIO_PUBLIC_URL, CURIO_ALLOWED_HOSTS or a \
                  loopback address.";
    Err(Problem::new(&MISDIRECTED, detail))
}

/// The host that a request is for, and its port unless that is the default: those of the target,
/// which wins (RFC 9112 §3.2.2), or of `Host`.
pub fn authority_of(request: &Request) -> Option<&str> {
    let host = || request.headers().get(HOST).and_then(|host| host.to_str().ok());
    request.uri().authority().map(Authority::as_str).or_else(host)
}

/// Passes a target in a form that the method may have: `*` only with OPTIONS, and a host alone only
/// with CONNECT (RFC 9112 §3.2.3, §3.2.4).
fn require_form(request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    let is_authority = uri.scheme().is_none() && uri.authority().is_some();
    if is_authority && request.method() != Method::CONNECT
        || uri.path() == "*" && request.method() != Method::OPTIONS
    {
        return Err(Problem::new(&MALFORMED, "The target must be a path, or a URI."));
    }
    Ok(())
}

/// Passes a target that is a path, or a URI of this protocol.
fn require_http(uri: &Uri) -> Result<(), Problem> {
    // HTTP/2 has it as the client spelled it.
    let is_http = |scheme: &str| ["http", "https"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    let is_ascii = uri.query().is_none_or(str::is_ascii);
    let detail = if !uri.scheme_str().is_none_or(is_http) {
        "The target must have the scheme http or https."
    } else if !uri.authority().map(Authority::as_str).is_none_or(is_host) {
        "The target must have a host, or a host and a port."
    } else if !is_ascii {
        "The query must be ASCII: other characters must be percent-encoded."
    } else {
        return Ok(());
    };
    Err(Problem::new(&MALFORMED, detail))
}

/// The preconditions of a request for what is not an entity, and so has no version.
#[derive(Debug)]
pub struct Unevaluated(Vec<Fault>);

/// Reads the preconditions that are not evaluated. Probes always respond.
pub fn preconditions(request: &Request) -> Unevaluated {
    let is_probe = operator::is_probe(request);
    Unevaluated(if is_probe { Vec::new() } else { faults_of_unevaluated(request.headers()).collect() })
}

impl Pending for Unevaluated {
    /// Rejects the request if it would succeed: a client that sends a precondition relies on it.
    fn complete(self, response: &mut Response) {
        if response.status().is_success() && !self.0.is_empty() {
            *response = Problem::malformed(self.0).into_response();
        }
    }
}

/// Rejects content with `Content-Range`: no operation takes a part of an entity or of a query
/// (RFC 9110 §14.5).
fn require_whole(request: &Request) -> Result<(), Problem> {
    let has_content = !request.method().is_safe() || request.extensions().get::<Queried>().is_some();
    if !has_content || !request.headers().contains_key(CONTENT_RANGE) {
        return Ok(());
    }
    let fault = Fault::header("Content-Range", "partial", "must not occur: partial content is not supported");
    Err(Problem::malformed(vec![fault]))
}

/// Passes an expectation that hyper reads: it compares the whole last field. A client that sends
/// `100-continue` in a list would wait for a response in vain (RFC 9110 §10.1.1).
fn check_expectation(request: &Request) -> Result<(), Problem> {
    let is_continue = |expectation: &[u8]| expectation.eq_ignore_ascii_case(b"100-continue");
    let last = request.headers().get_all(EXPECT).iter().next_back();
    let is_read = last.is_none_or(|field| is_continue(field.as_bytes()));
    if is_read || !list(request.headers(), &EXPECT).any(is_continue) {
        return Ok(());
    }
    Err(Problem::malformed(vec![Fault::header("Expect", "expectation", "must be 100-continue alone")]))
}

/// If a response has no content, generated clients accept the one declared media type, that of
/// problems.
fn choose_media_type(request: &mut Request, exports: &[&str]) -> Result<(), Problem> {
    if has_no_content(request.method()) {
        return Ok(());
    }
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_export = request.method().is_safe() && exports.contains(&route);
    let offers = if is_export { &LIST_TYPES[..] } else { &[JSON] };
    match choose_type(request.headers(), offers) {
        Ok(Some(JSON)) => Ok(()),
        Ok(Some(chosen)) => {
            request.extensions_mut().insert(Chosen(chosen));
            Ok(())
        }
        Ok(None) => {
            let detail = format!("The response may have the media type {}.", offers.join(" or "));
            Err(Problem::new(&NOT_ACCEPTABLE, detail))
        }
        Err(fault) => Err(Problem::malformed(vec![fault])),
    }
}
