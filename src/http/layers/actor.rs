//! Who is asking, and under which address the service is known, with proxies in between that are trusted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::{Extensions, HeaderMap, HeaderName, Uri, Version, header::HOST, request::Parts, uri::Authority};
use ipnet::IpNet;

use crate::{error::Fault, http::problem::Problem};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The address of the client: the nearest one that is not a trusted proxy's. What stands further left is what the client wrote.
pub fn client_address(headers: &HeaderMap, extensions: &Extensions, trusted: &[IpNet]) -> IpAddr {
    let peer = peer(extensions);
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&peer) {
        return peer;
    }
    let fields = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let listed: Vec<&str> = fields.flat_map(|field| field.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for text in listed.iter().rev() {
        let Ok(address) = text.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            break;
        }
    }
    nearest
}

/// The absolute URL of the request's path, as the client sees it.
pub fn address(parts: &Parts, path: &str, trusted: &[IpNet]) -> String {
    let peer = peer(&parts.extensions);
    let behind_proxy = trusted.iter().any(|network| network.contains(&peer));
    let proto = parts.headers.get(FORWARDED_PROTO).and_then(|value| value.to_str().ok());
    let scheme = if behind_proxy && proto == Some("https") { "https" } else { "http" };
    let authority = authority(&parts.uri, &parts.headers);
    format!("{scheme}://{}{path}", authority.as_ref().map_or("localhost", Authority::as_str))
}

/// Refuses a request of HTTP/1.1 that does not say once whom it is for (RFC 9112 §3.2).
pub fn require_host(request: &Request) -> Result<(), Problem> {
    let hosts = request.headers().get_all(HOST).iter().count();
    if hosts == 1 || (hosts == 0 && request.version() != Version::HTTP_11) {
        return Ok(());
    }
    Err(Problem::malformed(vec![Fault::header("Host", "host", "must occur once")]))
}

fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let host = || headers.get(HOST)?.to_str().ok()?.parse().ok();
    uri.authority().cloned().or_else(host)
}

fn peer(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_what_a_trusted_proxy_adds_is_believed() {
        let client = |peer: [u8; 4], forwarded: &str| {
            let mut request =
                Request::builder().header(FORWARDED_FOR, forwarded).body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 1))));
            client_address(request.headers(), request.extensions(), &["10.0.0.0/8".parse().unwrap()])
                .to_string()
        };
        assert_eq!(client([192, 0, 2, 9], "203.0.113.1"), "192.0.2.9");
        assert_eq!(client([10, 0, 0, 1], "203.0.113.1"), "203.0.113.1");
        assert_eq!(client([10, 0, 0, 1], "198.51.100.7, 203.0.113.1, 10.0.0.2"), "203.0.113.1");
        assert_eq!(client([10, 0, 0, 1], "198.51.100.7, nonsense"), "10.0.0.1");
        assert_eq!(client([10, 0, 0, 1], ""), "10.0.0.1");
    }
}
