//! Access tokens of issuers that are trusted.

mod attacks;
mod issuers;
mod operation;
mod quota;
mod scopes;

use std::time::Duration;

use reqwest::Method;

use crate::support::{
    Auth, Options, TokenOptions,
    issuer::{AUDIENCE, TestIssuer},
    service::{Reply, TestService, options},
};

/// Accepts the tokens of these issuers. Each token with an unknown key loads their keys.
pub fn trusting(issuers: &[&TestIssuer]) -> TokenOptions {
    TokenOptions {
        issuers: issuers.iter().map(|issuer| issuer.url.parse().unwrap()).collect(),
        audience: AUDIENCE.into(),
        keys: None,
        reload_after: Duration::ZERO,
        max_wait: Duration::from_secs(20),
    }
}

/// A service that requires a key or a token. The address of a client is what it says, and its quota
/// of failures is not restored while a test runs.
pub async fn guarded(tokens: TokenOptions) -> TestService {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let failures = "60/24h".parse().unwrap();
    let options =
        Options { auth: Auth::Required, tokens: Some(tokens), trusted_proxies, failures, ..options() };
    TestService::start_with(options).await
}

/// Reads the list of items with a token.
async fn get(service: &TestService, token: &str) -> Reply {
    get_from(service, token, "192.0.2.1").await
}

/// As [`get`], from this address: the quota of invalid tokens is that of an address.
async fn get_from(service: &TestService, token: &str, address: &str) -> Reply {
    let field = format!("Bearer {token}");
    let fields = [("authorization", &*field), ("x-forwarded-for", address)];
    service.send(Method::GET, "/v1/items", &fields, None).await
}
