//! `validate_only`: writes that are tried and rolled back; and `Prefer`: responses without a body.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{RESOURCES, resources_with};
use crate::support::{
    log::Log,
    resource::{
        Api,
        Feature::{Batch, Replace, Restore, Secret, Update},
        Resource,
    },
};

/// A body without what differs from one write to the next.
fn comparable(resource: &Resource, mut body: Value) -> Value {
    for result in body["results"].as_array_mut().into_iter().flatten() {
        *result = comparable(resource, result.take());
    }
    if body.get(resource.name).is_some_and(Value::is_object) {
        body[resource.name] = comparable(resource, body[resource.name].take());
    }
    for name in ["id", "key", "created_at", "updated_at"] {
        if body.get(name).is_some() {
            body[name] = "…".into();
        }
    }
    body
}

/// A write: whether the resource has it, its method, its path and its body.
pub type Case = (bool, Method, String, Option<Value>);

/// Every kind of write, on a live and on a deleted entity.
pub fn writes(resource: &Resource, entity: &Value, gone: &str) -> impl Iterator<Item = Case> {
    let (live, id) = (resource.path_of(entity), &entity["id"]);
    let body = resource.labelled("Other");
    let batch = |operations: Value| Some(json!({ "operations": operations }));
    let update = json!({ "op": "update", "id": id, "patch": resource.relabel("Changed") });
    let cases = [
        (true, Method::POST, resource.path.to_owned(), Some(body.clone())),
        (
            resource.has(Batch),
            Method::POST,
            resource.batch_path(),
            batch(json!([resource.batch_create(&body), update])),
        ),
        (resource.has(Replace), Method::PUT, resource.path_to(resource.new_names()[0]), Some(body.clone())),
        (resource.has(Replace), Method::PUT, live.clone(), Some(body.clone())),
        (resource.has(Update), Method::PATCH, live.clone(), Some(body)),
        (resource.has(Restore), Method::POST, format!("{gone}/restore"), None),
        (
            resource.has(Batch),
            Method::POST,
            resource.batch_path(),
            batch(json!([{ "op": "delete", "id": id }])),
        ),
        (resource.has(Restore), Method::DELETE, gone.to_owned(), None),
        (resource.has(Restore), Method::DELETE, format!("{gone}?purge=true"), None),
        (!resource.has(Batch), Method::DELETE, live, None),
    ];
    cases.into_iter().filter(|(exists, ..)| *exists)
}

#[tokio::test]
async fn a_dry_run_responds_as_the_real_write_and_leaves_nothing() {
    for resource in RESOURCES {
        let log = Log::capture();
        let api = Api::start(resource).await;
        let (entity, gone) = (api.create("Lamp").await, api.create_path("Gone").await);
        api.delete(&gone).await;
        let rows = format!("SELECT sum(hashtext({0}::text)) FROM {0}", resource.table);
        for (_, method, path, body) in writes(resource, &entity, &gone) {
            let key = format!("{method}{path}{}", body.is_some()).replace(' ', "");
            let fields = [("idempotency-key", &*key)];
            let (before, logged) = (api.database.number(&rows).await, log.lines(&api.created()).len());
            let mark = if path.contains('?') { '&' } else { '?' };
            let dry = format!("{path}{mark}validate_only=true");
            let dry = api.send(method.clone(), &dry, &fields, body.as_ref()).await;
            assert!(dry.status.is_success(), "{dry:?}");
            assert_eq!(api.database.number(&rows).await, before, "{method} {path}");
            assert_eq!(log.lines(&api.created()).len(), logged);
            let real = api.send(method.clone(), &path, &[], body.as_ref()).await;
            assert_eq!(dry.status, real.status, "{method} {path}");
            assert_eq!(comparable(resource, dry.body), comparable(resource, real.body), "{method} {path}");
            assert!(!dry.headers.contains_key("etag"), "a later write gets it");
            for name in ["content-type", "preference-applied"] {
                assert_eq!(dry.headers.get(name), real.headers.get(name), "{name} of {method} {path}");
            }
            assert_eq!(dry.headers.contains_key("location"), real.headers.contains_key("location"));
        }
        assert_eq!(api.database.number("SELECT count(*) FROM idempotency_keys").await, 0);
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_dry_run_with_a_key_is_rejected_if_the_key_was_used_for_another_write() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let dry = format!("{}?validate_only=true", resource.path);
        let (body, other) = (resource.labelled("Lamp"), resource.labelled("Chair"));
        let key = [("idempotency-key", "a")];
        let post = async |path: &str, body: &Value| api.send(Method::POST, path, &key, Some(body)).await;
        assert_eq!(post(&dry, &body).await.status, StatusCode::CREATED);
        let created = post(resource.path, &body).await;
        assert_eq!((created.status, created.header("idempotent-replayed")), (StatusCode::CREATED, None));
        let again = post(&dry, &body).await;
        // It responds itself: 409 if clients name the entity.
        assert_eq!(again.header("idempotent-replayed"), None, "{again:?}");
        assert!([StatusCode::CREATED, StatusCode::CONFLICT].contains(&again.status), "{again:?}");
        let reused = post(&dry, &other).await;
        let expected = [("Idempotency-Key".into(), "key_reused".into())];
        assert_eq!(reused.is_problem(422, "validation-error").faults(), expected);
        assert_eq!(post(resource.path, &body).await.header("idempotent-replayed"), Some("true"));
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_dry_run_is_rejected_as_the_real_write() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        let dry = format!("{path}?validate_only=true");
        for method in resource.change_methods() {
            let invalid = api.send(method, &dry, &[], Some(&resource.labelled(""))).await;
            invalid.is_problem(422, "validation-error");
        }
        let stale = api.send(Method::PATCH, &dry, &[("if-match", "\"9\"")], Some(&json!({}))).await;
        stale.is_problem(412, "precondition-failed");
        let absent = format!("{}?validate_only=true", resource.path_to(resource.absent()));
        api.delete(&absent).await.is_problem(404, "not-found");
        let odd = api.patch(&format!("{path}?validate_only=yes"), &resource.labelled("x")).await;
        assert_eq!(
            odd.is_problem(400, "malformed-request").faults(),
            [("validate_only".into(), "boolean".into())]
        );
        // Deferred constraints are checked as well.
        api.on_commit_after("UPDATE", "RAISE 'no' USING ERRCODE = '23505';").await;
        api.patch(&dry, &json!({})).await.is_problem(409, "conflict");
        api.pool_is_clean().await;
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one entity goes through all of it")]
async fn a_response_without_a_body_keeps_its_header_fields() {
    // A secret is sent whatever the client prefers.
    for resource in RESOURCES.into_iter().filter(|resource| !resource.has(Secret)) {
        let api = Api::start(resource).await;
        let minimal = ("prefer", "return=minimal");
        let body = resource.labelled("Lamp");
        let post =
            async |field, body: &Value| api.send(Method::POST, resource.path, &[field], Some(body)).await;
        let created = post(minimal, &body).await;
        assert_eq!((created.status, &*created.text), (StatusCode::CREATED, ""));
        assert_eq!((created.header("etag"), created.header("content-type")), (Some("\"1\""), None));
        assert_eq!(created.header("preference-applied"), Some("return=minimal"));
        let path = created.header("location").unwrap();
        assert_eq!(api.get(path).await.body[resource.label()], "Lamp");
        let mut version = 1;
        for (feature, method) in [(Update, Method::PATCH), (Replace, Method::PUT)] {
            if !resource.has(feature) {
                continue;
            }
            version += 1;
            let etag = format!("\"{version}\"");
            let etag = (feature == Update).then_some(etag.as_str());
            let reply = api.send(method, path, &[minimal], Some(&body)).await;
            assert_eq!((reply.status, &*reply.text), (StatusCode::NO_CONTENT, ""));
            assert_eq!(
                (reply.header("etag"), reply.header("preference-applied")),
                (etag, Some("return=minimal"))
            );
        }
        api.delete(path).await;
        let mut replies = vec![created.clone(), api.post(resource.path, &body).await];
        if resource.has(Restore) {
            let restored = api.restore(path, &[minimal]).await;
            let etag = format!("\"{}\"", version + 2);
            assert_eq!((restored.status, restored.header("etag")), (StatusCode::NO_CONTENT, Some(&*etag)));
            replies.push(restored);
        }
        if resource.has(Batch) {
            let batch = json!({ "operations": [resource.batch_create(&body)] });
            let batch = api.send(Method::POST, &resource.batch_path(), &[minimal], Some(&batch)).await;
            let result = &batch.body["results"][0];
            assert_eq!((&result["version"], &result[resource.name]), (&json!(1), &Value::Null));
            replies.push(batch);
        }
        for reply in replies {
            assert!(reply.header("vary").unwrap().split(", ").any(|name| name == "prefer"), "{reply:?}");
        }
        let whole = post(("prefer", "return=representation"), &body).await;
        assert_eq!(
            (&whole.body[resource.label()], whole.header("preference-applied")),
            (&json!("Lamp"), None)
        );
        post(minimal, &json!({})).await.is_problem(422, "validation-error");
    }
}
