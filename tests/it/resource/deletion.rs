//! Deletion that can be undone, undoing it, and deletion for good.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::resources_with;
use crate::support::{
    resource::{
        Api,
        Feature::{Replace, Restore},
    },
    service::Reply,
};

#[tokio::test]
async fn a_deleted_entity_can_be_restored_as_it_was_in_a_new_version() {
    for resource in resources_with(&[Restore]) {
        let api = Api::start(resource).await;
        let created = api.post(resource.path, &resource.full()).await.body;
        let entity = resource.path_of(&created);
        api.restore(&entity, &[]).await.is_problem(409, "conflict");
        assert_eq!(api.delete(&entity).await.status, StatusCode::NO_CONTENT);
        api.get(&entity).await.is_problem(404, "not-found");

        let restored = api.restore(&entity, &[]).await;
        assert_eq!(
            (restored.status, restored.header("etag")),
            (StatusCode::OK, Some("\"3\"")),
            "{restored:?}"
        );
        resource.assert_shows(&restored.body, &created);
        for same in ["id", "created_at"] {
            assert_eq!(restored.body[same], created[same], "{same}");
        }
        assert_eq!((&restored.body["version"], &restored.body["deleted_at"]), (&json!(3), &Value::Null));
        assert_eq!(api.get(&entity).await.body, restored.body);
        api.restore(&entity, &[("if-match", "\"9\"")]).await.is_problem(409, "conflict");
        api.restore(&resource.path_to(resource.absent()), &[]).await.is_problem(404, "not-found");
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn restoring_can_be_limited_to_the_version_that_was_seen() {
    for resource in resources_with(&[Restore]) {
        let api = Api::start(resource).await;
        let entity = api.create_path("Lamp").await;
        api.delete(&entity).await;
        let seen = &api.get(&format!("{}?include_deleted=true", resource.path)).await.body["data"][0];
        assert_eq!((&seen["version"], seen["deleted_at"].is_string()), (&json!(2), true));
        let stale = api.restore(&entity, &[("if-match", "\"1\"")]).await;
        assert_eq!(stale.is_problem(412, "precondition-failed").body["current_etag"], "\"2\"");
        assert_eq!(api.restore(&entity, &[("if-match", "\"2\"")]).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn purging_removes_the_row_whether_deleted_or_not() {
    for resource in resources_with(&[Restore]) {
        let api = Api::start(resource).await;
        for deleted_before in [false, true] {
            let entity = api.create_path("Lamp").await;
            let mut version = 1;
            if deleted_before {
                api.delete(&entity).await;
                version = 2;
            }
            let purge = format!("{entity}?purge=true");
            let stale = api.send(Method::DELETE, &purge, &[("if-match", "\"9\"")], None).await;
            assert_eq!(
                stale.is_problem(412, "precondition-failed").body["current_etag"],
                format!("\"{version}\"")
            );
            assert_eq!(api.delete(&purge).await.status, StatusCode::NO_CONTENT);
            assert_eq!(api.count().await, 0);
            api.delete(&purge).await.is_problem(404, "not-found");
            api.restore(&entity, &[]).await.is_problem(404, "not-found");
            if resource.has(Replace) {
                assert_eq!(api.put(&entity, &resource.labelled("New")).await.status, StatusCode::CREATED);
            }
            api.delete(&purge).await;
        }
        let entity = api.create_path("Lamp").await;
        let reply = api.delete(&format!("{entity}?purge=1")).await;
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), [("purge".into(), "boolean".into())]);
    }
}

#[tokio::test]
async fn times_do_not_go_back_across_a_purge() {
    for resource in resources_with(&[Replace, Restore]) {
        let api = Api::start(resource).await;
        let entity = api.create_path("Lamp").await;
        // As after a change by a server whose clock is ahead.
        let ahead = format!("UPDATE {} SET updated_at = now() + interval '1 hour'", resource.table);
        api.database.execute(&ahead).await;
        let last = api.get(&entity).await.body["updated_at"].clone();
        for _ in 0..2 {
            api.delete(&format!("{entity}?purge=true")).await;
            let again = api.put(&entity, &resource.labelled("Lamp")).await;
            assert_eq!((&again.body["created_at"], &again.body["updated_at"]), (&last, &last), "{again:?}");
        }
    }
}

#[tokio::test]
async fn lists_include_deleted_entities_only_on_request() {
    for resource in resources_with(&[Restore]) {
        let api = Api::start(resource).await;
        for label in ["a", "b", "c", "d", "e"] {
            let entity = api.create(label).await;
            if "bce".contains(label) {
                api.delete(&resource.path_of(&entity)).await;
            }
        }
        let labels = |page: &Reply| -> Vec<String> {
            let data = page.body["data"].as_array().unwrap().iter();
            data.map(|entity| entity[resource.label()].as_str().unwrap().to_owned()).collect()
        };
        let list = async |query: &str| api.get(&format!("{}?{query}", resource.path)).await;
        assert_eq!(labels(&api.list().await), ["d", "a"]);
        assert_eq!(labels(&list("include_deleted=false").await), ["d", "a"]);
        let mut walked = Vec::new();
        let mut query = "include_deleted=true&limit=2".to_owned();
        loop {
            let page = list(&query).await;
            walked.extend(labels(&page));
            let Some(cursor) = page.body["next_cursor"].as_str() else {
                let cursor = page.body["prev_cursor"].as_str().unwrap();
                let back = list(&format!("include_deleted=true&limit=2&cursor={cursor}")).await;
                assert_eq!(labels(&back), ["c", "b"]);
                break;
            };
            query = format!("include_deleted=true&limit=2&cursor={cursor}");
        }
        assert_eq!(walked, ["e", "d", "c", "b", "a"]);
        let other = list(&query.replace("include_deleted=true&", "")).await;
        assert_eq!(
            other.is_problem(400, "malformed-request").faults(),
            [("cursor".into(), "cursor_mismatch".into())]
        );
    }
}
