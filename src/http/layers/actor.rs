//! Who makes the request: the address of the client, behind proxies that are trusted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::HeaderName;
use ipnet::IpNet;

use crate::actor::Actor;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Adds the [`Actor`] to the request's extensions, from which everything else takes it.
pub fn identify(mut request: Request, trusted: &[IpNet]) -> Request {
    let actor = Actor::from_address(client_address(&request, trusted));
    request.extensions_mut().insert(actor);
    request
}

/// The nearest address that is not a trusted proxy's. Further left stands what the client wrote.
fn client_address(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip().to_canonical());
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&peer) {
        return peer;
    }
    let fields = request.headers().get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
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

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_a_trusted_proxy_adds_an_address() {
        let client = |peer: [u8; 4], forwarded: &str| {
            let mut request =
                Request::builder().header(FORWARDED_FOR, forwarded).body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 1))));
            client_address(&request, &["10.0.0.0/8".parse().unwrap()]).to_string()
        };
        assert_eq!(client([192, 0, 2, 9], "203.0.113.1"), "192.0.2.9");
        assert_eq!(client([10, 0, 0, 1], "203.0.113.1"), "203.0.113.1");
        assert_eq!(client([10, 0, 0, 1], "198.51.100.7, 203.0.113.1, 10.0.0.2"), "203.0.113.1");
        assert_eq!(client([10, 0, 0, 1], "198.51.100.7, nonsense"), "10.0.0.1");
        assert_eq!(client([10, 0, 0, 1], ""), "10.0.0.1");
    }
}
