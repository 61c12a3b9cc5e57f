//! Who issues access tokens, and to whom.

use std::{fmt, str::FromStr, sync::Arc};

use url::{Host, Url};

/// The most bytes of an issuer's identifier.
const MAX_ISSUER: usize = 100;
/// The most bytes of the name of a [`Subject`].
pub const MAX_SUBJECT: usize = 200;

/// The identifier of an issuer of access tokens: an `https` URL without a query and a fragment
/// (RFC 8414 §2), or an `http` URL of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// As it is in `iss`, which is compared byte by byte (RFC 7519 §4.1.1).
    identifier: Arc<str>,
    url: Url,
}

impl Issuer {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.identifier
    }

    /// Where its metadata is (OpenID Connect Discovery 1.0 §4.1).
    #[must_use]
    pub fn metadata_url(&self) -> Url {
        let mut url = self.url.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{path}/.well-known/openid-configuration"));
        url
    }
}

impl FromStr for Issuer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "must be the https URL that tokens have in `iss`, such as https://login.example.com, \
                            without a query and a fragment; http is for loopback addresses only";
        let url = Url::parse(text).map_err(|_| FORM)?;
        let is_plain = (url.username(), url.password()) == ("", None)
            && (url.query(), url.fragment()) == (None, None)
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain || !is_confidential(&url) {
            return Err(FORM.into());
        }
        if text.len() > MAX_ISSUER {
            return Err(format!("must have at most {MAX_ISSUER} characters"));
        }
        Ok(Self { identifier: text.into(), url })
    }
}

/// Whether what is fetched from this URL cannot be changed on the way: over TLS, or from this
/// machine.
#[must_use]
pub fn is_confidential(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" && url.has_host() || url.scheme() == "http" && is_loopback
}

/// Whom an issuer knows by a name: `<issuer>#<sub>`. An issuer has no fragment, so two issuers
/// never name the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(Arc<str>);

impl Subject {
    /// The subject with this name; `None` if it is empty, too long or not printable.
    #[must_use]
    pub fn new(issuer: &Issuer, sub: &str) -> Option<Self> {
        let name = format!("{}#{sub}", issuer.as_str());
        let is_name = !sub.is_empty() && name.len() <= MAX_SUBJECT && !sub.chars().any(char::is_control);
        is_name.then(|| Self(name.into()))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_url_or_one_of_this_machine() {
        for (text, metadata) in [
            ("https://login.example.com", "https://login.example.com/.well-known/openid-configuration"),
            ("https://login.example.com/", "https://login.example.com/.well-known/openid-configuration"),
            ("https://a.example/realms/b", "https://a.example/realms/b/.well-known/openid-configuration"),
            ("https://a.example/b/", "https://a.example/b/.well-known/openid-configuration"),
            ("http://localhost:8081", "http://localhost:8081/.well-known/openid-configuration"),
            ("http://127.0.0.1:1/x", "http://127.0.0.1:1/x/.well-known/openid-configuration"),
            ("http://[::1]:8081", "http://[::1]:8081/.well-known/openid-configuration"),
        ] {
            let issuer: Issuer = text.parse().unwrap();
            assert_eq!((issuer.as_str(), issuer.metadata_url().as_str()), (text, metadata));
        }
        for text in [
            "",
            "login.example.com",
            "http://login.example.com",
            "http://localhost.example.com",
            "http://192.0.2.1",
            "ftp://localhost",
            "file:///etc/passwd",
            "https://a.example?x=1",
            "https://a.example#x",
            "https://user@a.example",
            "https://:pw@a.example",
            "https://a.example/\u{e9}",
            " https://a.example",
            "https://a.example ",
        ] {
            assert!(text.parse::<Issuer>().unwrap_err().contains("https URL"), "{text}");
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_ISSUER));
        assert!(long.parse::<Issuer>().unwrap_err().contains("100 characters"));
    }

    #[test]
    fn a_subject_has_a_bounded_name_of_its_issuer() {
        let [one, other] = ["https://a.example", "https://a.example/b"].map(|text| text.parse().unwrap());
        let subject = |issuer: &Issuer, sub: &str| Subject::new(issuer, sub).map(|name| name.to_string());
        assert_eq!(subject(&one, "auth0|Zoe").as_deref(), Some("https://a.example#auth0|Zoe"));
        assert_ne!(Subject::new(&one, "x"), Subject::new(&other, "x"));
        assert_ne!(Subject::new(&one, "/b#x"), Subject::new(&other, "x"));
        let longest = "x".repeat(MAX_SUBJECT - "https://a.example#".len());
        assert!(subject(&one, &longest).is_some());
        for sub in ["", "a\nb", "a\0", "\u{7f}", "\u{85}", &format!("{longest}x")] {
            assert_eq!(subject(&one, sub), None, "{sub:?}");
        }
        // Every issuer leaves room for a name.
        let longest = format!("https://a.example/{}", "x".repeat(MAX_ISSUER - 18)).parse().unwrap();
        assert!(subject(&longest, &"x".repeat(MAX_SUBJECT - MAX_ISSUER - 1)).is_some());
    }
}
