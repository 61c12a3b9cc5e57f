//! The host and the port in a URI or in a `Host` field (RFC 3986 §3.2.2).

use std::net::Ipv6Addr;

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
}
