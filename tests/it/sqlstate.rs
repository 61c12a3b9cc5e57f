//! What PostgreSQL reports, as clients see it.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    DatabaseOptions, Options,
    database::TestDatabase,
    service::{TestService, options, path},
};

#[tokio::test]
async fn every_sqlstate_has_its_status() {
    let service = TestService::start().await;
    service
        .database
        .execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 EXECUTE format('DO $do$ BEGIN RAISE EXCEPTION %L USING ERRCODE = %L; END $do$', 'secret', NEW.name);
             END $$;
             CREATE TRIGGER fail BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION fail()",
        )
        .await;
    for (code, status, slug) in [
        ("23505", 409, "conflict"),
        ("23503", 409, "conflict"),
        ("55P03", 409, "conflict"),
        ("23502", 422, "validation-error"),
        ("22001", 422, "validation-error"),
        ("22003", 422, "validation-error"),
        ("22021", 422, "validation-error"),
        ("22P02", 422, "validation-error"),
        ("22P05", 422, "validation-error"),
        ("57014", 503, "unavailable"),
        ("25006", 503, "unavailable"),
        ("08006", 503, "unavailable"),
        ("53100", 503, "unavailable"),
        ("53300", 503, "unavailable"),
        ("57P01", 503, "unavailable"),
        ("57P03", 503, "unavailable"),
        ("57P05", 503, "unavailable"),
        ("25P03", 503, "unavailable"),
        ("25P04", 503, "unavailable"),
        ("58030", 503, "unavailable"),
        ("42P01", 500, "internal-error"),
        ("XX000", 500, "internal-error"),
    ] {
        let reply = service.post("/v1/items", &json!({ "name": code })).await;
        reply.is_problem(status, slug);
        let is_transient = status == 503 || code == "55P03";
        assert_eq!(reply.header("retry-after"), is_transient.then_some("1"), "{code}");
        assert!(!reply.text.contains("secret"), "{reply:?}");
        let is_slow = reply.body["detail"] == "The request took too long.";
        assert_eq!(is_slow, code == "57014", "{reply:?}");
    }
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_locked_table_is_unavailable_and_for_changes_locked() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions { lock_timeout: Duration::from_millis(100), ..database.options() };
    let service = TestService::on(database, pool, options());
    let path = path(&service.create("Lamp").await);
    let mut operator = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut operator).await.unwrap();
    for reply in [
        service.get(&path).await,
        service.get("/v1/items").await,
        service.post("/v1/items", &json!({ "name": "x" })).await,
    ] {
        assert_eq!(reply.is_problem(503, "unavailable").header("retry-after"), Some("1"));
    }
    let reply = service.patch(&path, &json!({ "name": "x" })).await;
    assert_eq!(reply.is_problem(409, "conflict").header("retry-after"), Some("1"));
    sqlx::raw_sql("ROLLBACK; BEGIN; SELECT FROM items FOR UPDATE").execute(&mut operator).await.unwrap();
    service.patch(&path, &json!({ "name": "x" })).await.is_problem(409, "conflict");
    assert_eq!(service.get(&path).await.status, StatusCode::OK);
}

/// PostgreSQL names the row to the first of them alone.
#[tokio::test]
async fn all_changes_that_wait_for_an_entity_find_it_locked() {
    let database = TestDatabase::new().await;
    let lock_timeout = Duration::from_millis(300);
    let pool = DatabaseOptions { lock_timeout, max_connections: 16, ..database.options() };
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let service = TestService::on(database, pool, Options { trusted_proxies, ..options() });
    let item = path(&service.create("Lamp").await);
    let collection = "/v1/collections/default";
    let key = service.post("/v1/keys", &json!({ "name": "x", "grants": ["read:*"] })).await;
    let key = key.header("location").unwrap_or_else(|| panic!("{key:?}"));
    let mut operator = service.database.connect().await;
    sqlx::raw_sql(
        "BEGIN; SELECT FROM items FOR UPDATE; SELECT FROM collections FOR UPDATE; SELECT FROM api_keys FOR UPDATE",
    )
    .execute(&mut operator)
    .await
    .unwrap();
    let name = json!({ "name": "x" });
    let id = item.rsplit('/').next().unwrap();
    let operations = json!({ "operations": [{ "op": "delete", "id": id }] });
    let restore = format!("{item}/restore");
    for (method, path, body) in [
        (Method::PATCH, &*item, Some(&name)),
        (Method::PUT, &item, Some(&name)),
        (Method::DELETE, &item, None),
        (Method::POST, &restore, None),
        (Method::POST, "/v1/items/batch", Some(&operations)),
        (Method::PATCH, collection, Some(&json!({ "title": "x" }))),
        (Method::PATCH, key, Some(&name)),
        (Method::DELETE, key, None),
    ] {
        // The requests of one client would not wait in the database.
        let request = async |client: u8| {
            let fields = [("x-forwarded-for", &*format!("203.0.113.{client}"))];
            service.send(method.clone(), path, &fields, body).await
        };
        for reply in join_all((0..4).map(request)).await {
            assert_eq!(reply.is_problem(409, "conflict").header("retry-after"), Some("1"), "{method} {path}");
        }
    }
}
