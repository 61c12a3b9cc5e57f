//! What patches do inside of free-form attributes, and the limits of a JSON Patch.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    resource::nested,
    service::{Reply, TestService, path},
};

async fn patch(service: &TestService, item: &str, operations: &Value) -> Reply {
    let media_type = ("content-type", "application/json-patch+json");
    service.send(Method::PATCH, item, &[media_type], Some(operations)).await
}

#[tokio::test]
async fn numbers_are_returned_with_their_exact_value() {
    let service = TestService::start().await;
    let attributes = r#"{"big":123456789012345678901234567890,"exact":1.10,"small":0.1e-3}"#;
    let created = service.post_text(format!(r#"{{"name":"Lamp","attributes":{attributes}}}"#)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    for number in ["123456789012345678901234567890", "1.10", "0.0001"] {
        assert!(created.text.contains(number), "{number} in {}", created.text);
    }
    let patched = service.patch(&path(&created.body), &json!({ "attributes": { "color": "red" } })).await;
    assert!(
        patched.text.contains("123456789012345678901234567890") && patched.text.contains("1.10"),
        "{patched:?}"
    );
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
async fn a_json_patch_applies_its_operations_in_order() {
    let service = TestService::start().await;
    let attributes = json!({ "color": "red", "tags": ["a", "b"], "size": { "w": 1 }, "b/~": 0 });
    let created = service.post("/v1/items", &json!({ "name": "Lamp", "attributes": attributes })).await;
    let operations = json!([
        { "op": "test", "path": "/version", "value": 1 },
        { "op": "test", "path": "/attributes/size", "value": { "w": 1.0 } },
        { "op": "replace", "path": "/status", "value": "active" },
        { "op": "add", "path": "/attributes/tags/1", "value": "x" },
        { "op": "add", "path": "/attributes/tags/-", "value": null },
        { "op": "remove", "path": "/attributes/color" },
        { "op": "copy", "from": "/attributes/size", "path": "/attributes/old" },
        { "op": "move", "from": "/attributes/size/w", "path": "/attributes/size/h" },
        { "op": "replace", "path": "/attributes/b~1~0", "value": 1.10 },
        { "op": "test", "path": "/attributes/tags/3", "value": null },
    ]);
    let patched = patch(&service, &path(&created.body), &operations).await;
    assert_eq!((patched.status, patched.header("etag")), (StatusCode::OK, Some("\"2\"")), "{patched:?}");
    assert_eq!(patched.body["status"], "active");
    let expected =
        json!({ "tags": ["a", "x", "b", null], "size": { "h": 1 }, "old": { "w": 1 }, "b/~": 1.1 });
    assert_eq!(patched.body["attributes"], expected);
    assert!(patched.text.contains("1.1"), "{patched:?}");
}

#[tokio::test]
async fn a_json_patch_that_fails_changes_nothing() {
    let service = TestService::start().await;
    let item =
        service.post("/v1/items", &json!({ "name": "Lamp", "attributes": { "n": 1, "l": [1] } })).await.body;
    let first = json!({ "op": "replace", "path": "/name", "value": "Changed" });
    for (second, status, pointer, code) in [
        (json!({ "op": "test", "path": "/attributes/n", "value": "1" }), 409, "#/1", "test_failed"),
        (json!({ "op": "test", "path": "/attributes/x", "value": null }), 409, "#/1", "test_failed"),
        (json!({ "op": "remove", "path": "/attributes/x" }), 422, "#/1/path", "path"),
        (json!({ "op": "remove", "path": "" }), 422, "#/1/path", "path"),
        (json!({ "op": "replace", "path": "/attributes/x", "value": 1 }), 422, "#/1/path", "path"),
        (json!({ "op": "add", "path": "/attributes/x/y", "value": 1 }), 422, "#/1/path", "path"),
        (json!({ "op": "add", "path": "/attributes/l/2", "value": 1 }), 422, "#/1/path", "path"),
        (json!({ "op": "add", "path": "/attributes/l/00", "value": 1 }), 422, "#/1/path", "path"),
        (json!({ "op": "remove", "path": "/attributes/l/-" }), 422, "#/1/path", "path"),
        (json!({ "op": "copy", "from": "/x", "path": "/attributes/y" }), 422, "#/1/from", "path"),
        (json!({ "op": "move", "from": "/attributes", "path": "/attributes/y" }), 422, "#/1/path", "path"),
        (json!({ "op": "replace", "path": "", "value": [] }), 422, "#", "type"),
        (json!({ "op": "remove", "path": "/name" }), 422, "#/name", "required"),
        (json!({ "op": "add", "path": "/colour", "value": 1 }), 422, "#/colour", "unknown_field"),
        (json!({ "op": "replace", "path": "/name", "value": null }), 422, "#/name", "type"),
        (json!({ "op": "replace", "path": "/version", "value": 7 }), 422, "#/version", "read_only"),
        (json!({ "op": "remove", "path": "/id" }), 422, "#/id", "read_only"),
        (json!({ "op": "replace", "path": "/deleted_at", "value": "x" }), 422, "#/deleted_at", "read_only"),
    ] {
        let reply = patch(&service, &path(&item), &json!([first, second])).await;
        reply.is_problem(status, if status == 409 { "conflict" } else { "validation-error" });
        assert_eq!(reply.faults(), [(pointer.into(), code.into())], "{second}");
    }
    assert_eq!(service.get(&path(&item)).await.body, item, "nothing was changed");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_body_that_is_not_a_json_patch_is_malformed() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    for (body, pointers) in [
        (json!({}), &["#"][..]),
        (json!([1, { "op": "remove", "path": "/a" }, { "op": "jump", "path": "/a" }]), &["#/0", "#/2"]),
        (json!([{ "op": "add", "path": "/a" }]), &["#/0"]),
        (json!([{ "op": "add", "path": "a", "value": 1 }]), &["#/0"]),
        (json!([{ "op": "add", "path": "/~2", "value": 1 }]), &["#/0"]),
        (json!([{ "op": "copy", "path": "/a" }]), &["#/0"]),
    ] {
        let reply = patch(&service, &item, &body).await;
        let expected: Vec<_> =
            pointers.iter().map(|pointer| ((*pointer).to_owned(), "json_patch".to_owned())).collect();
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), expected, "{body}");
    }
    // With what else is wrong with it.
    for text in [
        r#"[{"op": "jump", "value": 1e999}]"#,
        r#"[{"op": "jump"}, {"op": "add", "path": "", "value": 1e999}]"#,
    ] {
        let body: serde_json::Value = serde_json::from_str(text).unwrap();
        let faults = patch(&service, &item, &body).await.is_problem(400, "malformed-request").faults();
        let mut codes: Vec<_> = faults.iter().map(|(_, code)| code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["json_patch", "out_of_range"], "{text}");
    }
    let test = json!({ "op": "test", "path": "/name", "value": "Lamp" });
    let most = patch(&service, &item, &json!(vec![&test; 100])).await;
    assert_eq!(most.status, StatusCode::OK, "{most:?}");
    let many = patch(&service, &item, &json!(vec![&test; 101])).await;
    assert_eq!(many.is_problem(422, "validation-error").faults(), [("#".into(), "too_many".into())]);
}

#[tokio::test]
async fn a_json_patch_that_copies_its_copies_is_stopped_before_it_fills_the_memory() {
    let service = TestService::start().await;
    let item = path(
        &service
            .post("/v1/items", &json!({ "name": "Lamp", "attributes": { "a": [0], "d": {} } }))
            .await
            .body,
    );
    let wide = vec![json!({ "op": "copy", "from": "/attributes/a", "path": "/attributes/a/-" }); 100];
    let deep = vec![json!({ "op": "copy", "from": "/attributes/d", "path": "/attributes/d/d" }); 100];
    let inner = format!("/attributes{}", "/d".repeat(40));
    let deeper = json!([{ "op": "add", "path": "/attributes/d", "value": nested(40) }, { "op": "add", "path": inner, "value": nested(40) }]);
    for (operations, codes) in
        [(json!(wide), ["too_large", "too_deep"]), (json!(deep), ["too_deep"; 2]), (deeper, ["too_deep"; 2])]
    {
        let reply = patch(&service, &item, &operations).await;
        let faults = reply.is_problem(422, "validation-error").faults();
        assert!(faults.len() == 1 && codes.contains(&&*faults[0].1), "{faults:?}");
    }
    // Large values are no copies of copies, and moving them takes no memory.
    let (large, small) = (json!({ "a": vec![1; 30_000] }), json!({ "b": {} }));
    let replace = |value| json!({ "op": "replace", "path": "/attributes", "value": value });
    let there_and_back = [("/attributes/a", "/attributes/b"), ("/attributes/b", "/attributes/a")];
    let moves = there_and_back.iter().cycle().take(40);
    let moves = moves.map(|(from, path)| json!({ "op": "move", "from": from, "path": path }));
    let replaces = [replace(large.clone()), replace(small), replace(large)];
    let operations: Vec<_> = replaces.into_iter().chain(moves).collect();
    assert_eq!(patch(&service, &item, &json!(operations)).await.status, 200);
}

#[tokio::test]
async fn a_json_patch_takes_numbers_of_any_size_and_makes_no_reserved_names() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    let patch = async |operations: &str| {
        let request = service.request(Method::PATCH, &path).body(operations.to_owned());
        Reply::of(request.header("content-type", "application/json-patch+json")).await
    };
    for number in ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890.5"] {
        let add = format!(r#"[{{"op":"add","path":"/attributes/b","value":{{"n":{number}}}}}]"#);
        let reply = patch(&add).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        assert!(reply.text.contains(number), "{}", reply.text);
        let test = format!(r#"[{{"op":"test","path":"/attributes/b/n","value":{number}}}]"#);
        assert_eq!(patch(&test).await.status, StatusCode::OK);
    }
    for name in ["$serde_json::private::Number", "$serde_json::private::RawValue"] {
        for operation in [
            format!(r#"[{{"op":"add","path":"/attributes/{name}","value":"1"}}]"#),
            format!(r#"[{{"op":"move","from":"/attributes/b","path":"/attributes/{name}"}}]"#),
            format!(r#"[{{"op":"copy","from":"/attributes/b","path":"/attributes/b/{name}"}}]"#),
        ] {
            let faults = patch(&operation).await.is_problem(422, "validation-error").faults();
            assert_eq!(faults, [("#/0/path".into(), "reserved_name".into())]);
        }
    }
    assert_eq!(service.patch(&path, &json!({ "name": "Desk lamp" })).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_lone_surrogate_is_the_only_fault_of_a_patch() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    for (media_type, body, pointer) in [
        (
            "application/json-patch+json",
            r#"[{"op":"add","path":"/attributes/x","value":"\ud800"}]"#,
            "#/0/value",
        ),
        ("application/json-patch+json", r#"["\ud800"]"#, "#/0"),
        ("application/merge-patch+json", r#"{"name":"x","version":"\ud800"}"#, "#/version"),
    ] {
        let request = service.request(Method::PATCH, &path).header("content-type", media_type).body(body);
        let faults = Reply::of(request).await.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [(pointer.into(), "lone_surrogate".into())]);
    }
    let body = r#"{"operations":[{"op":"update","id":"018f0000-0000-7000-8000-000000000000","patch":{"version":"\ud800"}}]}"#;
    let request = service.request(Method::POST, "/v1/items/batch").header("content-type", "application/json");
    let faults = Reply::of(request.body(body)).await.is_problem(422, "validation-error").faults();
    assert_eq!(faults, [("#/operations/0/patch/version".into(), "lone_surrogate".into())]);
}

#[tokio::test]
async fn the_result_of_a_patch_is_limited_and_not_the_patch() {
    let service = TestService::start().await;
    let names: Vec<String> = (0..5200).map(|number| format!("{number:04}")).collect();
    let with = |value: &Value| -> Value {
        json!({ "attributes": names.iter().map(|name| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>() })
    };
    let mut item = with(&json!(1));
    item["name"] = json!("Lamp");
    let created = service.post("/v1/items", &item).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    // Longer than the largest attributes.
    let emptied = service.patch(&path(&created.body), &with(&Value::Null)).await;
    assert_eq!((emptied.status, &emptied.body["attributes"]), (StatusCode::OK, &json!({})));
    let too_large = service.patch(&path(&created.body), &with(&json!("a long value"))).await;
    assert_eq!(
        too_large.is_problem(422, "validation-error").faults(),
        [("#/attributes".into(), "too_large".into())]
    );
}

#[tokio::test]
async fn copies_of_small_values_are_counted_with_the_memory_they_take() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let mut operations = vec![json!({ "op": "add", "path": "/attributes/l", "value": [] })];
    let copy = json!({ "op": "copy", "from": "/attributes/l", "path": "/attributes/l/-" });
    operations.extend(vec![copy; 20]);
    let faults =
        patch(&service, &item, &json!(operations)).await.is_problem(422, "validation-error").faults();
    assert!(*faults[0].0 < *"#/19" && faults[0].1 == "too_large", "{faults:?}");
}
