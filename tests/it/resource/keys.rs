//! `Idempotency-Key`: a repeated request changes nothing and gets the stored response.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{RESOURCES, resources_with};
use crate::support::{
    log::Log,
    resource::{
        Api,
        Feature::{Replace, Update},
    },
    service::Reply,
};

async fn create(api: &Api, key: &str, label: &str) -> Reply {
    let body = api.resource.labelled(label);
    api.send(Method::POST, api.resource.path, &[("idempotency-key", key)], Some(&body)).await
}

async fn keys(api: &Api) -> i64 {
    api.database.number("SELECT count(*) FROM idempotency_keys").await
}

#[tokio::test]
async fn a_repeated_request_gets_the_stored_response_and_changes_nothing() {
    for resource in RESOURCES {
        let log = Log::capture();
        let api = Api::start(resource).await;
        let first = create(&api, "\"8e03978e\"", "Lamp").await;
        assert_eq!(
            (first.status, first.header("idempotent-replayed")),
            (StatusCode::CREATED, None),
            "{first:?}"
        );
        for key in ["\"8e03978e\"", "8e03978e"] {
            let again = create(&api, key, "Lamp").await;
            assert_eq!((again.status, &again.text), (first.status, &first.text));
            for name in ["location", "etag", "content-type", "vary"] {
                assert_eq!(again.headers.get(name), first.headers.get(name), "{name}");
            }
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
            assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
        }
        assert_eq!(api.count().await, 1);
        assert_eq!(log.lines(&api.created()).len(), 1);
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_repeated_patch_is_applied_once_although_its_condition_no_longer_holds() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = api.create_path("Lamp").await;
        let fields = [("idempotency-key", "k"), ("if-match", "\"1\"")];
        for replayed in [None, Some("true")] {
            let reply = api.send(Method::PATCH, &entity, &fields, Some(&resource.labelled("x"))).await;
            assert_eq!((reply.status, reply.header("etag")), (StatusCode::OK, Some("\"2\"")), "{reply:?}");
            assert_eq!(reply.header("idempotent-replayed"), replayed);
        }
        let minimal = [("idempotency-key", "m"), ("prefer", "return=minimal")];
        for _ in 0..2 {
            let reply = api.send(Method::PATCH, &entity, &minimal, Some(&json!({}))).await;
            assert_eq!((reply.status, reply.header("etag")), (StatusCode::NO_CONTENT, Some("\"3\"")));
            assert_eq!(reply.header("preference-applied"), Some("return=minimal"));
        }
    }
}

#[tokio::test]
async fn a_request_is_the_same_however_its_media_type_is_spelled() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let body = api.resource.labelled("Lamp");
        let create = async |media_type: &str| {
            let fields = [("idempotency-key", "k"), ("content-type", media_type)];
            api.send(Method::POST, api.resource.path, &fields, Some(&body)).await
        };
        assert_eq!(create("application/json").await.status, StatusCode::CREATED);
        for same in
            ["Application/JSON", "application/json; charset=utf-8", "application/json;Charset=\"UTF-8\""]
        {
            let again = create(same).await;
            assert_eq!(
                (again.status, again.header("idempotent-replayed")),
                (StatusCode::CREATED, Some("true"))
            );
        }
        create("application/json;version=2").await.is_problem(422, "validation-error");
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    for resource in resources_with(&[Update]) {
        let api = Api::start(resource).await;
        let entity = resource.path_of(&create(&api, "k", "Lamp").await.body);
        let body = resource.labelled("Lamp");
        let key = ("idempotency-key", "k");
        let change = resource.change_methods().next().unwrap();
        for (method, address, fields, body) in [
            (Method::POST, resource.path, &[key][..], &resource.labelled("Other")),
            (Method::POST, resource.path, &[key, ("content-type", "application/json; version=2")], &body),
            (Method::PATCH, &entity, &[key], &body),
            (change.clone(), &entity, &[key], &body),
            (Method::DELETE, &entity, &[key], &body),
        ] {
            let body = (method != Method::DELETE).then_some(body);
            let reply = api.send(method, address, fields, body).await;
            let faults = reply.is_problem(422, "validation-error").faults();
            assert_eq!(faults, [("Idempotency-Key".into(), "key_reused".into())]);
        }

        // The preconditions belong to the request.
        let change = async |fields: &[_]| api.send(change.clone(), &entity, fields, Some(&body)).await;
        let conditional = [("idempotency-key", "p"), ("if-match", "\"1\""), ("if-none-match", "\"9\"")];
        assert_eq!(change(&conditional).await.status, StatusCode::OK);
        for (if_match, if_none_match) in [("\"2\"", "\"9\""), ("\"1\"", "\"8\"")] {
            let other = [("idempotency-key", "p"), ("if-match", if_match), ("if-none-match", if_none_match)];
            let reply = change(&other).await;
            assert_eq!(
                reply.is_problem(422, "validation-error").faults(),
                [("Idempotency-Key".into(), "key_reused".into())]
            );
        }

        // A proxy may join the lines of a field.
        let lines = [("idempotency-key", "l"), ("if-match", "\"2\""), ("if-match", "\"9\"")];
        assert_eq!(change(&lines).await.status, StatusCode::OK);
        let joined = [("idempotency-key", "l"), ("if-match", "\"2\",,\"9\"")];
        let reply = change(&joined).await;
        assert_eq!((reply.status, reply.header("idempotent-replayed")), (StatusCode::OK, Some("true")));
    }
}

#[tokio::test]
async fn put_and_delete_are_replayed() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start(resource).await;
        let path = resource.path_to(resource.absent());
        let key = [("idempotency-key", "put")];
        let body = resource.labelled("Lamp");
        for (replayed, status) in [(None, StatusCode::CREATED), (Some("true"), StatusCode::CREATED)] {
            let reply = api.send(Method::PUT, &path, &key, Some(&body)).await;
            assert_eq!((reply.status, reply.header("idempotent-replayed")), (status, replayed));
        }
        for replayed in [None, Some("true")] {
            let reply = api.send(Method::DELETE, &path, &[("idempotency-key", "delete")], None).await;
            assert_eq!(
                (reply.status, reply.header("idempotent-replayed")),
                (StatusCode::NO_CONTENT, replayed)
            );
        }
        assert_eq!(api.delete(&path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_failed_request_stores_nothing_and_its_key_can_be_used_again() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        create(&api, "k", "").await.is_problem(422, "validation-error");
        api.database.execute(&format!("ALTER TABLE {} RENAME TO gone", resource.table)).await;
        create(&api, "k", "Lamp").await.is_problem(500, "internal-error");
        api.database.execute(&format!("ALTER TABLE gone RENAME TO {}", resource.table)).await;
        assert_eq!(keys(&api).await, 0);
        assert_eq!(create(&api, "k", "Lamp").await.status, StatusCode::CREATED);

        // If the response cannot be stored, the entity is not created either.
        api.database.execute("ALTER TABLE idempotency_keys DROP COLUMN response").await;
        let path = format!("{}?validate_only=false", resource.path);
        let key = ("idempotency-key", "l");
        let reply = api.send(Method::POST, &path, &[key], Some(&resource.labelled("Other"))).await;
        reply.is_problem(500, "internal-error");
        assert_eq!(api.count().await, 1);
        api.pool_is_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_concurrent_creates_make_one_entity() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        for round in 0..10 {
            let key = format!("round-{round}");
            let replies: Vec<Reply> = join_all((0..20).map(|_| create(&api, &key, "Lamp"))).await;
            let (done, busy): (Vec<_>, Vec<_>) =
                replies.iter().partition(|reply| reply.status == StatusCode::CREATED);
            assert!(done.iter().all(|reply| reply.text == done[0].text) && !done.is_empty(), "{replies:?}");
            for reply in busy {
                assert_eq!(reply.is_problem(409, "conflict").header("retry-after"), Some("1"));
            }
            assert_eq!(api.count().await, round + 1);
        }
        api.pool_is_clean().await;
    }
}
