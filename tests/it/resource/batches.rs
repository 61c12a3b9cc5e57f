//! Many writes in one transaction.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::resources_with;
use crate::support::{
    Options,
    log::Log,
    resource::{
        ABSENT, Api,
        Feature::{Batch, Restore},
    },
    service::{Reply, options},
};

async fn create(api: &Api, count: usize) -> Vec<Value> {
    let operation = api.resource.batch_create(&api.resource.labelled("Lamp"));
    let reply = api.batch(&json!(vec![operation; count])).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let results = reply.body["results"].as_array().unwrap().iter();
    results.map(|result| result[api.resource.name].clone()).collect()
}

#[tokio::test]
async fn writes_of_every_kind_are_done_together_and_their_results_are_in_order() {
    for resource in resources_with(&[Batch]) {
        let log = Log::capture();
        let api = Api::start(resource).await;
        let [first, second, third] = create(&api, 3).await.try_into().unwrap();
        let logged = log.lines(&api.created()).len();
        assert_eq!(logged, 3);
        let new = resource.full();
        let (label, name) = (resource.label(), resource.name);
        let operations = json!([
            { "op": "update", "id": third["id"], "if_match": "\"9\", \"1\"", "patch": resource.relabel("Third") },
            resource.batch_create(&new),
            { "op": "delete", "id": first["id"], "if_match": "*" },
            resource.batch_create(&resource.labelled(" Newer ")),
            { "op": "update", "id": second["id"], "patch": resource.relabel("Second") },
        ]);
        let reply = api.batch(&operations).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        let results = reply.body["results"].as_array().unwrap();
        let statuses: Vec<_> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [200, 201, 204, 201, 200]);
        let get = async |result: &Value| api.get(&resource.path_of(result)).await;
        for result in results.iter().filter(|result| result["status"] != 204) {
            assert_eq!(get(result).await.body, result[name]);
            assert_eq!(result["id"], result[name]["id"]);
        }
        assert_eq!((&results[0]["id"], &results[0][name][label]), (&third["id"], &json!("Third")));
        resource.assert_shows(&results[1][name], &new);
        assert_eq!(results[1][name]["version"], 1);
        assert_eq!((&results[2]["id"], &results[2][name]), (&first["id"], &Value::Null));
        get(&results[2]).await.is_problem(404, "not-found");
        assert_eq!((&results[3][name][label], &results[4][name][label]), (&json!("Newer"), &json!("Second")));
        assert_eq!(results[4][name]["version"], 2);
        if resource.has(Restore) {
            let with_a_body = format!("{}/restore", resource.path_of(&results[2]));
            assert_eq!(api.post(&with_a_body, &json!(null)).await.status.as_u16(), 422);
        }
        let created = log.lines(&api.created()).split_off(logged);
        assert_eq!(created.len(), 2);
        assert_eq!(created[0][format!("{name}.id")], results[1]["id"]);
        for field in resource.logged {
            assert_eq!(created[0][format!("{name}.{field}")], new[*field]);
        }
        api.pool_is_clean().await;
    }
}

/// Sends each operation after two valid ones, and checks how it fails and that nothing was written.
async fn fails(api: &Api, cases: impl IntoIterator<Item = (Value, u16, String, &str)>) {
    let before = api.list().await.body;
    let create = api.resource.batch_create(&api.resource.labelled("Valid"));
    let update =
        json!({ "op": "update", "id": before["data"][0]["id"], "patch": api.resource.relabel("Changed") });
    for (invalid, status, pointer, code) in cases {
        let reply = api.batch(&json!([create, update, invalid])).await;
        let slug = match status {
            404 => "not-found",
            412 => "precondition-failed",
            _ => "validation-error",
        };
        let pointer = format!("#/operations/2{pointer}");
        assert_eq!(reply.is_problem(status, slug).faults(), [(pointer, code.into())], "{invalid}");
        assert_eq!(reply.body.get("current_etag"), (status == 412).then_some(&json!("\"1\"")));
    }
    assert_eq!(api.list().await.body, before);
    api.pool_is_clean().await;
}

#[tokio::test]
async fn an_invalid_operation_fails_the_whole_batch() {
    for resource in resources_with(&[Batch]) {
        let api = Api::start(resource).await;
        create(&api, 1).await;
        let name = resource.name;
        let body = resource.labelled("x");
        let mut cases = vec![
            (json!({ "op": "create" }), format!("/{name}"), "required"),
            (json!({ "op": "create", (name): body, "id": ABSENT }), "/id".into(), "unknown_field"),
            (json!({ "op": "jump" }), "/op".into(), "enum"),
            (json!({ "op": 1 }), "/op".into(), "enum"),
            (json!(7), String::new(), "type"),
            (json!({ "op": "update", "id": "x", "patch": {} }), "/id".into(), "format"),
            (json!({ "op": "update", "id": ABSENT, "patch": [] }), "/patch".into(), "type"),
            (
                json!({ "op": "update", "id": ABSENT, "patch": { "zzz": 1 } }),
                "/patch/zzz".into(),
                "unknown_field",
            ),
            (
                json!({ "op": "update", "id": ABSENT, "if_match": "1", "patch": {} }),
                "/if_match".into(),
                "entity_tag",
            ),
            (json!({ "op": "delete", "id": ABSENT, "if_match": null }), "/if_match".into(), "type"),
        ];
        for field in resource.fields {
            for (value, code) in field.invalid() {
                let mut body = body.clone();
                body[field.name] = value;
                cases.push((resource.batch_create(&body), format!("/{name}/{}", field.name), code));
            }
        }
        fails(&api, cases.into_iter().map(|(invalid, pointer, code)| (invalid, 422, pointer, code))).await;
    }
}

#[tokio::test]
async fn all_faults_of_a_batch_are_reported_at_once() {
    for resource in resources_with(&[Batch]) {
        let api = Api::start(resource).await;
        let (name, label) = (resource.name, resource.label());
        let delete = json!({ "op": "delete", "id": ABSENT });
        let nameless = resource.batch_create(&resource.labelled(""));
        let nul = resource.batch_create(&resource.labelled("\u{0}"));
        let patch = json!({ (label): 5, "zzz": 1 });
        let patched = json!({ "op": "update", "id": ABSENT, "if_match": 5, "patch": patch });
        let faults = |faults: &[(&str, &str)]| -> Vec<(String, String)> {
            faults.iter().map(|(pointer, code)| ((*pointer).into(), (*code).into())).collect()
        };
        let nul_at = format!("#/operations/0/{name}/{label}");
        let too_short_at = format!("#/operations/1/{name}/{label}");
        for (body, expected) in [
            (json!([]), faults(&[("#", "type")])),
            (json!({ "foo": 1 }), faults(&[("#/foo", "unknown_field"), ("#/operations", "required")])),
            (
                json!({ "foo": 1, "operations": 5 }),
                faults(&[("#/foo", "unknown_field"), ("#/operations", "type")]),
            ),
            (
                json!({ "foo": 1, "operations": [] }),
                faults(&[("#/foo", "unknown_field"), ("#/operations", "length")]),
            ),
            (
                json!({ "foo": 1, "operations": [nul, nameless, delete, delete] }),
                faults(&[
                    ("#/foo", "unknown_field"),
                    (&nul_at, "control_character"),
                    (&nul_at, "nul"),
                    (&too_short_at, "too_short"),
                    ("#/operations/3/id", "duplicate"),
                ]),
            ),
            (
                json!({ "operations": [patched, nameless] }),
                faults(&[
                    ("#/operations/0/if_match", "type"),
                    (&format!("#/operations/0/patch/{label}"), "type"),
                    ("#/operations/0/patch/zzz", "unknown_field"),
                    (&too_short_at, "too_short"),
                ]),
            ),
        ] {
            let reply = api.post(&resource.batch_path(), &body).await;
            assert_eq!(reply.is_problem(422, "validation-error").faults(), expected, "{body}");
        }
    }
}

#[tokio::test]
async fn an_operation_that_does_not_fit_its_entity_fails_the_whole_batch() {
    for resource in resources_with(&[Batch]) {
        let log = Log::capture();
        let api = Api::start(resource).await;
        create(&api, 2).await;
        let listed = api.list().await.body;
        // `fails` updates the newest one first.
        let (id, other) = (&listed["data"][1]["id"], &listed["data"][0]["id"]);
        let update = |patch: Value| json!({ "op": "update", "id": id, "patch": patch });
        let delete = |if_match: &str| json!({ "op": "delete", "id": id, "if_match": if_match });
        let label = resource.label();
        let cases = [
            (update(json!({ (label): null })), 422, format!("/patch/{label}"), "required"),
            (delete("\"7\""), 412, "/if_match".into(), "precondition_failed"),
            (delete("W/\"1\""), 412, "/if_match".into(), "precondition_failed"),
            (json!({ "op": "delete", "id": other }), 422, "/id".into(), "duplicate"),
            (json!({ "op": "delete", "id": ABSENT }), 404, "/id".into(), "not_found"),
        ];
        fails(&api, cases).await;
        assert_eq!((api.count().await, log.lines(&api.created()).len()), (2, 2));
    }
}

#[tokio::test]
async fn the_limits_of_a_batch_hold_exactly() {
    for resource in resources_with(&[Batch]) {
        let api = Api::start(resource).await;
        let operation = resource.batch_create(&resource.labelled("x"));
        assert_eq!(create(&api, 1000).await.len(), 1000);
        for count in [0, 1001] {
            let reply = api.batch(&json!(vec![&operation; count])).await;
            assert_eq!(
                reply.is_problem(422, "validation-error").faults(),
                [("#/operations".into(), "length".into())]
            );
        }
        for (body, pointer, code) in [
            (json!({}), "#/operations", "required"),
            (json!({ "operations": 1 }), "#/operations", "type"),
            (json!({ "operations": [operation], "more": 1 }), "#/more", "unknown_field"),
            (json!([]), "#", "type"),
        ] {
            let reply = api.post(&resource.batch_path(), &body).await;
            assert_eq!(
                reply.is_problem(422, "validation-error").faults(),
                [(pointer.into(), code.into())],
                "{body}"
            );
        }
        let mut largest = json!({ "operations": [operation] }).to_string();
        let request = |body: String| {
            let request = api.request(Method::POST, &resource.batch_path());
            Reply::of(request.header("content-type", "application/json").body(body))
        };
        largest.push_str(&" ".repeat(8 * 1024 * 1024 - largest.len()));
        assert_eq!(request(largest.clone()).await.status, StatusCode::OK);
        request(largest + " ").await.is_problem(413, "content-too-large");
        assert_eq!(api.count().await, 1001);
        let mut invalid = resource.labelled("");
        invalid["x"] = json!(1);
        // Twice as many faults as are listed, and more.
        let reply = api.batch(&json!(vec![resource.batch_create(&invalid); 1000])).await;
        assert_eq!(reply.is_problem(422, "validation-error").faults().len(), 100);
    }
}

#[tokio::test]
async fn a_batch_obeys_what_holds_for_all_writes() {
    for resource in resources_with(&[Batch]) {
        let api = Api::start_with(resource, Options { require_if_match: true, ..options() }).await;
        let entity = create(&api, 1).await.remove(0);
        let unconditional = api.batch(&json!([{ "op": "delete", "id": entity["id"] }])).await;
        let faults = unconditional.is_problem(428, "precondition-required").faults();
        assert_eq!(faults, [("#/operations/0/if_match".into(), "required".into())]);
        let patch = resource.relabel("Changed");
        let body = json!({ "operations": [
            resource.batch_create(&resource.labelled("x")),
            { "op": "update", "id": entity["id"], "if_match": "\"1\"", "patch": patch },
        ] });
        let mut replies = Vec::new();
        for _ in 0..2 {
            let key = ("idempotency-key", "k");
            replies.push(api.send(Method::POST, &resource.batch_path(), &[key], Some(&body)).await);
        }
        assert_eq!((replies[0].status, &replies[0].text), (StatusCode::OK, &replies[1].text));
        assert_eq!(replies[1].header("idempotent-replayed"), Some("true"));
        assert_eq!(api.count().await, 2);
    }
}

#[tokio::test]
async fn a_broken_table_under_a_batch_gives_a_constant_500_and_changes_nothing() {
    for resource in resources_with(&[Batch]) {
        let log = Log::capture();
        let api = Api::start(resource).await;
        let [entity, other] = create(&api, 2).await.try_into().unwrap();
        let operation = resource.batch_create(&resource.labelled("x"));
        let patch = resource.relabel("y");
        let delete_breaks = if resource.has(Restore) { "AFTER UPDATE" } else { "AFTER DELETE" };
        // The last statement of each batch fails.
        for (event, operations) in [
            ("AFTER INSERT", json!([operation])),
            ("AFTER UPDATE", json!([operation, { "op": "update", "id": entity["id"], "patch": patch }])),
            (delete_breaks, json!([operation, { "op": "delete", "id": other["id"] }])),
        ] {
            api.on(event, "RAISE EXCEPTION 'secret';").await;
            let reply = api.batch(&operations).await;
            reply.is_problem(500, "internal-error");
            assert!(!reply.text.contains("secret"), "{reply:?}");
            api.drop_trigger().await;
        }
        assert_eq!((api.count().await, log.lines(&api.created()).len()), (2, 2));
        let unchanged = format!("SELECT count(*) FROM {} WHERE version = 1", resource.table);
        assert_eq!(api.database.number(&unchanged).await, 2);
        api.pool_is_clean().await;
    }
}
