//! Who makes the request: the address of the client, behind proxies that are trusted.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::extract::{ConnectInfo, Request};
use chrono::Utc;
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;

use crate::{access::Grants, actor::Actor, config::http::Auth};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of a client that needs a key or a token to be an [`Actor`].
#[derive(Debug, Clone)]
pub struct Client(pub Actor);

/// Adds the [`Actor`] to the request's extensions, from which everything else takes it, with its
/// grants. If clients must say who they are, this is only the [`Client`].
pub fn identify(mut request: Request, trusted: &[IpNet], auth: Auth) -> Request {
    let client = client(&request, trusted);
    let extensions = request.extensions_mut();
    match auth {
        Auth::Required => {
            extensions.insert(Client(client));
        }
        Auth::None => {
            static ALL: LazyLock<Arc<Grants>> = LazyLock::new(|| Arc::new(Grants::all()));
            extensions.insert(Arc::clone(&ALL));
            extensions.insert(client);
        }
    }
    request
}

/// The nearest client that is not a trusted proxy. Entries further left are the client's own.
fn client(request: &Request, trusted: &[IpNet]) -> Actor {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip().to_canonical());
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&peer) {
        return Actor::from_address(peer);
    }
    let fields = request.headers().get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
    let listed: Vec<&[u8]> =
        fields.flat_map(|field| field.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii).collect();
    let mut nearest = peer;
    for entry in listed.iter().rev().filter(|entry| !entry.is_empty()).map(|entry| without_port(entry)) {
        let Some(address) = str::from_utf8(entry).ok().and_then(|entry| entry.parse::<IpAddr>().ok()) else {
            warn_once_a_minute();
            return Actor::from_name(entry);
        };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            break;
        }
    }
    Actor::from_address(nearest)
}

/// An entry without the brackets and the port that proxies write.
fn without_port(entry: &[u8]) -> &[u8] {
    let at = |wanted: u8| entry.iter().position(|byte| *byte == wanted);
    let (host, rest) = match (entry.strip_prefix(b"["), at(b']'), at(b':')) {
        (Some(host), Some(end), _) => (&host[..end - 1], &entry[end + 1..]),
        (None, _, Some(colon)) => entry.split_at(colon),
        _ => return entry,
    };
    let is_port = |port: &[u8]| {
        let number = str::from_utf8(port).ok().and_then(|port| port.parse::<u16>().ok());
        port.is_empty() || number.is_some() && port.iter().all(u8::is_ascii_digit)
    };
    if rest.is_empty() || rest.strip_prefix(b":").is_some_and(is_port) { host } else { entry }
}

fn warn_once_a_minute() {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let minute = Utc::now().timestamp() / 60;
    if LAST.swap(minute, Ordering::Relaxed) != minute {
        tracing::warn!("client.not_identified");
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn actor(peer: [u8; 4], forwarded: impl AsRef<[u8]>) -> Actor {
        let forwarded = HeaderValue::from_bytes(forwarded.as_ref()).unwrap();
        let mut request = Request::builder().header(FORWARDED_FOR, forwarded).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 1))));
        client(&request, &["10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn only_a_trusted_proxy_adds_an_address() {
        let client = |peer, forwarded: &str| actor(peer, forwarded).to_string();
        assert_eq!(client([192, 0, 2, 9], "203.0.113.1"), "192.0.2.9");
        assert_eq!(client([10, 0, 0, 1], "203.0.113.1"), "203.0.113.1");
        assert_eq!(client([10, 0, 0, 1], "198.51.100.7, 203.0.113.1, 10.0.0.2"), "203.0.113.1");
        assert_eq!(client([10, 0, 0, 1], ""), "10.0.0.1");
    }

    #[test]
    fn ports_brackets_and_empty_entries_are_ignored() {
        for (entry, address) in [
            ("203.0.113.21:1000", "203.0.113.21"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[::ffff:203.0.113.21]:1", "203.0.113.21"),
            ("[203.0.113.21]:80", "203.0.113.21"),
            ("203.0.113.21, ,", "203.0.113.21"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(actor([10, 0, 0, 1], entry).to_string(), address, "{entry}");
        }
    }

    #[test]
    fn two_clients_without_an_address_are_never_one() {
        let mut actors = Vec::new();
        for entry in
            ["unknown", "_hidden", "fe80::1%eth0", "fe80::1%eth1", "203.0.113.21:port", "203.0.113.1 x"]
                .into_iter()
                .chain([
                    "203.0.113.21:99999",
                    "203.0.113.21:+1",
                    "[2001:db8::1]x",
                    "[2001:db8::1]:y",
                    "[",
                    "]",
                ])
        {
            let actor = actor([10, 0, 0, 1], format!("198.51.100.7, {entry}"));
            assert!(matches!(actor, Actor::Named(_)) && !actors.contains(&actor), "{entry}");
            actors.push(actor);
        }
    }

    #[test]
    fn bytes_beyond_ascii_hide_no_entry() {
        assert_eq!(actor([10, 0, 0, 1], b"\xe4, 203.0.113.21").to_string(), "203.0.113.21");
        let [one, other] =
            [b"203.0.113.1, \xe4", b"203.0.113.1, \xe5"].map(|field| actor([10, 0, 0, 1], field));
        assert!(matches!(one, Actor::Named(_)) && matches!(other, Actor::Named(_)) && one != other);
    }
}
