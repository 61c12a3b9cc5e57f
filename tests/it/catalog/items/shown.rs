//! The members that a client wants to see of the items of a list.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::service::TestService;

#[tokio::test]
async fn a_list_shows_the_members_that_a_client_names() {
    let service = TestService::start().await;
    let lamps = json!({ "title": "Lamps", "indexed": [{ "path": "price", "type": "number" }] });
    assert_eq!(service.put("/v1/collections/lamps", &lamps).await.status, StatusCode::CREATED);
    let body = r#"{"collection": "lamps", "name": "Lamp", "attributes":
        {"price": 12345678901234567890.10, "a,b": {"c": [1, {"d": 2}], "e": null}, "colors": ["red"]}}"#;
    let created = service.post_text(body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let id = &created.body["id"];
    let price: Value = serde_json::from_str("12345678901234567890.10").unwrap();
    for list in ["", "&filter=attributes.price>1", "&q=lamp", "&sort=name", "&sort=attributes.price"] {
        for (fields, expected) in [
            ("id", json!({ "id": id })),
            ("version,name,version", json!({ "name": "Lamp", "version": 1 })),
            ("attributes.price", json!({ "attributes": { "price": price } })),
            ("attributes.%22a,b%22.c", json!({ "attributes": { "a,b": { "c": [1, { "d": 2 }] } } })),
            ("attributes,attributes.price", json!({ "attributes": created.body["attributes"] })),
            ("attributes.colors.x,deleted_at", json!({ "attributes": {}, "deleted_at": null })),
        ] {
            let page = service.get(&format!("/v1/items?collection=lamps{list}&fields={fields}")).await;
            assert_eq!(
                (page.status, &page.body["data"]),
                (StatusCode::OK, &json!([expected])),
                "{list} {fields}"
            );
        }
    }
}

#[tokio::test]
async fn a_walk_keeps_the_members_and_its_cursors_work_with_others() {
    let service = TestService::start().await;
    for name in ["a", "b", "c"] {
        service.create(name).await;
    }
    let first = service.get("/v1/items?limit=2&fields=name").await;
    assert_eq!(first.body["data"], json!([{ "name": "c" }, { "name": "b" }]));
    let next = service.get(&first.link("next").unwrap()).await;
    assert_eq!(next.body["data"], json!([{ "name": "a" }]));
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let whole = service.get(&format!("/v1/items?cursor={cursor}")).await;
    assert_eq!((whole.status, &whole.body["data"][0]["name"]), (StatusCode::OK, &json!("a")));
    assert_eq!(whole.body["data"][0].as_object().unwrap().len(), 12);
}

#[tokio::test]
async fn members_that_do_not_exist_are_rejected() {
    let service = TestService::start().await;
    let long = format!("name,attributes.{}", "a".repeat(1024));
    for fields in
        ["", "color", "id,", "name.x", "attributes.", "attributes..a", "attributes.%22a", " id", &long]
    {
        let reply = service.get(&format!("/v1/items?fields={fields}")).await;
        let expected = [("fields".to_owned(), "fields".to_owned())];
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), expected, "{fields}");
    }
    let reply = service.get("/v1/items?fields=id&fields=name").await;
    assert_eq!(reply.is_problem(400, "malformed-request").faults(), [("fields".into(), "repeated".into())]);
    let reply = service.get("/v1/collections?fields=key").await;
    assert_eq!(reply.is_problem(400, "malformed-request").faults()[0].1, "unknown_parameter");
}
