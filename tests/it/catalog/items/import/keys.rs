//! Imports with an idempotency key.

use reqwest::Method;
use serde_json::json;

use super::{NDJSON, counts, ndjson};
use crate::support::{
    eventually,
    service::{Reply, TestService},
};

async fn keyed(service: &TestService, query: &str, body: &str) -> Reply {
    let request = service.request(Method::POST, &format!("/v1/items/import{query}"));
    let request = request.header("content-type", NDJSON).header("idempotency-key", "one");
    Reply::of(request.body(body.to_owned())).await
}

#[tokio::test]
async fn an_import_with_a_key_is_carried_out_once() {
    let service = TestService::start().await;
    let lines = ndjson(&(0..900).map(|n| json!({ "name": format!("n{n}") })).collect::<Vec<_>>());
    // What is rejected stores no key.
    keyed(&service, "", "{}").await.is_problem(422, "validation-error");
    let first = keyed(&service, "", &lines).await;
    counts(&first, [900, 900, 0, 0]);
    assert_eq!(first.header("idempotent-replayed"), None);
    let again = keyed(&service, "", &lines).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), (Some("true"), &first.body));
    assert_eq!(service.database.count_items().await, 900);

    // The bodies differ in the last byte, and the query.
    for (query, body) in [("", format!("{lines} ")), ("?on_error=skip", lines.clone())] {
        let other = keyed(&service, query, &body).await;
        let fault = ("Idempotency-Key".to_owned(), "key_reused".to_owned());
        assert_eq!(other.is_problem(422, "validation-error").faults(), [fault]);
    }
    let dry = keyed(&service, "?validate_only=true", &lines).await;
    assert_eq!((dry.header("idempotent-replayed"), &dry.body["created"]), (None, &json!(900)));
    keyed(&service, "?validate_only=true", "{\"name\": \"x\"}").await.is_problem(422, "validation-error");
    assert_eq!(service.database.count_items().await, 900);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict() {
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; SELECT FROM collections FOR UPDATE").execute(&mut holder).await.unwrap();
    let (first, ()) = tokio::join!(keyed(&service, "", "{\"name\": \"x\"}"), async {
        let locks = "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
                     WHERE locktype = 'advisory' AND datname = current_database()";
        eventually("the key is locked", async || service.database.number(locks).await == 1).await;
        // Only one import runs at once here, but another write of the same client may use the key.
        let fields = [("idempotency-key", "one")];
        let busy = service.send(Method::POST, "/v1/items", &fields, Some(&json!({ "name": "x" }))).await;
        busy.is_problem(409, "conflict");
        assert_eq!(busy.header("retry-after"), Some("1"));
        sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    });
    counts(&first, [1, 1, 0, 0]);
}
