//! The rules of an item's fields, and how they are reported.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::service::TestService;

#[tokio::test]
async fn a_created_item_shows_the_trimmed_name_and_the_defaults() {
    let service = TestService::start().await;
    let sent = json!({ "name": "  Lamp ", "status": "active", "attributes": { "color": "red" } });
    let created = service.post("/v1/items", &sent).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(created.body["name"], "Lamp");
    assert_eq!(created.body["status"], "active");
    assert_eq!(created.body["attributes"], json!({ "color": "red" }));
    let item = service.create("Lamp").await;
    assert_eq!((&item["status"], &item["attributes"]), (&json!("draft"), &json!({})));
}

#[tokio::test]
async fn every_fault_of_an_item_is_reported_at_once() {
    let service = TestService::start().await;
    let reply = service.post("/v1/items", &json!({ "name": "", "attributes": [], "colour": 1 })).await;
    reply.is_problem(422, "validation-error");
    assert_eq!(reply.body["title"], "The request is invalid.");
    assert_eq!(reply.body["detail"], "3 fields are not valid.");
    assert_eq!(
        reply.body["errors"],
        json!([
            { "pointer": "#/attributes", "code": "type", "detail": "must be an object" },
            { "pointer": "#/colour", "code": "unknown_field", "detail": "is not a known field" },
            { "pointer": "#/name", "code": "too_short", "detail": "must have at least 1 character" },
        ])
    );
    assert_eq!(service.database.count_items().await, 0);
}

#[tokio::test]
async fn the_limits_of_an_item_hold_exactly() {
    let service = TestService::start().await;
    let nested = |depth: usize| {
        let text = format!("{}{}", r#"{"a":"#.repeat(depth - 1), "{}".to_owned() + &"}".repeat(depth - 1));
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let sized = |bytes: usize| json!({ "a": "x".repeat(bytes - r#"{"a":""}"#.len()) });
    let item = |name: String, attributes: Value| json!({ "name": name, "attributes": attributes });
    for valid in [
        item("x".into(), json!({})),
        item("é".repeat(200), json!({})),
        item(format!(" {} ", "x".repeat(199)), json!({})),
        item("x".into(), nested(32)),
        item("x".into(), sized(64 * 1024)),
    ] {
        let reply = service.post("/v1/items", &valid).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
    }
    for (invalid, pointer, code) in [
        (item("é".repeat(201), json!({})), "#/name", "too_long"),
        (item("\u{2003}\u{a0} ".into(), json!({})), "#/name", "too_short"),
        (item("a\tb".into(), json!({})), "#/name", "control_character"),
        (item("a\u{85}b".into(), json!({})), "#/name", "control_character"),
        (item("x".into(), nested(33)), "#/attributes", "too_deep"),
        (item("x".into(), sized(64 * 1024 + 1)), "#/attributes", "too_large"),
    ] {
        let reply = service.post("/v1/items", &invalid).await;
        assert_eq!(reply.is_problem(422, "validation-error").faults(), [(pointer.into(), code.into())]);
    }
}

#[tokio::test]
async fn a_violated_check_of_the_database_is_reported_like_a_fault_of_the_field() {
    let service = TestService::start().await;
    service.database.execute("ALTER TABLE items DROP CONSTRAINT items_name_check, ADD CONSTRAINT items_name_check CHECK (name <> 'Lamp')").await;
    let reply = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
    assert_eq!(reply.is_problem(422, "validation-error").faults(), [("#/name".into(), "length".into())]);
    assert!(!reply.text.contains("items_name_check"), "{reply:?}");
}

/// A batch of items larger than 8 MiB is reached with fewer than 1,000 of them.
#[tokio::test]
async fn a_batch_of_items_takes_8_mib() {
    let service = TestService::start().await;
    let large = json!({ "op": "create", "item": { "name": "x", "attributes": { "a": "x".repeat(65_000) } } });
    let batch = async |count: usize| {
        service.post("/v1/items/batch", &json!({ "operations": vec![&large; count] })).await
    };
    assert_eq!(batch(120).await.status, StatusCode::OK);
    batch(130).await.is_problem(413, "content-too-large");
    assert_eq!(service.database.count_items().await, 120);
}
