//! How a client says who it is (RFC 6750 §2.1), and why that is not known.

use axum::extract::{MatchedPath, Request};
use http::{HeaderMap, header::AUTHORIZATION};

use crate::{
    authentication::{Authenticator, Credential, Rejection},
    http::operator,
};

/// The routes that are open to everybody, in addition to the probes and what is below `/docs`.
const OPEN: [&str; 5] = [
    "/",
    "/openapi.json",
    "/problems/{kind}",
    "/.well-known/api-catalog",
    "/.well-known/oauth-protected-resource",
];

/// Whether a request needs no credential.
pub fn is_open(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_of_docs = route == "/docs" || route.starts_with("/docs/");
    operator::is_probe(request) || OPEN.contains(&route) || is_of_docs
}

/// Why it is unknown who makes a request.
#[derive(Debug, Clone)]
pub enum Unauthenticated {
    /// There is no credential.
    Missing,
    /// `Authorization` is malformed.
    Malformed,
    /// It is neither the text of a key nor that of a token.
    NoCredential,
    /// The client has sent too many invalid ones to try another one, for this many seconds.
    Limited(u64),
    /// The key or the token is not valid.
    Rejected(Rejection),
}

impl Unauthenticated {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::NoCredential => "no_credential",
            Self::Limited(_) => "limited",
            Self::Rejected(rejection) => rejection.reason.as_str(),
        }
    }
}

/// The credential of a request.
pub fn parse_bearer(
    headers: &HeaderMap,
    authenticator: &Authenticator,
) -> Result<Credential, Unauthenticated> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let field = fields.next().ok_or(Unauthenticated::Missing)?;
    if fields.next().is_some() {
        return Err(Unauthenticated::Malformed);
    }
    let field = field.to_str().map_err(|_| Unauthenticated::Malformed)?;
    let (scheme, token) = field.split_once(' ').unwrap_or((field, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        // Credentials of another scheme are none here.
        return Err(Unauthenticated::Missing);
    }
    let token = token.trim_start_matches(' ');
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let body = token.trim_end_matches('=');
    if body.is_empty() || !body.bytes().all(is_of_token) {
        return Err(Unauthenticated::Malformed);
    }
    authenticator.parse(token).ok_or(Unauthenticated::NoCredential)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;

    use super::*;
    use crate::{access::ApiKey, authentication::TokenOptions};

    fn authenticator(issuers: &[&str]) -> Authenticator {
        let issuers: Vec<_> = issuers.iter().map(|text| text.parse().unwrap()).collect();
        let options = TokenOptions {
            issuers,
            audience: "a".into(),
            keys: None,
            reload_after: Duration::ZERO,
            max_wait: Duration::ZERO,
        };
        Authenticator::new(Some(&options).filter(|options| !options.issuers.is_empty()))
    }

    #[test]
    fn a_credential_is_a_bearer_token() {
        let (keys, both) = (authenticator(&[]), authenticator(&["https://a.example"]));
        let parse = |fields: &[&str], authenticator: &Authenticator| {
            let field = |field: &&str| (AUTHORIZATION, HeaderValue::from_str(field).unwrap());
            let headers = fields.iter().map(field).collect();
            parse_bearer(&headers, authenticator).map_err(|why| why.name())
        };
        let key = ApiKey::generate();
        let text = key.expose();
        for authenticator in [&keys, &both] {
            for field in ["Bearer", "bearer", "BEARER", "Bearer "] {
                let parsed = parse(&[&format!("{field} {text}")], authenticator);
                assert_eq!(parsed, Ok(Credential::Key(key.clone())), "{field}");
            }
            for missing in [&[][..], &["Basic YTpi"], &["Bearerx"], &[&text], &[""]] {
                assert_eq!(parse(missing, authenticator), Err("missing"), "{missing:?}");
            }
            for field in [
                &["Bearer"][..],
                &["Bearer "],
                &["Bearer ="],
                &["Bearer a b"],
                &["Bearer a,b"],
                &["Bearer a=b"],
                &["Bearer a.b.c", "Bearer a.b.c"],
            ] {
                assert_eq!(parse(field, authenticator), Err("malformed"), "{field:?}");
            }
            let short = format!("Bearer {}", &text[..text.len() - 1]);
            for other in ["Bearer a", "Bearer a==", "Bearer a.b", "Bearer a.b.c.d.e", &short] {
                assert_eq!(parse(&[other], authenticator), Err("no_credential"), "{other}");
            }
        }
        assert_eq!(parse(&["Bearer a.b.c"], &both), Ok(Credential::Token("a.b.c".parse().unwrap())));
        assert_eq!(parse(&["Bearer a.b.c"], &keys), Err("no_credential"));
    }
}
