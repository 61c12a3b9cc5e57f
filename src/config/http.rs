//! How HTTP is served, and the values that `curio serve` parses for it.

use std::{net::SocketAddr, num::NonZeroU32, str::FromStr, time::Duration};

use http::{HeaderValue, Uri};
use ipnet::{AddrParseError, IpNet};

use super::duration::parse_wait;

/// How to serve HTTP.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The longest time until the head of a response, from the end of the request's body.
    pub request_timeout: Duration,
    /// The longest time that a body may take to arrive.
    pub body_timeout: Duration,
    /// The most requests in progress.
    pub max_requests: usize,
    /// How many requests a client address may make.
    pub rate_limit: Option<Quota>,
    /// Whether a PUT, PATCH or DELETE must be conditional.
    pub require_if_match: bool,
    /// The URL under which clients reach the service; without it, links are relative.
    pub public_url: Option<PublicUrl>,
    /// Networks of trusted proxies.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<Origin>,
    /// A separate address for probes and metrics; metrics are then served only there.
    pub admin_bind: Option<SocketAddr>,
    /// The limits of connections.
    pub connections: ConnectionOptions,
}

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionOptions {
    /// How often each connection is checked against the time-outs below.
    pub check_every: Duration,
    /// The longest time without a complete request head: on a new connection and between requests.
    pub idle_timeout: Duration,
    /// The longest time that a client may take to receive 64 KiB of its response.
    pub write_timeout: Duration,
    /// The most open connections.
    pub max: usize,
    /// How long requests in progress may take after the listener is closed.
    pub shutdown_timeout: Duration,
}

/// Parses a network. Clients over IPv4 have no other address than that, whatever the socket says.
///
/// # Errors
///
/// It is not an address with the length of a prefix.
pub fn parse_network(text: &str) -> Result<IpNet, AddrParseError> {
    let network: IpNet = text.trim().parse()?;
    let mapped = match network {
        IpNet::V6(net) if net.prefix_len() >= 96 => {
            net.addr().to_ipv4_mapped().zip(net.prefix_len().checked_sub(96))
        }
        _ => None,
    };
    Ok(mapped.and_then(|(address, length)| IpNet::new(address.into(), length).ok()).unwrap_or(network))
}

/// A number of requests in a time, such as `100/60s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The requests.
    pub requests: NonZeroU32,
    /// The time in which a used-up quota is restored.
    pub window: Duration,
}

impl FromStr for Quota {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be of the form REQUESTS/DURATION, such as 100/60s, of at least 1 request and 1 s to 24 days";
        let (requests, window) = text.split_once('/').ok_or(FORM)?;
        let requests = requests.trim().parse().map_err(|_| FORM)?;
        let window = parse_wait(window.trim()).map_err(|_| FORM)?;
        if window < Duration::from_secs(1) { Err(FORM) } else { Ok(Self { requests, window }) }
    }
}

/// An origin such as `https://app.example.com`, or `*` for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(pub HeaderValue);

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be * or a scheme and an authority, such as https://app.example.com";
        let host = text.strip_prefix("https://").or(text.strip_prefix("http://"));
        let valid = text == "*" || host.is_some_and(|host| host.parse::<http::uri::Authority>().is_ok());
        if valid { HeaderValue::from_str(text).map(Self).map_err(|_| FORM) } else { Err(FORM) }
    }
}

/// An absolute URL to which the paths of the API are appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be an absolute URL without a query, such as https://api.example.com";
        let uri: Uri = text.parse().map_err(|_| FORM)?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let is_plain = uri.query().is_none() && !text.contains('#');
        if is_http && is_plain && uri.authority().is_some() {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(FORM)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_mapped_addresses_is_one_of_ipv4() {
        for (text, network) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("::ffff:127.0.0.0/104", "127.0.0.0/8"),
            ("2001:db8::/32", "2001:db8::/32"),
        ] {
            assert_eq!(parse_network(text).unwrap(), network.parse().unwrap());
        }
    }

    #[test]
    fn a_meaningless_quota_is_rejected() {
        for text in ["", "100", "0/60s", "100/0s", "100/10ms", "100/25d", "1/1000000y", "-1/60s", "a/b"] {
            assert!(text.parse::<Quota>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_public_url_is_absolute_and_has_a_path_at_most() {
        for (text, url) in [
            ("https://api.example.com", "https://api.example.com"),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("https://example.com/catalogue/", "https://example.com/catalogue"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().as_str(), url);
        }
        for text in
            ["", "/v1", "api.example.com", "ftp://example.com", "https://e.com?x=1", "https://e.com/#x"]
        {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
