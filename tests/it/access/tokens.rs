//! How a key is sent, how often one may be wrong, and what is logged and counted.

use curio::access::ApiKey;
use reqwest::Method;
use serde_json::json;

use super::{Client, guarded};
use crate::support::{
    Auth, Options,
    log::Log,
    service::{Reply, TestService, options},
};

#[tokio::test]
async fn a_malformed_field_is_400() {
    let service = guarded().await;
    for fields in [&["Bearer"][..], &["Bearer a b"], &["Bearer a", "Bearer b"], &["Bearer \u{e9}"]] {
        let mut request = service.request(Method::GET, "/v1/items");
        for field in fields {
            request = request.header("authorization", *field);
        }
        let reply = Reply::of(request).await;
        reply.is_problem(400, "malformed-request");
        assert_eq!(
            reply.header("www-authenticate"),
            Some("Bearer realm=\"curio\", error=\"invalid_request\"")
        );
        assert_eq!(reply.faults(), [("Authorization".to_owned(), "bearer".to_owned())]);
    }
}

#[tokio::test]
async fn failures_have_a_quota_that_no_known_key_needs() {
    let failures = "60/24h".parse().unwrap();
    let service = TestService::start_with(Options { auth: Auth::Required, failures, ..options() }).await;
    let client = Client::new(&service, "read:*").await;
    assert_eq!(client.get("/v1/items").await.status, 200);
    let field = format!("Bearer {}", ApiKey::generate().expose());
    let wrong = async || service.send(Method::GET, "/v1/items", &[("authorization", &field)], None).await;
    for _ in 0..60 {
        wrong().await.is_problem(401, "unauthorized");
    }
    let limited = wrong().await;
    limited.is_problem(429, "quota-exceeded");
    assert!(limited.header("retry-after").is_some());
    assert_eq!(client.get("/v1/items").await.status, 200);
    assert_eq!(service.get("/v1/items").await.status, 401);
    let metrics = client.get("/metrics").await.text;
    // The last one was recalled or, if that took too long, not even looked up.
    assert!(metrics.contains("curio_authentications_total{result=\"unknown\"} 6"), "{metrics}");
    assert!(metrics.contains("curio_authentications_total{result=\"missing\"} 1"), "{metrics}");
}

#[tokio::test]
async fn metrics_of_all_collections_need_read_of_all() {
    let service = guarded().await;
    let some = Client::new(&service, "manage:acme.*").await;
    some.get("/metrics").await.is_problem(403, "insufficient-scope");
    assert_eq!(Client::new(&service, "read:*").await.get("/metrics").await.status, 200);
}

#[tokio::test]
async fn a_quota_is_that_of_a_key_and_else_of_an_address() {
    let rate_limit = Some("3/60s".parse().unwrap());
    let service = TestService::start_with(Options { auth: Auth::Required, rate_limit, ..options() }).await;
    let (one, other) = (Client::new(&service, "read:*").await, Client::new(&service, "read:*").await);
    for client in [&one, &other] {
        for _ in 0..3 {
            assert_eq!(client.get("/v1/items").await.status, 200);
        }
        client.get("/v1/items").await.is_problem(429, "quota-exceeded");
    }
    for _ in 0..3 {
        assert_eq!(service.get("/v1/items").await.status, 401);
    }
    service.get("/v1/items").await.is_problem(429, "quota-exceeded");
}

#[tokio::test]
async fn without_the_database_it_is_unknown_whether_a_key_is_valid() {
    let service = guarded().await;
    let client = Client::new(&service, "read:*").await;
    service.database.execute("ALTER TABLE api_keys RENAME TO away").await;
    let reply = client.get("/v1/items").await;
    assert_eq!(reply.status, 500, "{reply:?}");
    // What needs no key asks for none.
    for open in ["/livez", "/openapi.json"] {
        assert_eq!(client.get(open).await.status, 200, "{open}");
    }
    service.database.execute("ALTER TABLE away RENAME TO api_keys").await;
    assert_eq!(client.get("/v1/items").await.status, 200);
    // A key that is known needs no query.
    service.database.execute("ALTER TABLE api_keys RENAME TO away").await;
    assert_eq!(client.get("/v1/items").await.status, 200);
}

#[tokio::test]
async fn idempotency_keys_belong_to_a_key_and_to_its_grants() {
    let service = guarded().await;
    let admin = Client::new(&service, "manage:* write:*").await;
    let (one, other) = (Client::new(&service, "write:*").await, Client::new(&service, "write:*").await);
    let fields = [("idempotency-key", "k")];
    let body = json!({ "name": "Lamp" });
    let create =
        async |client: &Client<'_>| client.send(Method::POST, "/v1/items", &fields, Some(&body)).await;
    let first = create(&one).await;
    assert_eq!(first.status, 201);
    assert_eq!(create(&one).await.body, first.body);
    assert_ne!(create(&other).await.body, first.body);
    let path = format!("/v1/keys/{}", one.key.id());
    let narrowed = admin.send(Method::PATCH, &path, &[], Some(&json!({ "grants": ["write:acme"] }))).await;
    assert_eq!(narrowed.status, 200, "{narrowed:?}");
    // What was shown before is not shown to who may not read it any more.
    create(&one).await.is_problem(422, "validation-error");
}

#[tokio::test]
async fn a_secret_in_the_wrong_place_is_not_logged() {
    let log = Log::capture();
    let service = guarded().await;
    let admin = Client::new(&service, "read:* manage:*").await;
    let key = admin.key.expose();
    let id = [("x-request-id", &*key)];
    for path in [format!("/v1/keys/{key}"), format!("/{key}"), format!("/v1/items?fields={key}")] {
        assert!(admin.send(Method::GET, &path, &id, None).await.status.is_client_error());
    }
    let method = Method::from_bytes(key.as_bytes()).unwrap();
    admin.send(method, "/v1/items", &[], None).await.is_problem(405, "method-not-allowed");
    assert!(log.text().contains(&format!("/v1/keys/{:?}", admin.key)), "{}", log.text());
    assert!(!log.text().contains(&key["curio_12345678_".len()..]), "{}", log.text());
}
