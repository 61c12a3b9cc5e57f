//! Where the keys come from: several issuers, rotation, and issuers that are away.

use std::time::Duration;

use serde_json::json;

use super::{get, get_from, guarded, trusting};
use crate::support::{
    TokenOptions,
    issuer::{Mode, SigningKey, TestIssuer},
};

#[tokio::test]
async fn each_algorithm_is_accepted() {
    let keys = [
        SigningKey::rsa("a", "RS256"),
        SigningKey::rsa("b", "PS256"),
        SigningKey::p256("c"),
        SigningKey::ed25519("d"),
    ];
    let issuer = TestIssuer::start(&keys.each_ref()).await;
    let service = guarded(trusting(&[&issuer])).await;
    for key in &keys {
        let reply = get(&service, &issuer.token(key, "curio:read:*")).await;
        assert_eq!(reply.status, 200, "{key:?} {reply:?}");
    }
    let key = &keys[2];
    let claims = issuer.claims("curio:read:*").to_string();
    for header in [
        json!({ "alg": "ES256", "kid": "c" }),
        json!({ "alg": "ES256", "kid": "c", "typ": "JWT" }),
        json!({ "alg": "ES256", "kid": "c", "typ": "application/at+jwt", "x5t": "unknown" }),
        // The only key for this algorithm needs no name.
        json!({ "alg": "ES256" }),
    ] {
        let reply = get(&service, &key.sign_text(&header.to_string(), &claims)).await;
        assert_eq!(reply.status, 200, "{header} {reply:?}");
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_of_an_issuer_is_picked_up() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let service = guarded(trusting(&[&issuer])).await;
    let status = async |key: &SigningKey| get(&service, &issuer.token(key, "curio:read:*")).await.status;
    assert_eq!(status(&old).await, 200);
    assert_eq!(status(&new).await, 401);
    issuer.publish(&[&old, &new]);
    assert_eq!((status(&new).await, status(&old).await), (reqwest::StatusCode::OK, reqwest::StatusCode::OK));
    issuer.publish(&[&new]);
    // What was removed is noticed with the next load.
    let later = |key: &SigningKey, sub: &str| {
        let mut claims = issuer.claims("curio:read:*");
        claims["sub"] = json!(sub);
        key.sign(&claims)
    };
    assert_eq!(get(&service, &later(&SigningKey::p256("made-up"), "x")).await.status, 401);
    assert_eq!(get(&service, &later(&old, "x")).await.status, 401);
    assert_eq!(get(&service, &later(&new, "x")).await.status, 200);
}

#[tokio::test]
async fn made_up_keys_cause_one_fetch() {
    let key = SigningKey::p256("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let options = TokenOptions { reload_after: Duration::from_hours(24), ..trusting(&[&issuer]) };
    let service = guarded(options).await;
    let made_up = (0..150).map(|n| {
        let (service, issuer) = (&service, &issuer);
        async move {
            let token = issuer.token(&SigningKey::ed25519(&format!("made-up-{n}")), "curio:read:*");
            get_from(service, &token, &format!("10.0.0.{n}")).await.status
        }
    });
    let statuses = futures_util::future::join_all(made_up).await;
    assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    assert_eq!(issuer.fetches(), 1);
    assert_eq!(get(&service, &issuer.token(&key, "curio:read:*")).await.status, 200);
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn without_the_keys_of_an_issuer_it_is_unknown_whether_a_token_is_valid() {
    let key = SigningKey::ed25519("own");
    for mode in [Mode::Away, Mode::Elsewhere, Mode::Large, Mode::OtherIssuer, Mode::Plain, Mode::Nonsense] {
        let issuer = TestIssuer::start(&[&key]).await;
        issuer.respond(mode);
        let service = guarded(trusting(&[&issuer])).await;
        let token = issuer.token(&key, "curio:read:*");
        for token in [&token, &key.sign(&json!({ "iss": issuer.url }))] {
            let reply = get(&service, token).await;
            reply.is_problem(503, "unavailable");
            assert!(reply.header("retry-after").is_some(), "{mode:?} {reply:?}");
        }
        // What no key would make valid is rejected.
        let mut claims = issuer.claims("curio:read:*");
        claims["iss"] = json!("https://other.example");
        assert_eq!(get(&service, &key.sign(&claims)).await.status, 401, "{mode:?}");
        issuer.respond(Mode::Up);
        assert_eq!(get(&service, &token).await.status, 200, "{mode:?}");
        // The last known keys stay when it is away again, and others may be new.
        issuer.respond(mode);
        let unknown = SigningKey::ed25519("unknown");
        for _ in 0..3 {
            let reply = get(&service, &issuer.token(&unknown, "curio:read:*")).await;
            assert_eq!(reply.status, 503, "{mode:?}");
        }
        let mut claims = issuer.claims("curio:read:*");
        claims["sub"] = json!("other");
        assert_eq!(get(&service, &key.sign(&claims)).await.status, 200, "{mode:?}");
    }
}

#[tokio::test]
async fn a_silent_issuer_delays_nobody_for_long() {
    let key = SigningKey::ed25519("own");
    let silent = TestIssuer::start(&[&key]).await;
    silent.respond(Mode::Silent);
    let options = TokenOptions { max_wait: Duration::from_millis(20), ..trusting(&[&silent]) };
    let service = guarded(options).await;
    for _ in 0..2 {
        get(&service, &silent.token(&key, "")).await.is_problem(503, "unavailable");
    }
}

/// More clients than an address may send invalid credentials.
#[tokio::test]
async fn a_new_key_of_a_slow_issuer_makes_no_token_invalid() {
    let (old, new) = (SigningKey::ed25519("old"), SigningKey::ed25519("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let options = TokenOptions { max_wait: Duration::from_millis(20), ..trusting(&[&issuer]) };
    let service = guarded(options).await;
    let known = issuer.token(&old, "curio:read:*");
    while get(&service, &known).await.status != 200 {}
    issuer.respond(Mode::Silent);
    let token = issuer.token(&new, "curio:read:*");
    for _ in 0..70 {
        get(&service, &token).await.is_problem(503, "unavailable");
    }
    assert_eq!(get(&service, &known).await.status, 200);
}

#[tokio::test]
async fn an_issuer_that_was_never_there_makes_tokens_unknown() {
    let key = SigningKey::ed25519("own");
    let mut issuer = TestIssuer::start(&[&key]).await;
    // No server listens on this port.
    issuer.url = "http://127.0.0.1:1".into();
    let service = guarded(trusting(&[&issuer])).await;
    get(&service, &issuer.token(&key, "")).await.is_problem(503, "unavailable");
}

#[tokio::test]
async fn keys_may_come_from_a_file() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let write = |key: &SigningKey| std::fs::write(&file, json!({ "keys": [key.jwk()] }).to_string()).unwrap();
    write(&old);
    let service = guarded(TokenOptions { keys: Some(file.clone()), ..trusting(&[&issuer]) }).await;
    assert_eq!(get(&service, &issuer.token(&old, "curio:read:*")).await.status, 200);
    assert_eq!(get(&service, &issuer.token(&new, "curio:read:*")).await.status, 401);
    write(&new);
    assert_eq!(get(&service, &issuer.token(&new, "curio:read:*")).await.status, 200);
    assert_eq!(issuer.fetches(), 0);
}
