//! How HTTP is served, and the values that `curio serve` parses for it.

use std::{net::SocketAddr, num::NonZeroU32, str::FromStr, time::Duration};

use clap::ValueEnum;
use http::{HeaderValue, Uri};
use ipnet::IpNet;
use url::Url;

use super::{
    duration::parse_wait,
    hosts::{AllowedHost, Hosts},
};
use crate::{authentication::TokenOptions, authority::is_host};

/// The most imports that are received or handled at once, each with an open file.
pub const MAX_FILES: usize = 128;

/// The most bytes of a body in a content coding, if it may have `limit` without one: what cannot
/// be compressed grows a little.
#[must_use]
pub const fn largest_coded(limit: u64) -> u64 {
    limit.saturating_add(limit / 64 + 1024)
}

/// How often the progress of an import or an export is logged.
pub const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// How to serve HTTP.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The longest time until the head of a response, from the end of the request's body.
    pub request_timeout: Duration,
    /// The longest export.
    pub export_timeout: Duration,
    /// How often the progress of an import or an export is logged.
    pub progress_interval: Duration,
    /// The longest import, its reception included.
    pub import_timeout: Duration,
    /// The largest import without its content coding, in bytes.
    pub import_limit: u64,
    /// The largest size of the files of all imports together, in MiB.
    pub import_space: usize,
    /// The longest time that a body may take to arrive; of an import, each 64 KiB of it.
    pub body_timeout: Duration,
    /// The most requests in progress.
    pub max_requests: usize,
    /// How many requests a client may make: an API key, or without one an address, or a /64 network
    /// of IPv6.
    pub rate_limit: Option<Quota>,
    /// How many invalid keys and tokens a client may send.
    pub failures: Quota,
    /// Who may call the API.
    pub auth: Auth,
    /// Which access tokens are accepted in addition to API keys.
    pub tokens: Option<TokenOptions>,
    /// Whether a PUT, PATCH or DELETE must be conditional.
    pub require_if_match: bool,
    /// The URL under which clients reach the service; without it, links are relative.
    pub public_url: Option<PublicUrl>,
    /// Hosts that are served in addition to that of the public URL.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Whether only this machine can connect.
    pub is_on_loopback: bool,
    /// Networks of trusted proxies.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<Origin>,
    /// A separate address for probes and metrics; metrics are then served only there.
    pub admin_bind: Option<SocketAddr>,
    /// Where the pages at `/docs` are.
    pub docs: Docs,
    /// The limits of connections.
    pub connections: ConnectionOptions,
}

impl HttpOptions {
    /// The most bytes of an import in a content coding.
    #[must_use]
    pub fn largest_coded_import(&self) -> u64 {
        largest_coded(self.import_limit)
    }

    /// The URL that identifies the service to issuers (RFC 9728 §1.2): its own, else the audience
    /// of tokens if that is one. It never comes from `Host`, which clients choose.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        let audience = self.tokens.as_ref().map(|tokens| tokens.audience.as_str());
        let is_url = |name: &&str| Url::parse(name).is_ok_and(|url| url.has_host());
        self.public_url.as_ref().map(PublicUrl::as_str).or(audience.filter(is_url))
    }

    /// The hosts that are served: those that are configured. Without a public URL, a service that
    /// lets everybody on this machine do everything serves loopback hosts: in a browser, another
    /// name is that of a page whose name server leads here (DNS rebinding). `None` means all.
    #[must_use]
    pub fn hosts(&self) -> Option<Hosts> {
        let public = self.public_url.as_ref().map(|url| AllowedHost::of(url.scheme(), url.authority()));
        let has_loopback = public.is_none() && self.is_on_loopback && self.auth == Auth::None;
        Hosts::new(public.into_iter().chain(self.allowed_hosts.iter().cloned()).collect(), has_loopback)
    }
}

/// Who may call the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// Clients with an API key or an access token, as far as it allows.
    Required,
    /// Everybody who reaches the address, and may do everything.
    None,
}

/// Where the pages at `/docs` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Docs {
    /// On the public address.
    Public,
    /// On the separate address for probes and metrics.
    Admin,
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
    /// How many more may be open for one request each.
    pub surplus: usize,
    /// How long requests in progress may take after the listener is closed.
    pub shutdown_timeout: Duration,
}

/// Parses a network. Clients over IPv4 have no other address than that, whatever the socket says.
///
/// # Errors
///
/// It is not an address with the length of a prefix.
pub fn parse_network(text: &str) -> Result<IpNet, &'static str> {
    let form = |_| "must be an address and the length of its prefix, such as 10.0.0.0/8";
    let network: IpNet = text.trim().parse().map_err(form)?;
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
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "must be * or a scheme and an authority, such as https://app.example.com; \
                            list each subdomain";
        let sent = if text == "*" { Some(text.to_owned()) } else { as_sent(text) };
        match sent {
            Some(sent) if sent == text => HeaderValue::from_str(text).map(Self).map_err(|_| FORM.into()),
            Some(sent) => Err(format!("browsers send this origin as {sent}: write that")),
            None => Err(FORM.into()),
        }
    }
}

/// An origin as browsers send it, by the URL Standard; `None` for other URLs.
fn as_sent(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_origin = matches!(url.scheme(), "http" | "https")
        && url.port() != Some(0)
        && url.host_str().is_some_and(|host| !host.contains('*'))
        && (url.username(), url.password()) == ("", None)
        && (url.path(), url.query(), url.fragment()) == ("/", None, None);
    is_origin.then(|| url.origin().ascii_serialization())
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

    /// Where clients look for a document about what is at this URL (RFC 8615 §3.1, RFC 9728 §3.1).
    #[must_use]
    pub fn well_known(&self, name: &str) -> String {
        let (scheme, authority, path) = self.split();
        format!("{scheme}://{authority}/.well-known/{name}{path}")
    }

    /// `http` or `https`, in any case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.split().0
    }

    /// The host, and the port if there is one.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.split().1
    }

    /// The origin of pages at this URL, as browsers send it; `None` if they know no such host.
    #[must_use]
    pub fn origin(&self) -> Option<HeaderValue> {
        let url = Url::parse(&self.0).ok()?;
        HeaderValue::try_from(url.origin().ascii_serialization()).ok()
    }

    fn split(&self) -> (&str, &str, &str) {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        (scheme, authority, path)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be an absolute URL without a query, such as https://api.example.com; other \
                            characters than those of a URL must be percent-encoded, in a host as its xn-- form";
        let uri: Uri = text.parse().map_err(|_| FORM)?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let is_plain = uri.query().is_none() && !text.contains('#');
        let has_host = uri.authority().is_some_and(|authority| is_host(authority.as_str()));
        if is_http && is_plain && has_host && is_path(uri.path()) {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(FORM)
        }
    }
}

/// Whether a text is a path (RFC 3986 §3.3).
fn is_path(text: &str) -> bool {
    let mut pieces = text.split('%');
    let is_plain = |piece: &str| {
        piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte))
    };
    let is_encoded =
        |piece: &str| piece.len() >= 2 && piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    pieces.next().is_some_and(is_plain) && pieces.all(|piece| is_encoded(piece) && is_plain(piece))
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
            ("https://[::1]:8080/a%20b", "https://[::1]:8080/a%20b"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().as_str(), url);
        }
        for (url, document) in [
            ("https://api.example.com", "https://api.example.com/.well-known/x"),
            ("http://[::1]:8080/a/b/", "http://[::1]:8080/.well-known/x/a/b"),
        ] {
            assert_eq!(url.parse::<PublicUrl>().unwrap().well_known("x"), document);
        }
        for (url, parts, origin) in [
            ("https://API.example.com:443/a", ("https", "API.example.com:443"), "https://api.example.com"),
            ("http://[::1]:8080", ("http", "[::1]:8080"), "http://[::1]:8080"),
        ] {
            let url: PublicUrl = url.parse().unwrap();
            assert_eq!((url.scheme(), url.authority()), parts);
            assert_eq!(url.origin().unwrap(), origin);
        }
        for text in
            ["", "/v1", "api.example.com", "ftp://example.com", "https://e.com?x=1", "https://e.com/#x"]
        {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
        for text in [
            "https://a/\u{e9}",
            "https://\u{e9}",
            "https://a/%zz",
            "https://a:99999",
            "https://u@a",
            "https://a/{b}",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_is_one_that_browsers_send() {
        for text in
            ["*", "https://a", "http://a:8080", "https://a:80", "https://[::ffff:102:304]", "https://xn--9ca"]
        {
            assert_eq!(text.parse::<Origin>().unwrap().0, text);
        }
        for (text, sent) in [
            ("https://A", "https://a"),
            ("HTTPS://a", "https://a"),
            ("https://a:443", "https://a"),
            ("http://a:80/", "http://a"),
            ("https://a:08443", "https://a:8443"),
            ("https://[0:0::1]:8443", "https://[::1]:8443"),
            ("https://[::ffff:1.2.3.4]", "https://[::ffff:102:304]"),
            ("https://a:0443", "https://a"),
            ("https://127.1", "https://127.0.0.1"),
            ("https://\u{e9}", "https://xn--9ca"),
        ] {
            let message = text.parse::<Origin>().unwrap_err();
            assert_eq!(message, format!("browsers send this origin as {sent}: write that"), "{text}");
        }
        for text in [
            "",
            "a",
            "https://",
            "https://*.a",
            "https://a/b",
            "https://u@a",
            "https://xn--a",
            "https://256.1.1.1",
            "https://a:0",
            "ftp://a",
        ] {
            assert!(text.parse::<Origin>().unwrap_err().starts_with("must be *"), "{text}");
        }
    }
}
