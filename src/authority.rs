//! The host and the port in a URI or in a `Host` field (RFC 3986 §3.2.2).

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether a text is `uri-host [ ":" port ]` (RFC 3986 §3.2.2), and not empty.
#[must_use]
pub fn is_host(text: &str) -> bool {
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

/// The host of an [authority](is_host), with the brackets of an IPv6 address, and its port.
#[must_use]
pub fn split_port(authority: &str) -> (&str, Option<u16>) {
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let colon = authority[end..].find(':').map_or(authority.len(), |colon| end + colon);
    (&authority[..colon], authority.get(colon + 1..).and_then(|port| port.parse().ok()))
}

/// Whether two hosts are the same: names in any case, and IPv6 addresses in any spelling.
#[must_use]
pub fn is_same_host(one: &str, other: &str) -> bool {
    let is_same_address = || ipv6(one).is_some_and(|address| ipv6(other) == Some(address));
    one.eq_ignore_ascii_case(other) || is_same_address()
}

/// Whether a host is the machine itself, and no name server says where it is (RFC 6761 §6.3).
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || ipv6(host).is_some_and(|address| address.is_loopback())
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
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

    #[test]
    fn an_authority_is_a_host_and_a_port() {
        for (authority, parts) in [
            ("a.example", ("a.example", None)),
            ("a.example:8080", ("a.example", Some(8080))),
            ("a.example:", ("a.example", None)),
            ("[::1]", ("[::1]", None)),
            ("[::1]:80", ("[::1]", Some(80))),
            ("", ("", None)),
        ] {
            assert_eq!(split_port(authority), parts, "{authority}");
        }
    }

    #[test]
    fn a_host_has_several_spellings() {
        assert!(is_same_host("A.example", "a.EXAMPLE"));
        assert!(is_same_host("[::1]", "[0:0::1]"));
        for other in ["a.example.", "b.example", "a.example:80", "[::1]", ""] {
            assert!(!is_same_host("a.example", other), "{other}");
        }
        assert!(!is_same_host("[::1]", "[::2]"));
        assert!(!is_same_host("[::1]", "::1"));
    }

    #[test]
    fn a_name_that_a_name_server_knows_is_not_the_machine_itself() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "[::1]", "[0::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil",
            "0.0.0.0",
            "10.0.0.1",
            "[::]",
            "::1",
            "",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
