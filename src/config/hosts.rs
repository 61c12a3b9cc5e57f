//! The hosts that the service serves (RFC 9110 §7.4).

use std::str::FromStr;

use crate::authority::{is_host, is_loopback, is_same_host, split_port};

/// The hosts of a service that does not serve every one.
#[derive(Debug, Clone)]
pub struct Hosts {
    listed: Vec<AllowedHost>,
    has_loopback: bool,
}

impl Hosts {
    /// The listed ones, and `localhost` with the addresses of the machine itself if `has_loopback`.
    /// `None` if there are none, so that every host is served.
    #[must_use]
    pub fn new(listed: Vec<AllowedHost>, has_loopback: bool) -> Option<Self> {
        (has_loopback || !listed.is_empty()).then_some(Self { listed, has_loopback })
    }

    /// Whether requests for this host, with its port unless that is the default, are served.
    #[must_use]
    pub fn contain(&self, authority: &str) -> bool {
        let (host, port) = split_port(authority);
        self.listed.iter().any(|allowed| allowed.matches(host, port))
            || self.has_loopback && is_loopback(host)
    }
}

/// A host such as `curio.internal`, at any port unless it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: Option<u16>,
    /// The ports that clients may leave out.
    defaults: &'static [u16],
}

impl AllowedHost {
    /// That of a URL with this scheme, at its port only.
    #[must_use]
    pub fn of(scheme: &str, authority: &str) -> Self {
        let (host, port) = split_port(authority);
        let defaults: &[u16] = if scheme.eq_ignore_ascii_case("https") { &[443] } else { &[80] };
        Self { host: host.to_owned(), port: port.or(defaults.first().copied()), defaults }
    }

    fn matches(&self, host: &str, port: Option<u16>) -> bool {
        let is_port = |wanted| port.map_or(self.defaults.contains(&wanted), |port| port == wanted);
        is_same_host(&self.host, host) && self.port.is_none_or(is_port)
    }
}

impl FromStr for AllowedHost {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if !is_host(text) || text.contains('*') {
            return Err(
                "must be a host, or a host and a port, such as curio.internal or curio.internal:8080; \
                        list each subdomain",
            );
        }
        let (host, port) = split_port(text);
        // A proxy may have taken off the encryption.
        Ok(Self { host: host.to_owned(), port, defaults: &[80, 443] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_host_is_at_any_port_unless_it_has_one() {
        let matches = |listed: &str, authority: &str| {
            let (host, port) = split_port(authority);
            listed.parse::<AllowedHost>().unwrap().matches(host, port)
        };
        for (listed, authority) in [
            ("curio", "curio"),
            (" Curio ", "curio:8080"),
            ("curio:8080", "CURIO:8080"),
            ("curio:80", "curio"),
            ("curio:443", "curio"),
            ("[::1]", "[0::1]:8080"),
        ] {
            assert!(matches(listed, authority), "{listed} {authority}");
        }
        for (listed, authority) in [
            ("curio", "curio.evil.example"),
            ("curio", "a.curio"),
            ("curio:8080", "curio"),
            ("curio:8080", "curio:8081"),
            ("curio:80", "curio:443"),
            ("[::1]", "[::2]"),
        ] {
            assert!(!matches(listed, authority), "{listed} {authority}");
        }
        for text in ["", "*", "*.example.com", "https://curio", "curio/", "a b", "u@curio", "curio:x"] {
            assert!(text.parse::<AllowedHost>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_public_url_is_at_its_port() {
        for (scheme, url, same, others) in [
            ("https", "a", &["a", "A:443", "a:"][..], &["a:80", "b", "a.", "a:8443"][..]),
            ("http", "a", &["a", "a:80"], &["a:443"]),
            ("https", "a:8443", &["a:8443"], &["a", "a:443"]),
            ("HTTPS", "[::1]:443", &["[::1]", "[0::1]:443"], &["[::1]:80", "[::2]"]),
        ] {
            let allowed = AllowedHost::of(scheme, url);
            let matches = |authority: &&&str| {
                let (host, port) = split_port(authority);
                allowed.matches(host, port)
            };
            assert_eq!(same.iter().filter(matches).count(), same.len(), "{url}");
            assert_eq!(others.iter().find(matches), None, "{url}");
        }
    }
}
