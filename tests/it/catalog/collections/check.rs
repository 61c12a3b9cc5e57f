//! Trying a schema on the items of a collection.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::service::{Reply, TestService};

const CHECK: &str = "/v1/collections/lamps/schema-check";

async fn start(items: u32) -> TestService {
    let service = TestService::start().await;
    service.put("/v1/collections/lamps", &json!({ "title": "Lamps" })).await;
    let insert = format!(
        "INSERT INTO items (id, collection, name, attributes, created_at)
         SELECT gen_random_uuid(), 'lamps', n, jsonb_build_object('n', n),
             timestamptz '2026-01-01' - n * interval '1 second'
         FROM generate_series(1, {items}) AS n"
    );
    service.database.execute(&insert).await;
    service
}

/// The names of the rejected items of all pages, and the number of pages.
async fn walk(service: &TestService, schema: &Value, limit: u32) -> (Vec<i64>, usize) {
    let (mut names, mut pages, mut cursor) = (Vec::new(), 0, Value::Null);
    loop {
        let body = json!({ "schema": schema, "limit": limit, "cursor": cursor });
        let page = service.post(CHECK, &body).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let data = page.body["data"].as_array().unwrap();
        assert!(data.len() <= limit as usize);
        for one in data {
            let item = service.get(&format!("/v1/items/{}", one["id"].as_str().unwrap())).await;
            assert_eq!(item.body["version"], one["version"]);
            names.push(item.body["attributes"]["n"].as_i64().unwrap());
        }
        pages += 1;
        cursor = page.body["next_cursor"].clone();
        if cursor.is_null() {
            return (names, pages);
        }
    }
}

#[tokio::test]
async fn a_check_finds_the_items_that_a_schema_would_reject() {
    let service = start(30).await;
    let schema = json!({ "properties": { "n": { "multipleOf": 3 } }, "required": ["n"] });
    let rejected: Vec<i64> = (1..=30).filter(|n| n % 3 != 0).collect();
    for limit in [1, 7, 20, 21, 200] {
        assert_eq!(walk(&service, &schema, limit).await.0, rejected, "{limit}");
    }
    let page = service.post(CHECK, &json!({ "schema": { "required": ["a", "b"] }, "limit": 1.0 })).await;
    let wanted = ["a", "b"].map(|name| {
        json!({ "pointer": format!("#/attributes/{name}"), "code": "schema.required", "detail": "is required" })
    });
    assert_eq!(page.body["data"][0]["errors"], json!(wanted), "{page:?}");
    assert_eq!(page.body["data"][0]["errors_truncated"], false);
    // What is deleted is not checked, and nothing was changed.
    let id = page.body["data"][0]["id"].as_str().unwrap();
    assert_eq!(service.delete(&format!("/v1/items/{id}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(walk(&service, &json!(false), 200).await.0, (2..=30).collect::<Vec<i64>>());
    assert_eq!(service.get("/v1/collections/lamps").await.body["version"], 1);
    assert_eq!(service.database.number("SELECT count(*) FROM collection_schemas").await, 0);
}

#[tokio::test]
async fn the_work_of_a_check_is_bounded() {
    let service = start(5_000).await;
    let only_last = json!({ "properties": { "n": { "maximum": 4_999 } } });
    assert_eq!(walk(&service, &only_last, 200).await, (vec![5_000], 3));
    // Every item takes many steps.
    service.database.execute("UPDATE items SET attributes = attributes || jsonb_build_object('a', (SELECT jsonb_agg(1) FROM generate_series(1, 300)))").await;
    let parts: Vec<Value> = (0..900).map(|n| json!({ "minimum": -n })).collect();
    let slow = json!({ "properties": { "n": { "maximum": 4_999 }, "a": { "items": { "allOf": parts } } } });
    let first = service.post(CHECK, &json!({ "schema": slow, "limit": 200 })).await;
    assert_eq!((first.status, &first.body["data"]), (StatusCode::OK, &json!([])), "{first:?}");
    assert!(first.body["next_cursor"].is_string());
    // Large responses.
    let many: Vec<String> = (0..100).map(|n| format!("{}{n}", "x".repeat(400))).collect();
    let large = service.post(CHECK, &json!({ "schema": { "required": many }, "limit": 200 })).await;
    assert!(large.text.len() < 4 << 20 && large.body["data"].as_array().unwrap().len() > 10);
    assert!(large.body["next_cursor"].is_string());
}

#[tokio::test]
async fn a_check_rejects_what_is_not_one() {
    let service = start(3).await;
    let invalid = json!({ "schema": { "type": "x" }, "limit": 0, "more": 1 });
    assert_eq!(
        service.post(CHECK, &invalid).await.is_problem(422, "validation-error").faults(),
        [
            ("#/limit".into(), "too_small".into()),
            ("#/more".into(), "unknown_field".into()),
            ("#/schema/type".into(), "invalid_schema".into()),
        ]
    );
    for limit in [json!(201), json!(1.5), json!("1"), json!(null)] {
        let reply = service.post(CHECK, &json!({ "schema": {}, "limit": limit })).await;
        assert_eq!(reply.is_problem(422, "validation-error").faults()[0].0, "#/limit");
    }
    service
        .post("/v1/collections/absent/schema-check", &json!({ "schema": {} }))
        .await
        .is_problem(404, "not-found");
    for name in ["if-match", "if-none-match"] {
        let reply =
            service.send(Method::POST, CHECK, &[(name, "\"1\"")], Some(&json!({ "schema": {} }))).await;
        reply.is_problem(400, "malformed-request");
    }
    // The same schema in another spelling goes on.
    let spelled =
        |schema: &str, cursor: &Value| format!(r#"{{"schema": {schema}, "limit": 1, "cursor": {cursor}}}"#);
    let check = async |body: String| {
        let request = service.request(Method::POST, CHECK).header("content-type", "application/json");
        Reply::of(request.body(body)).await
    };
    let first = check(spelled(r#"{"minProperties": 9, "properties": {}}"#, &Value::Null)).await;
    let next =
        check(spelled(r#"{"properties": {}, "minProperties": 9.0}"#, &first.body["next_cursor"])).await;
    assert_eq!(next.status, StatusCode::OK, "{next:?}");
    let first = service.post(CHECK, &json!({ "schema": false, "limit": 1 })).await;
    let cursor = &first.body["next_cursor"];
    for (schema, cursor, code) in
        [(json!({}), cursor, "cursor_mismatch"), (json!(false), &json!("x"), "cursor")]
    {
        let reply = service.post(CHECK, &json!({ "schema": schema, "cursor": cursor })).await;
        let faults = reply.is_problem(400, "malformed-request").faults();
        assert_eq!(faults, [("#/cursor".into(), code.into())]);
    }
}
