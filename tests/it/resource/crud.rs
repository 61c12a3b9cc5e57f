//! Each row of the table of items: create, get, replace, patch, delete, options.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::service::{Answer, TestService, path};

const PATCH_TYPES: &str = "application/merge-patch+json, application/json-patch+json, application/json";

#[tokio::test]
async fn a_created_item_has_what_was_sent_and_what_the_server_gives() {
    let service = TestService::start().await;
    let sent = json!({ "name": "  Lamp ", "status": "active", "attributes": { "color": "red" } });
    let created = service.post("/v1/items", &sent).await;

    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(created.header("etag"), Some("\"1\""));
    assert_eq!(created.header("location").unwrap(), path(&created.body));
    assert_eq!(created.header("content-type"), Some("application/json"));
    assert_eq!(created.body["name"], "Lamp");
    assert_eq!(created.body["status"], "active");
    assert_eq!(created.body["attributes"], json!({ "color": "red" }));
    assert_eq!(created.body["version"], 1);
    assert_eq!(created.body["id"].as_str().unwrap().as_bytes()[14], b'7', "UUID version 7");
    for time in ["created_at", "updated_at"] {
        let time = created.body[time].as_str().unwrap();
        assert_eq!(time.len(), "2026-11-22T12:00:00.000000Z".len(), "{time}");
        assert!(time.ends_with('Z'), "{time}");
    }
    assert_eq!(service.get(&path(&created.body)).await.body, created.body);
}

#[tokio::test]
async fn what_is_left_out_gets_its_default() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    assert_eq!((&item["status"], &item["attributes"]), (&json!("draft"), &json!({})));
}

#[tokio::test]
async fn numbers_come_back_as_they_were_written() {
    let service = TestService::start().await;
    let attributes = r#"{"big":123456789012345678901234567890,"exact":1.10,"small":0.1e-3}"#;
    let created = service.post_text(format!(r#"{{"name":"Lamp","attributes":{attributes}}}"#)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    for kept in ["123456789012345678901234567890", "1.10", "0.0001"] {
        assert!(created.text.contains(kept), "{kept} in {}", created.text);
    }
    let patched = service.patch(&path(&created.body), &json!({ "attributes": { "color": "red" } })).await;
    assert!(
        patched.text.contains("123456789012345678901234567890") && patched.text.contains("1.10"),
        "{patched:?}"
    );
}

#[tokio::test]
async fn get_answers_with_the_entity_tag_and_304_to_a_client_that_has_it() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    let got = service.get(&path).await;
    assert_eq!((got.status, got.header("etag")), (StatusCode::OK, Some("\"1\"")));
    assert_eq!(got.header("cache-control"), Some("private, no-cache"));

    let conditional = async |tags: &str| {
        Answer::of(service.request(Method::GET, &path).header("if-none-match", tags)).await
    };
    for tags in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        let answer = conditional(tags).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{tags}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"), "as the 200 of a large item");
        assert_eq!(answer.header("etag"), Some("\"1\""), "{tags}");
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "{tags}");
    }
    assert_eq!(conditional("\"2\", W/\"11\"").await.status, StatusCode::OK);
    let malformed = conditional("1").await;
    assert_eq!(
        malformed.is_problem(400, "malformed-request").faults(),
        [("If-None-Match".into(), "entity_tag".into())]
    );
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    for path in [path.as_str(), "/v1/items"] {
        let got = service.get(path).await;
        let head = Answer::of(service.request(Method::HEAD, path)).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
        for name in ["etag", "cache-control", "content-type", "content-length", "link"] {
            assert_eq!(head.header(name), got.header(name), "{name} of {path}");
        }
    }
    let missing =
        Answer::of(service.request(Method::HEAD, "/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55")).await;
    assert_eq!(
        (missing.status, missing.header("content-type")),
        (StatusCode::NOT_FOUND, Some("application/problem+json"))
    );
}

#[tokio::test]
async fn put_replaces_everything_and_counts_up() {
    let service = TestService::start().await;
    let created = service
        .post("/v1/items", &json!({ "name": "Lamp", "status": "active", "attributes": { "a": 1 } }))
        .await;
    let path = path(&created.body);
    let replaced = service.put(&path, &json!({ "id": created.body["id"], "name": "Desk lamp" })).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    assert_eq!(replaced.header("etag"), None, "the server altered what was sent");
    assert_eq!(replaced.body["name"], "Desk lamp");
    assert_eq!((&replaced.body["status"], &replaced.body["attributes"]), (&json!("draft"), &json!({})));
    assert_eq!(
        (&replaced.body["version"], &replaced.body["created_at"]),
        (&json!(2), &created.body["created_at"])
    );
    assert!(replaced.body["updated_at"].as_str() > created.body["updated_at"].as_str());
    assert_eq!(service.get(&path).await.body, replaced.body);

    let other = json!({ "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "name": "Lamp" });
    let refused = service.put(&path, &other).await;
    assert_eq!(refused.is_problem(422, "validation-error").faults(), [("#/id".into(), "mismatch".into())]);
}

#[tokio::test]
async fn a_merge_patch_merges_deeply_and_removes_what_is_null() {
    let service = TestService::start().await;
    let attributes = json!({ "color": "red", "size": { "height": 30, "width": 10 }, "tags": ["a", "b"] });
    let created = service.post("/v1/items", &json!({ "name": "Lamp", "attributes": attributes })).await;
    let patch = json!({ "status": "active", "attributes": { "color": null, "size": { "width": 11 }, "tags": ["c"] } });
    let patched = service.patch(&path(&created.body), &patch).await;
    assert_eq!((patched.status, patched.header("etag")), (StatusCode::OK, Some("\"2\"")));
    assert_eq!(patched.body["name"], "Lamp");
    assert_eq!(patched.body["status"], "active");
    assert_eq!(patched.body["attributes"], json!({ "size": { "height": 30, "width": 11 }, "tags": ["c"] }));

    let reset = service.patch(&path(&created.body), &json!({ "status": null, "attributes": null })).await;
    assert_eq!((&reset.body["status"], &reset.body["attributes"]), (&json!("draft"), &json!({})));
    assert_eq!(reset.body["version"], 3);
}

#[tokio::test]
async fn the_result_of_a_patch_is_validated_and_read_only_members_stay() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let cases = [
        (json!({ "name": null }), ("#/name", "required")),
        (json!({ "name": " " }), ("#/name", "too_short")),
        (json!({ "colour": 1 }), ("#/colour", "unknown_field")),
        (json!({ "colour": null }), ("#/colour", "unknown_field")),
        (json!({ "attributes": [] }), ("#/attributes", "type")),
        (json!({ "version": 1 }), ("#/version", "read_only")),
        (json!({ "id": item["id"] }), ("#/id", "read_only")),
        (json!([]), ("#", "type")),
        (json!("x"), ("#", "type")),
    ];
    for (patch, (place, code)) in cases {
        let answer = service.patch(&path(&item), &patch).await;
        assert_eq!(
            answer.is_problem(422, "validation-error").faults(),
            [(place.into(), code.into())],
            "{patch}"
        );
    }
    assert_eq!(service.get(&path(&item)).await.body, item, "nothing was changed");
}

#[tokio::test]
async fn patch_names_the_media_types_that_it_takes() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let patch = async |media_type: &str| {
        let request = service.request(Method::PATCH, &path(&item)).header("content-type", media_type);
        Answer::of(request.body(r#"{"status":"active"}"#)).await
    };
    for taken in ["application/merge-patch+json", "application/json", "application/JSON; charset=UTF-8"] {
        assert_eq!(patch(taken).await.status, StatusCode::OK, "{taken}");
    }
    for refused in ["text/plain", "application/json; charset=latin1", "application/xml", "json"] {
        let answer = patch(refused).await;
        let accept = answer.is_problem(415, "unsupported-media-type").header("accept-patch");
        assert_eq!(accept, Some(PATCH_TYPES), "{refused}");
    }
}

#[tokio::test]
async fn a_deleted_item_is_gone() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    let deleted = service.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (StatusCode::NO_CONTENT, ""));
    service.delete(&path).await.is_problem(404, "not-found");
    service.get(&path).await.is_problem(404, "not-found");
    service.patch(&path, &json!({})).await.is_problem(404, "not-found");
    assert_eq!(service.get("/v1/items").await.body["data"], json!([]));
    service.pool_is_clean().await;
}

#[tokio::test]
async fn options_lists_the_methods_as_405_does() {
    let service = TestService::start().await;
    let member = path(&service.create("Lamp").await);
    let restore = format!("{member}/restore");
    for (path, other) in [
        ("/v1/items", Method::DELETE),
        (member.as_str(), Method::POST),
        (restore.as_str(), Method::GET),
        ("/v1/items/batch", Method::PUT),
    ] {
        let options = Answer::of(service.request(Method::OPTIONS, path)).await;
        assert_eq!(options.status, StatusCode::NO_CONTENT);
        let refused = Answer::of(service.request(other, path)).await;
        let sorted = |answer: &Answer| {
            let mut methods: Vec<String> =
                answer.header("allow").unwrap().split(',').map(str::to_owned).collect();
            methods.sort();
            methods
        };
        assert_eq!(sorted(&options), sorted(refused.is_problem(405, "method-not-allowed")), "{path}");
    }
    let options = Answer::of(service.request(Method::OPTIONS, &member)).await;
    assert_eq!(options.header("accept-patch"), Some(PATCH_TYPES));
}

#[tokio::test]
async fn every_fault_of_an_item_is_named_at_once() {
    let service = TestService::start().await;
    let answer = service.post("/v1/items", &json!({ "name": "", "attributes": [], "colour": 1 })).await;
    answer.is_problem(422, "validation-error");
    assert_eq!(answer.body["title"], "The request is not valid.");
    assert_eq!(answer.body["detail"], "3 fields are not valid.");
    assert_eq!(
        answer.body["errors"],
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
    let sized = |octets: usize| json!({ "a": "x".repeat(octets - r#"{"a":""}"#.len()) });
    let item = |name: String, attributes: Value| json!({ "name": name, "attributes": attributes });
    for fine in [
        item("x".into(), json!({})),
        item("é".repeat(200), json!({})),
        item(format!(" {} ", "x".repeat(199)), json!({})),
        item("x".into(), nested(32)),
        item("x".into(), sized(64 * 1024)),
    ] {
        let answer = service.post("/v1/items", &fine).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    for (wrong, place, code) in [
        (item("é".repeat(201), json!({})), "#/name", "too_long"),
        (item("\u{2003}\u{a0} ".into(), json!({})), "#/name", "too_short"),
        (item("a\tb".into(), json!({})), "#/name", "control_character"),
        (item("a\u{85}b".into(), json!({})), "#/name", "control_character"),
        (item("x".into(), nested(33)), "#/attributes", "too_deep"),
        (item("x".into(), sized(64 * 1024 + 1)), "#/attributes", "too_large"),
    ] {
        let answer = service.post("/v1/items", &wrong).await;
        assert_eq!(answer.is_problem(422, "validation-error").faults(), [(place.into(), code.into())]);
    }
}
