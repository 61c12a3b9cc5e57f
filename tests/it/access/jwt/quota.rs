//! How often a client may send invalid credentials: verifying them takes queries and time.

use curio::access::ApiKey;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{get, get_from, guarded, trusting};
use crate::{
    access::Client,
    support::{
        eventually,
        issuer::{SigningKey, TestIssuer},
    },
};

fn made_up() -> String {
    ApiKey::generate().expose()
}

const ALL: &str = "read:* write:* delete:* purge:* manage:*";
const ADDRESS: &str = "192.0.2.1";
const ELSEWHERE: &str = "198.51.100.1";

#[tokio::test]
async fn a_used_up_quota_of_failures_rejects_what_takes_work() {
    let key = SigningKey::p256("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let service = guarded(trusting(&[&issuer])).await;
    let (known, other) = (Client::new(&service, "read:*").await, Client::new(&service, "read:*").await);
    let forwarded = [("x-forwarded-for", ADDRESS)];
    let by_key = async |client: &Client<'_>| client.send(Method::GET, "/v1/items", &forwarded, None).await;
    let token = issuer.token(&key, "curio:read:*");
    assert_eq!(
        (by_key(&known).await.status, get(&service, &token).await.status.as_u16()),
        (reqwest::StatusCode::OK, 200)
    );
    for _ in 0..60 {
        get(&service, &made_up()).await.is_problem(401, "unauthorized");
    }
    // None of these is looked up or verified: the table is away, and the issuer counts.
    service.database.execute("ALTER TABLE api_keys RENAME TO away").await;
    get(&service, &made_up()).await.is_problem(429, "quota-exceeded");
    let limited = by_key(&other).await;
    limited.is_problem(429, "quota-exceeded");
    assert!(limited.header("retry-after").is_some(), "{limited:?}");
    let fetches = issuer.fetches();
    for invalid in [&issuer.token(&SigningKey::p256("made-up"), ""), &issuer.token(&key, "curio:read:a")] {
        get(&service, invalid).await.is_problem(429, "quota-exceeded");
    }
    assert_eq!(issuer.fetches(), fetches);
    service.database.execute("ALTER TABLE away RENAME TO api_keys").await;
    // What was valid before is not rejected because of others at the same address.
    assert_eq!(
        (by_key(&known).await.status, get(&service, &token).await.status.as_u16()),
        (reqwest::StatusCode::OK, 200)
    );
    // Other addresses have quotas of their own.
    assert_eq!(get_from(&service, &issuer.token(&key, "curio:read:a"), ELSEWHERE).await.status, 200);
    let elsewhere = [("x-forwarded-for", ELSEWHERE)];
    assert_eq!(other.send(Method::GET, "/v1/items", &elsewhere, None).await.status, 200);
    // Pages that are open to everybody stay open.
    let pages = [("authorization", &*format!("Bearer {}", made_up())), ("x-forwarded-for", ADDRESS)];
    assert_eq!(service.send(Method::GET, "/openapi.json", &pages, None).await.status, 200);
}

#[tokio::test]
async fn a_key_that_changes_is_not_rejected_because_of_others() {
    let key = SigningKey::p256("own");
    let service = guarded(trusting(&[&TestIssuer::start(&[&key]).await])).await;
    let (admin, client) = (Client::new(&service, ALL).await, Client::new(&service, "read:*").await);
    let list = async |secret: &str| get(&service, secret).await.status;
    assert_eq!(list(&client.key.expose()).await, StatusCode::OK);
    for _ in 0..60 {
        get(&service, &made_up()).await.is_problem(401, "unauthorized");
    }
    let path = format!("/v1/keys/{}", client.key.id());
    let renamed = admin.send(Method::PATCH, &path, &[], Some(&json!({ "name": "other" }))).await;
    assert_eq!((renamed.status, list(&client.key.expose()).await), (StatusCode::OK, StatusCode::OK));
    let rotated = admin.post(&format!("{path}/rotate"), &json!({ "grace_seconds": 60 })).await;
    let secret = rotated.body["secret"].as_str().unwrap();
    assert_eq!((list(secret).await, list(&client.key.expose()).await), (StatusCode::OK, StatusCode::OK));
    let created = admin.post("/v1/keys", &json!({ "name": "new", "grants": ["read:*"] })).await;
    assert_eq!(list(created.body["secret"].as_str().unwrap()).await, StatusCode::OK);
    // Another replica rotates it, which this one does not notice at once.
    let by_another = ApiKey::with_new_secret(client.key.id());
    sqlx::query("UPDATE api_keys SET hash = $1 WHERE key_id = $2")
        .bind(by_another.hash())
        .bind(by_another.id().as_str())
        .execute(&mut service.database.connect().await)
        .await
        .unwrap();
    let by_another = async || list(&by_another.expose()).await == StatusCode::OK;
    eventually("the secret of another replica is accepted", by_another).await;
    get(&service, &made_up()).await.is_problem(429, "quota-exceeded");
    let deleted = admin.send(Method::DELETE, &path, &[], None).await;
    assert_eq!((deleted.status, list(secret).await.as_u16()), (StatusCode::NO_CONTENT, 429));
}
