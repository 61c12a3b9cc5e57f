//! Create, get, replace, update, delete, and the methods that are allowed.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{RESOURCES, resources_with};
use crate::support::{
    resource::{
        Api,
        Feature::{Batch, Replace, Restore, Update},
        Identity,
    },
    service::Reply,
};

const PATCH_TYPES: &str = "application/merge-patch+json, application/json-patch+json, application/json";

#[tokio::test]
async fn a_created_entity_has_what_was_sent_and_what_the_server_gives() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let sent = resource.full();
        let created = api.post(resource.path, &sent).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        assert_eq!(created.header("etag"), Some("\"1\""));
        assert_eq!(created.header("location").unwrap(), resource.path_of(&created.body));
        assert_eq!(created.header("content-type"), Some("application/json"));
        resource.assert_shows(&created.body, &sent);
        assert_eq!(created.body["version"], 1);
        if resource.identity == Identity::Id {
            assert_eq!(created.body["id"].as_str().unwrap().as_bytes()[14], b'7', "UUID version 7");
        }
        for time in ["created_at", "updated_at"] {
            let time = created.body[time].as_str().unwrap();
            assert_eq!(time.len(), "2026-11-22T12:00:00.000000Z".len(), "{time}");
            assert!(time.ends_with('Z'), "{time}");
        }
        assert_eq!(api.get(&resource.path_of(&created.body)).await.body, created.body);
    }
}

#[tokio::test]
async fn a_field_that_is_left_out_gets_its_default() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        resource.assert_shows(&api.create("Lamp").await, &resource.labelled("Lamp"));
    }
}

#[tokio::test]
async fn get_returns_the_entity_tag_and_304_to_a_client_that_has_it() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        let got = api.get(&path).await;
        assert_eq!((got.status, got.header("etag")), (StatusCode::OK, Some("\"1\"")));
        assert_eq!(got.header("cache-control"), Some("private, no-cache"));

        let conditional =
            async |tags: &str| api.send(Method::GET, &path, &[("if-none-match", tags)], None).await;
        for tags in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
            let reply = conditional(tags).await;
            assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{tags}");
            assert_eq!(reply.header("vary"), Some("accept-encoding"), "as the 200 of a large entity");
            assert_eq!(reply.header("etag"), Some("\"1\""), "{tags}");
            assert_eq!(reply.header("cache-control"), Some("private, no-cache"), "{tags}");
        }
        assert_eq!(conditional("\"2\", W/\"11\"").await.status, StatusCode::OK);
        let malformed = conditional("1").await;
        assert_eq!(
            malformed.is_problem(400, "malformed-request").faults(),
            [("If-None-Match".into(), "entity_tag".into())]
        );
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        for path in [path.as_str(), resource.path] {
            let got = api.get(path).await;
            let head = Reply::of(api.request(Method::HEAD, path)).await;
            assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
            for name in ["etag", "cache-control", "content-type", "content-length", "link"] {
                assert_eq!(head.header(name), got.header(name), "{name} of {path}");
            }
        }
        let missing = Reply::of(api.request(Method::HEAD, &resource.path_to(resource.absent()))).await;
        assert_eq!(
            (missing.status, missing.header("content-type")),
            (StatusCode::NOT_FOUND, Some("application/problem+json"))
        );
    }
}

#[tokio::test]
async fn put_replaces_every_field_and_increments_the_version() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start(resource).await;
        let created = api.post(resource.path, &resource.full()).await.body;
        let path = resource.path_of(&created);
        let mut sent = resource.labelled("Desk lamp");
        sent[resource.member()] = created[resource.member()].clone();
        let replaced = api.put(&path, &sent).await;
        assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
        assert_eq!(replaced.header("etag"), None, "the server altered what was sent");
        resource.assert_shows(&replaced.body, &resource.labelled("Desk lamp"));
        assert_eq!(
            (&replaced.body["version"], &replaced.body["created_at"]),
            (&json!(2), &created["created_at"])
        );
        assert!(replaced.body["updated_at"].as_str() > created["updated_at"].as_str());
        assert_eq!(api.get(&path).await.body, replaced.body);

        for other in [json!(resource.absent()), json!(null), json!(1)] {
            sent[resource.member()] = other;
            let rejected = api.put(&path, &sent).await;
            assert_eq!(
                rejected.is_problem(422, "validation-error").faults(),
                [(format!("#/{}", resource.member()), "mismatch".into())]
            );
        }
    }
}

#[tokio::test]
async fn what_was_read_can_be_sent_back() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let read = api.post(resource.path, &resource.full()).await.body;
        let mut copy = read.clone();
        if resource.identity == Identity::Key {
            copy.as_object_mut().unwrap().remove("key");
        }
        let copy = api.post(resource.path, &copy).await;
        assert_eq!(copy.status, StatusCode::CREATED, "{copy:?}");
        assert_ne!(copy.body[resource.member()], read[resource.member()]);
        resource.assert_shows(&copy.body, &resource.full());
        let path = resource.path_of(&read);
        if resource.has(Replace) {
            assert_eq!(api.put(&path, &read).await.status, StatusCode::OK);
        }
        if resource.has(Update) {
            let patched = api.patch(&path, &read).await;
            assert_eq!(patched.status, StatusCode::OK, "{patched:?}");
        }
        if resource.has(Batch) {
            let created = api.batch(&json!([resource.batch_create(&read)])).await;
            assert_eq!(created.status, StatusCode::OK, "{created:?}");
            resource.assert_shows(&created.body["results"][0][resource.name], &resource.full());
        }

        let mut faulty = read.clone();
        faulty["colour"] = json!(1);
        let rejected = api.post(resource.path, &faulty).await;
        assert_eq!(
            rejected.is_problem(422, "validation-error").faults(),
            [("#/colour".into(), "unknown_field".into())]
        );
    }
}

#[tokio::test]
async fn every_invalid_value_of_a_field_is_rejected_with_its_pointer_and_code() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        for field in resource.fields {
            for (value, code) in field.invalid() {
                let mut body = resource.labelled("x");
                body[field.name] = value;
                let fault = (format!("#/{}", field.name), code.to_owned());
                let mut replies = vec![api.post(resource.path, &body).await];
                if resource.has(Replace) {
                    replies.push(api.put(&path, &body).await);
                }
                for reply in replies {
                    let faults = reply.is_problem(422, "validation-error").faults();
                    assert_eq!(faults, std::slice::from_ref(&fault), "{body}");
                }
            }
        }
        assert_eq!(api.count().await, 1);
    }
}

#[tokio::test]
async fn a_deleted_entity_is_gone() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        let deleted = api.delete(&path).await;
        assert_eq!((deleted.status, deleted.text.as_str()), (StatusCode::NO_CONTENT, ""));
        api.delete(&path).await.is_problem(404, "not-found");
        api.get(&path).await.is_problem(404, "not-found");
        if resource.has(Update) {
            api.patch(&path, &json!({})).await.is_problem(404, "not-found");
        }
        assert_eq!(api.list().await.body["data"], json!([]));
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_delete_with_a_body_is_rejected() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        let reply = api.send(Method::DELETE, &path, &[], Some(&json!({ "purge": true }))).await;
        assert_eq!(reply.is_problem(422, "validation-error").faults()[0].1, "unexpected");
        assert_eq!(api.get(&path).await.body["version"], 1);
    }
}

#[tokio::test]
async fn options_lists_the_methods_as_405_does() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let entity = api.create_path("Lamp").await;
        let restore = format!("{entity}/restore");
        let batch = resource.batch_path();
        let paths = [
            (true, resource.path, Method::DELETE),
            (true, &entity, Method::POST),
            (resource.has(Restore), &restore, Method::GET),
            (resource.has(Batch), &batch, Method::PUT),
        ];
        for (_, path, other) in paths.into_iter().filter(|(exists, ..)| *exists) {
            let options = Reply::of(api.request(Method::OPTIONS, path)).await;
            assert_eq!(options.status, StatusCode::NO_CONTENT);
            let rejected = Reply::of(api.request(other, path)).await;
            let sorted = |reply: &Reply| {
                let mut methods: Vec<String> =
                    reply.header("allow").unwrap().split(',').map(str::to_owned).collect();
                methods.sort();
                methods
            };
            assert_eq!(sorted(&options), sorted(rejected.is_problem(405, "method-not-allowed")), "{path}");
        }
        let options = Reply::of(api.request(Method::OPTIONS, &entity)).await;
        assert_eq!(options.header("accept-patch"), resource.has(Update).then_some(PATCH_TYPES));
    }
}
