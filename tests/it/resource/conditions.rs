//! Optimistic concurrency: `If-Match` and `If-None-Match`.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{RESOURCES, resources_with};
use crate::support::{
    Options,
    resource::{
        Api,
        Feature::{Replace, Restore, Update},
    },
    service::options,
};

#[tokio::test]
async fn a_stale_entity_tag_is_rejected_with_412_and_the_current_one_accepted() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = api.create_path("Lamp").await;
        let body = resource.labelled("Desk lamp");
        let mut version = 1;
        for method in resource.change_methods() {
            for (if_match, accepted) in [
                (format!("\"{}\"", version + 1), false),
                ("\"0\"".into(), false),
                (format!("W/\"{version}\""), false),
                (format!("\"0{version}\""), false),
                ("\"x\"".into(), false),
                (format!("\"99\", \"{version}\""), true),
                ("*".into(), true),
            ] {
                let reply = api.send(method.clone(), &entity, &[("if-match", &if_match)], Some(&body)).await;
                if accepted {
                    version += 1;
                    assert_eq!(
                        (reply.status, &reply.body["version"]),
                        (StatusCode::OK, &json!(version)),
                        "{reply:?}"
                    );
                } else {
                    reply.is_problem(412, "precondition-failed");
                    assert_eq!(reply.body["current_etag"], format!("\"{version}\""), "{if_match}");
                }
            }
        }
        let stale = api.send(Method::DELETE, &entity, &[("if-match", "\"1\"")], None).await;
        assert_eq!(
            stale.is_problem(412, "precondition-failed").body["current_etag"],
            format!("\"{version}\"")
        );
        let current = format!("\"{version}\"");
        let deleted = api.send(Method::DELETE, &entity, &[("if-match", &current)], None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn if_none_match_rejects_a_write_to_a_version_that_it_names() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = api.create_path("Lamp").await;
        for method in resource.change_methods().chain([Method::DELETE]) {
            let body = (method != Method::DELETE).then(|| resource.labelled("x"));
            for tags in ["\"1\"", "W/\"1\"", "*", "\"2\", \"1\""] {
                let reply =
                    api.send(method.clone(), &entity, &[("if-none-match", tags)], body.as_ref()).await;
                assert_eq!(
                    reply.is_problem(412, "precondition-failed").body["current_etag"],
                    "\"1\"",
                    "{method} {tags}"
                );
            }
        }
        let other = api.send(Method::PATCH, &entity, &[("if-none-match", "\"2\"")], Some(&json!({}))).await;
        assert_eq!(other.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn conditions_are_evaluated_after_the_request_itself_is_valid() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let absent = resource.path_to(resource.absent());
        let entity = api.create_path("Lamp").await;
        let stale = ("if-match", "\"9\"");
        let wrong = resource.labelled("");
        let text = [stale, ("content-type", "text/plain")];
        for method in resource.change_methods() {
            let invalid = api.send(method.clone(), &entity, &[stale], Some(&wrong)).await;
            invalid.is_problem(422, "validation-error");
            let other = api.send(method, &entity, &text, Some(&wrong)).await;
            other.is_problem(415, "unsupported-media-type");
        }
        for method in [Method::PATCH, Method::DELETE] {
            let body = (method != Method::DELETE).then(|| json!({}));
            let reply = api.send(method, &absent, &[stale], body.as_ref()).await;
            reply.is_problem(404, "not-found");
        }
        for name in ["If-Match", "If-None-Match"] {
            let reply = api.send(Method::DELETE, &entity, &[(name, "1")], None).await;
            assert_eq!(
                reply.is_problem(400, "malformed-request").faults(),
                [(name.into(), "entity_tag".into())]
            );
        }
        // What is invalid in every result comes before the condition and the search, other faults
        // of the result after them.
        for path in [&entity, &absent] {
            api.send(Method::PATCH, path, &[stale], Some(&wrong)).await.is_problem(422, "validation-error");
        }
        let missing = json!([{ "op": "remove", "path": "/missing" }]);
        let json_patch = [stale, ("content-type", "application/json-patch+json")];
        let reply = api.send(Method::PATCH, &entity, &json_patch, Some(&missing)).await;
        reply.is_problem(412, "precondition-failed");
    }
}

#[tokio::test]
async fn put_creates_under_the_id_of_the_clients_choice() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start(resource).await;
        let absent = resource.path_to(resource.absent());
        let created = api.put(&absent, &resource.full()).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        assert_eq!((created.header("location"), created.header("etag")), (Some(absent.as_str()), None));
        assert_eq!((&created.body["version"], resource.path_of(&created.body)), (&json!(1), absent.clone()));
        assert_eq!(api.get(&absent).await.body, created.body);
        let replaced = api.put(&absent, &resource.labelled("Desk lamp")).await;
        assert_eq!((replaced.status, replaced.header("location")), (StatusCode::OK, None));
        assert_eq!(replaced.body["version"], 2);
    }
}

#[tokio::test]
async fn put_can_be_limited_to_creating_or_to_replacing() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start(resource).await;
        let absent = resource.path_to(resource.absent());
        let body = resource.labelled("Lamp");
        let only_create = [("if-none-match", "*")];
        for if_match in ["*", "\"1\""] {
            let reply = api.send(Method::PUT, &absent, &[("if-match", if_match)], Some(&body)).await;
            reply.is_problem(412, "precondition-failed");
            assert_eq!(reply.body.get("current_etag"), None, "there is none");
        }
        assert_eq!(
            api.send(Method::PUT, &absent, &only_create, Some(&body)).await.status,
            StatusCode::CREATED
        );
        let again = api.send(Method::PUT, &absent, &only_create, Some(&body)).await;
        assert_eq!(again.is_problem(412, "precondition-failed").body["current_etag"], "\"1\"");
        assert_eq!(api.delete(&absent).await.status, StatusCode::NO_CONTENT);
        for fields in [&only_create, &[][..]] {
            let reply = api.send(Method::PUT, &absent, fields, Some(&body)).await;
            if resource.has(Restore) {
                reply.is_problem(409, "conflict");
            } else {
                let status = if fields.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
                assert_eq!(reply.status, status, "nothing is left of the deleted entity");
            }
        }
    }
}

#[tokio::test]
async fn unconditional_writes_are_rejected_with_428_if_so_configured() {
    for resource in resources_with(&[Update]) {
        let api = Api::start_with(resource, Options { require_if_match: true, ..options() }).await;
        let absent = resource.path_to(resource.absent());
        let entity = api.create_path("Lamp").await;
        let body = resource.labelled("Lamp");
        for method in resource.change_methods().chain([Method::DELETE]) {
            let body = (method != Method::DELETE).then_some(&body);
            api.send(method.clone(), &entity, &[], body).await.is_problem(428, "precondition-required");
            let other = api.send(method, &entity, &[("if-none-match", "\"7\"")], body).await;
            other.is_problem(428, "precondition-required");
        }
        assert_eq!(api.get(&entity).await.body["version"], 1);
        if resource.has(Replace) {
            let created = api.send(Method::PUT, &absent, &[("if-none-match", "*")], Some(&body)).await;
            assert_eq!(created.status, StatusCode::CREATED, "nothing can be overwritten");
        }
        let patched = api.send(Method::PATCH, &entity, &[("if-match", "\"1\"")], Some(&body)).await;
        assert_eq!(patched.status, StatusCode::OK);
        let deleted = api.send(Method::DELETE, &entity, &[("if-match", "\"2\"")], None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        if resource.has(Restore) {
            assert_eq!(api.restore(&entity, &[]).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn a_condition_that_nothing_evaluates_is_rejected() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let body = resource.labelled("Lamp");
        for (method, body) in [(Method::GET, None), (Method::POST, Some(&body))] {
            let fields = [("if-match", "\"999\""), ("if-none-match", "*")];
            let reply = api.send(method, resource.path, &fields, body).await;
            let expected = ["If-Match", "If-None-Match"].map(|name| (name.into(), "not_evaluated".into()));
            assert_eq!(reply.is_problem(400, "malformed-request").faults(), expected);
        }
        assert_eq!(api.count().await, 0);
    }
}
