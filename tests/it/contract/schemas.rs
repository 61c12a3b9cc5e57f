//! The sample requests about schemas of collections.

use reqwest::Method;
use serde_json::json;

use super::samples::{JSON, Sample};
use crate::support::service::TestService;

/// Sample requests, after a collection with two schemas was created.
pub async fn samples(service: &TestService) -> Vec<Sample> {
    for n in 1..=2 {
        service
            .put("/v1/collections/lamps", &json!({ "title": "x", "schema": { "minProperties": n } }))
            .await;
    }
    service
        .post("/v1/items", &json!({ "collection": "lamps", "name": "x", "attributes": { "a": 1, "b": 2 } }))
        .await;
    [list(), get(), check()].concat()
}

fn list() -> Vec<Sample> {
    let list = |status, path: &str| {
        Sample::new("list_schemas", Method::GET, &format!("/v1/collections/{path}"), status)
    };
    vec![
        list(200, "lamps/schemas?limit=1"),
        list(200, "lamps/schemas").header("prefer", "count=exact"),
        list(400, "lamps/schemas?limit=0"),
        list(404, "absent/schemas"),
        list(406, "lamps/schemas").header("accept", "text/html"),
    ]
}

fn get() -> Vec<Sample> {
    let get = |status, path: &str| {
        Sample::new("get_schema", Method::GET, &format!("/v1/collections/{path}"), status)
    };
    vec![
        get(200, "lamps/schemas/1"),
        get(304, "lamps/schemas/1").header("if-none-match", "*"),
        get(400, "lamps/schemas/x"),
        get(404, "lamps/schemas/3"),
        get(406, "lamps/schemas/1").header("accept", "text/html"),
        get(412, "lamps/schemas/1").header("if-match", "\"99\""),
    ]
}

fn check() -> Vec<Sample> {
    let check = |status, key: &str| {
        Sample::new("check_schema", Method::POST, &format!("/v1/collections/{key}/schema-check"), status)
    };
    let valid = |status, key: &str| check(status, key).text(JSON, json!({ "schema": false }).to_string());
    vec![
        valid(200, "lamps"),
        check(400, "lamps").text(JSON, "{"),
        valid(400, "lamps").header("if-match", "*"),
        valid(404, "absent"),
        valid(406, "lamps").header("accept", "text/html"),
        check(413, "lamps").text(JSON, " ".repeat(1024 * 1024 + 1)),
        check(415, "lamps").text("text/plain", "{}"),
        check(415, "lamps").text(JSON, "{}").header("content-encoding", "compress"),
        check(422, "lamps").text(JSON, json!({ "schema": { "type": 1 } }).to_string()),
    ]
}
