//! Optimistic concurrency: If-Match and If-None-Match, and what becomes of writers who race.

use curio::http::Options;
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::service::{Answer, TestService, options, path};

const ABSENT: &str = "/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";

#[tokio::test]
async fn a_stale_entity_tag_is_refused_with_412_and_the_current_one_accepted() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let body = json!({ "name": "Desk lamp" });
    let mut version = 1;
    for method in [Method::PUT, Method::PATCH] {
        for (if_match, accepted) in [
            (format!("\"{}\"", version + 1), false),
            ("\"0\"".into(), false),
            (format!("W/\"{version}\""), false),
            (format!("\"0{version}\""), false),
            ("\"x\"".into(), false),
            (format!("\"99\", \"{version}\""), true),
            ("*".into(), true),
        ] {
            let answer = service.send(method.clone(), &item, &[("if-match", &if_match)], Some(&body)).await;
            if accepted {
                version += 1;
                assert_eq!(
                    (answer.status, &answer.body["version"]),
                    (StatusCode::OK, &json!(version)),
                    "{answer:?}"
                );
            } else {
                answer.is_problem(412, "precondition-failed");
                assert_eq!(answer.body["current_etag"], format!("\"{version}\""), "{if_match}");
            }
        }
    }
    let stale = service.send(Method::DELETE, &item, &[("if-match", "\"1\"")], None).await;
    assert_eq!(stale.is_problem(412, "precondition-failed").body["current_etag"], format!("\"{version}\""));
    let current = format!("\"{version}\"");
    let deleted = service.send(Method::DELETE, &item, &[("if-match", &current)], None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn if_none_match_refuses_a_write_to_what_it_names() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let body = (method != Method::DELETE).then(|| json!({ "name": "x" }));
        for tags in ["\"1\"", "W/\"1\"", "*", "\"2\", \"1\""] {
            let answer = service.send(method.clone(), &item, &[("if-none-match", tags)], body.as_ref()).await;
            assert_eq!(
                answer.is_problem(412, "precondition-failed").body["current_etag"],
                "\"1\"",
                "{method} {tags}"
            );
        }
    }
    let other = service.send(Method::PATCH, &item, &[("if-none-match", "\"2\"")], Some(&json!({}))).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn conditions_come_after_what_is_wrong_with_the_request_itself() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let stale = ("if-match", "\"9\"");
    let wrong = json!({ "name": "" });
    service.send(Method::PUT, &item, &[stale], Some(&wrong)).await.is_problem(422, "validation-error");
    let text = [stale, ("content-type", "text/plain")];
    service.send(Method::PUT, &item, &text, Some(&wrong)).await.is_problem(415, "unsupported-media-type");
    for method in [Method::PATCH, Method::DELETE] {
        let answer = service.send(method, ABSENT, &[stale], Some(&json!({}))).await;
        answer.is_problem(404, "not-found");
    }
    for name in ["If-Match", "If-None-Match"] {
        let answer = service.send(Method::DELETE, &item, &[(name, "1")], None).await;
        assert_eq!(
            answer.is_problem(400, "malformed-request").faults(),
            [(name.into(), "entity_tag".into())]
        );
    }
    // The condition on the item comes before what only the item can tell about the patch.
    service.send(Method::PATCH, &item, &[stale], Some(&wrong)).await.is_problem(412, "precondition-failed");
}

#[tokio::test]
async fn put_creates_under_the_id_of_the_clients_choice() {
    let service = TestService::start().await;
    let created = service.put(ABSENT, &json!({ "name": "Lamp", "attributes": { "a": 1 } })).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!((created.header("location"), created.header("etag")), (Some(ABSENT), None));
    assert_eq!((&created.body["version"], path(&created.body)), (&json!(1), ABSENT.into()));
    assert_eq!(service.get(ABSENT).await.body, created.body);
    let replaced = service.put(ABSENT, &json!({ "name": "Desk lamp" })).await;
    assert_eq!((replaced.status, replaced.header("location")), (StatusCode::OK, None));
    assert_eq!(replaced.body["version"], 2);
}

#[tokio::test]
async fn put_can_be_limited_to_one_of_creating_and_replacing() {
    let service = TestService::start().await;
    let body = json!({ "name": "Lamp" });
    let only_create = [("if-none-match", "*")];
    for if_match in ["*", "\"1\""] {
        let answer = service.send(Method::PUT, ABSENT, &[("if-match", if_match)], Some(&body)).await;
        answer.is_problem(412, "precondition-failed");
        assert_eq!(answer.body.get("current_etag"), None, "there is none");
    }
    assert_eq!(
        service.send(Method::PUT, ABSENT, &only_create, Some(&body)).await.status,
        StatusCode::CREATED
    );
    let again = service.send(Method::PUT, ABSENT, &only_create, Some(&body)).await;
    assert_eq!(again.is_problem(412, "precondition-failed").body["current_etag"], "\"1\"");
    assert_eq!(service.delete(ABSENT).await.status, StatusCode::NO_CONTENT);
    for fields in [&[][..], &only_create] {
        service.send(Method::PUT, ABSENT, fields, Some(&body)).await.is_problem(409, "conflict");
    }
}

#[tokio::test]
async fn writes_without_a_condition_are_refused_with_428_where_that_is_wanted() {
    let service = TestService::start_with(Options { require_if_match: true, ..options() }).await;
    let item = path(&service.create("Lamp").await);
    let body = json!({ "name": "Lamp" });
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        service.send(method.clone(), &item, &[], Some(&body)).await.is_problem(428, "precondition-required");
        let other = service.send(method, &item, &[("if-none-match", "\"7\"")], Some(&body)).await;
        other.is_problem(428, "precondition-required");
    }
    assert_eq!(service.get(&item).await.body["version"], 1);
    let created = service.send(Method::PUT, ABSENT, &[("if-none-match", "*")], Some(&body)).await;
    assert_eq!(created.status, StatusCode::CREATED, "nothing can be overwritten");
    let patched = service.send(Method::PATCH, &item, &[("if-match", "\"1\"")], Some(&body)).await;
    assert_eq!(patched.status, StatusCode::OK);
    let deleted = service.send(Method::DELETE, &item, &[("if-match", "\"2\"")], None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(
        service.send(Method::POST, &format!("{item}/restore"), &[], None).await.status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_with_one_entity_tag_one_wins() {
    let service = TestService::start().await;
    for method in [Method::PATCH, Method::PUT, Method::DELETE] {
        let item = path(&service.create("Lamp").await);
        let body = json!({ "name": "Desk lamp" });
        let write = || service.send(method.clone(), &item, &[("if-match", "\"1\"")], Some(&body));
        let answers: Vec<Answer> = join_all((0..20).map(|_| write())).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
        assert_eq!(won.len(), 1, "{method}: {answers:?}");
        for answer in lost {
            // Who comes when the item is deleted finds none.
            if method == Method::DELETE {
                answer.is_problem(404, "not-found");
            } else {
                assert_eq!(answer.is_problem(412, "precondition-failed").body["current_etag"], "\"2\"");
            }
        }
    }
    service.pool_is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_put_a_new_item_one_creates_it() {
    let service = TestService::start().await;
    let body = json!({ "name": "Lamp" });
    let create = || service.send(Method::PUT, ABSENT, &[("if-none-match", "*")], Some(&body));
    let answers: Vec<Answer> = join_all((0..20).map(|_| create())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count(), 1);
    let lost = answers.iter().filter(|answer| answer.status != StatusCode::CREATED);
    lost.for_each(|answer| {
        assert_eq!(answer.is_problem(412, "precondition-failed").body["current_etag"], "\"1\"");
    });

    let put = || service.put("/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a56", &body);
    let answers: Vec<Answer> = join_all((0..20).map(|_| put())).await;
    let mut versions: Vec<_> =
        answers.iter().map(|answer| answer.body["version"].as_i64().unwrap()).collect();
    versions.sort_unstable();
    assert!(versions.into_iter().eq(1..=20), "each counts up by one: {answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_increment_is_lost_between_clients_who_read_match_and_retry() {
    const CLIENTS: u64 = 8;
    const INCREMENTS: u64 = 100;
    let service = TestService::start().await;
    let counter = service.post("/v1/items", &json!({ "name": "Counter", "attributes": { "n": 0 } })).await;
    let item = path(&counter.body);
    let increment = async || {
        let mut retries = 0;
        for _ in 0..INCREMENTS {
            loop {
                let read = service.get(&item).await;
                let n = read.body["attributes"]["n"].as_u64().unwrap();
                let patch = json!({ "attributes": { "n": n + 1 } });
                let etag = read.header("etag").unwrap();
                let answer = service.send(Method::PATCH, &item, &[("if-match", etag)], Some(&patch)).await;
                if answer.status == StatusCode::OK {
                    break;
                }
                answer.is_problem(412, "precondition-failed");
                retries += 1;
            }
        }
        retries
    };
    let retries: Vec<u64> = join_all((0..CLIENTS).map(|_| increment())).await;
    assert!(retries.iter().sum::<u64>() > 0, "nobody was in anybody's way");
    let end: Value = service.get(&item).await.body;
    assert_eq!(end["attributes"]["n"], CLIENTS * INCREMENTS);
    assert_eq!(end["version"], 1 + CLIENTS * INCREMENTS);
    service.pool_is_clean().await;
}
