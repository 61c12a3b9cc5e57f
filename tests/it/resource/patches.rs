//! JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::resources_with;
use crate::support::{
    resource::{Api, Feature::Update},
    service::Reply,
};

const PATCH_TYPES: &str = "application/merge-patch+json, application/json-patch+json, application/json";

async fn json_patch(api: &Api, path: &str, operations: &Value) -> Reply {
    let media_type = ("content-type", "application/json-patch+json");
    api.send(Method::PATCH, path, &[media_type], Some(operations)).await
}

#[tokio::test]
async fn a_merge_patch_changes_what_it_names() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let full = resource.full();
        let path = resource.path_of(&api.post(resource.path, &full).await.body);
        let patched = api.patch(&path, &resource.relabel("Changed")).await;
        assert_eq!((patched.status, patched.header("etag")), (StatusCode::OK, Some("\"2\"")), "{patched:?}");
        let mut expected = full;
        expected[resource.label()] = "Changed".into();
        resource.assert_shows(&patched.body, &expected);
        assert_eq!(patched.body["version"], 2);

        let optional = resource.fields.iter().filter(|field| field.default.is_some());
        let reset: Value = optional.map(|field| (field.name.to_owned(), Value::Null)).collect();
        let own = json!({ (resource.member()): patched.body[resource.member()] });
        assert_eq!(api.patch(&path, &own).await.status, StatusCode::OK);
        let reset = api.patch(&path, &reset).await;
        resource.assert_shows(&reset.body, &resource.labelled("Changed"));
        assert_eq!(reset.body["version"], 4);
    }
}

#[tokio::test]
async fn the_result_of_a_merge_patch_is_validated() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = api.create("Lamp").await;
        let path = resource.path_of(&entity);
        let mut cases = vec![
            (json!({ "colour": 1 }), "#/colour".to_owned(), "unknown_field"),
            (json!({ "colour": null }), "#/colour".to_owned(), "unknown_field"),
            (json!([]), "#".to_owned(), "type"),
            (json!("x"), "#".to_owned(), "type"),
        ];
        for other in [json!(resource.absent()), json!(null), json!(1)] {
            let member = resource.member();
            cases.push((json!({ (member): other }), format!("#/{member}"), "mismatch"));
        }
        for field in resource.fields {
            let pointer = format!("#/{}", field.name);
            for (value, code) in field.invalid().into_iter().filter(|(value, _)| !value.is_null()) {
                cases.push((json!({ (field.name): value }), pointer.clone(), code));
            }
            if field.default.is_none() {
                cases.push((json!({ (field.name): null }), pointer, "required"));
            }
        }
        for (patch, pointer, code) in cases {
            let reply = api.patch(&path, &patch).await;
            assert_eq!(
                reply.is_problem(422, "validation-error").faults(),
                [(pointer, code.into())],
                "{patch}"
            );
        }
        assert_eq!(api.get(&path).await.body, entity, "nothing was changed");
    }
}

#[tokio::test]
async fn patch_names_the_media_types_that_it_takes() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        let patch = async |media_type: &str| {
            api.send(Method::PATCH, &path, &[("content-type", media_type)], Some(&resource.relabel("x")))
                .await
        };
        for accepted in
            ["application/merge-patch+json", "application/json", "application/JSON; charset=UTF-8"]
        {
            assert_eq!(patch(accepted).await.status, StatusCode::OK, "{accepted}");
        }
        for rejected in ["text/plain", "application/json; charset=latin1", "application/xml", "json"] {
            let reply = patch(rejected).await;
            let accept = reply.is_problem(415, "unsupported-media-type").header("accept-patch");
            assert_eq!(accept, Some(PATCH_TYPES), "{rejected}");
        }
    }
}

#[tokio::test]
async fn a_json_patch_is_applied_whole() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let path = resource.path_of(&api.post(resource.path, &resource.full()).await.body);
        let label = format!("/{}", resource.label());
        let mut operations = vec![
            json!({ "op": "test", "path": "/version", "value": 1 }),
            json!({ "op": "replace", "path": label, "value": "Changed" }),
            json!({ "op": "test", "path": label, "value": "Changed" }),
        ];
        let optional = resource.fields.iter().filter(|field| field.default.is_some());
        operations
            .extend(optional.map(|field| json!({ "op": "remove", "path": format!("/{}", field.name) })));
        let patched = json_patch(&api, &path, &json!(operations)).await;
        assert_eq!((patched.status, patched.header("etag")), (StatusCode::OK, Some("\"2\"")), "{patched:?}");
        resource.assert_shows(&patched.body, &resource.labelled("Changed"));
    }
}

#[tokio::test]
async fn a_json_patch_may_not_even_touch_an_output_only_member() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = api.create("Lamp").await;
        let path = resource.path_of(&entity);
        let member = resource.member();
        let restore = json!({ "op": "replace", "path": "/version", "value": 1 });
        let replace = json!({ "op": "replace", "path": "/version", "value": 2 });
        let remove = json!({ "op": "remove", "path": "/version" });
        let add = json!({ "op": "add", "path": "/version", "value": 1 });
        let away = json!({ "op": "move", "from": "/version", "path": format!("/{member}") });
        let id = json!({ "op": "replace", "path": format!("/{member}"), "value": entity[member] });
        let copy = json!({ "op": "copy", "from": format!("/{member}"), "path": "/version" });
        for (operations, members) in [
            (json!([replace, restore]), &["#/version"][..]),
            (json!([remove, add]), &["#/version"]),
            (json!([copy, restore]), &["#/version"]),
            (json!([away, add, id]), &[&format!("#/{member}"), "#/version"]),
        ] {
            let reply = json_patch(&api, &path, &operations).await;
            let expected: Vec<(String, String)> =
                members.iter().map(|member| ((*member).into(), "read_only".into())).collect();
            assert_eq!(reply.is_problem(422, "validation-error").faults(), expected, "{operations}");
        }
        let equal = json!({ "op": "replace", "path": "/version", "value": 1.0 });
        let same = json_patch(&api, &path, &json!([restore, add, id, equal])).await;
        assert_eq!(same.status, StatusCode::OK, "{same:?}");
    }
}

#[tokio::test]
async fn a_json_patch_that_fails_changes_nothing() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = api.create("Lamp").await;
        let path = resource.path_of(&entity);
        let name = resource.label();
        let member = resource.member();
        let id_pointer = format!("#/{member}");
        let (label, pointer) = (format!("/{name}"), format!("#/{name}"));
        let first = json!({ "op": "replace", "path": label, "value": "Changed" });
        for (second, status, pointer, code) in [
            (json!({ "op": "test", "path": label, "value": "Lamp" }), 409, "#/1", "test_failed"),
            (json!({ "op": "test", "path": "/none", "value": null }), 409, "#/1", "test_failed"),
            (json!({ "op": "remove", "path": "/none" }), 422, "#/1/path", "path"),
            (json!({ "op": "remove", "path": "" }), 422, "#/1/path", "path"),
            (json!({ "op": "copy", "from": "/none", "path": label }), 422, "#/1/from", "path"),
            (json!({ "op": "replace", "path": "", "value": [] }), 422, "#", "type"),
            (json!({ "op": "remove", "path": label }), 422, &*pointer, "required"),
            (json!({ "op": "add", "path": "/colour", "value": 1 }), 422, "#/colour", "unknown_field"),
            (json!({ "op": "replace", "path": label, "value": null }), 422, &pointer, "type"),
            (json!({ "op": "replace", "path": "/version", "value": 7 }), 422, "#/version", "read_only"),
            (json!({ "op": "remove", "path": format!("/{member}") }), 422, &id_pointer, "read_only"),
        ] {
            let reply = json_patch(&api, &path, &json!([first, second])).await;
            reply.is_problem(status, if status == 409 { "conflict" } else { "validation-error" });
            assert_eq!(reply.faults(), [(pointer.into(), code.into())], "{second}");
        }
        assert_eq!(api.get(&path).await.body, entity, "nothing was changed");
        api.pool_is_clean().await;
    }
}
