//! What collections have of their own: keys, and the collection that always exists.

mod check;
mod schemas;

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{
    resource::{
        Feature::{Replace, Update},
        Field, Identity, Resource, Rule,
    },
    service::TestService,
};

pub const COLLECTIONS: Resource = Resource {
    name: "collection",
    plural: "collections",
    table: "collections",
    path: "/v1/collections",
    identity: Identity::Key,
    derived: &["schema", "schema_version", "indexed"],
    actors: &["created_by", "updated_by"],
    deleted: None,
    setup: "DELETE FROM collections",
    fields: &[
        Field { name: "title", rule: Rule::Text { max: 200 }, default: None },
        Field { name: "description", rule: Rule::Prose { max: 2000 }, default: Some("\"\"") },
    ],
    logged: &[],
    columns: &[("key", "'seed-' || n"), ("title", "'collection ' || n")],
    features: &[Replace, Update],
};

const PATH: &str = "/v1/collections";

#[tokio::test]
async fn the_default_collection_exists_from_the_start_and_stays() {
    let service = TestService::start().await;
    let default = format!("{PATH}/default");
    let found = service.get(&default).await;
    assert_eq!((found.status, found.header("etag")), (StatusCode::OK, Some("\"1\"")), "{found:?}");
    assert_eq!(found.body["key"], "default");
    service.delete(&default).await.is_problem(409, "conflict");
    let renamed = service.patch(&default, &json!({ "title": "Everything" })).await;
    assert_eq!((renamed.status, &renamed.body["title"]), (StatusCode::OK, &json!("Everything")));
    service.delete(&default).await.is_problem(409, "conflict");
}

#[tokio::test]
async fn a_key_names_one_collection_and_its_versions_never_repeat() {
    let service = TestService::start().await;
    let body = json!({ "key": "acme.lamps", "title": "Lamps" });
    let path = format!("{PATH}/acme.lamps");
    let created = service.post(PATH, &body).await;
    assert_eq!((created.status, created.header("location")), (StatusCode::CREATED, Some(&*path)));
    service.post(PATH, &body).await.is_problem(409, "conflict");
    assert_eq!(service.patch(&path, &json!({ "title": "All lamps" })).await.body["version"], 2);
    assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
    let again = service.post(PATH, &body).await;
    assert_eq!((again.status, again.header("etag")), (StatusCode::CREATED, Some("\"3\"")), "{again:?}");
    assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(service.put(&path, &json!({ "title": "Lamps" })).await.body["version"], 4);
}

#[tokio::test]
async fn a_description_of_the_greatest_length_is_stored_as_it_is() {
    let service = TestService::start().await;
    let description = format!(" {}\n", "é".repeat(1998));
    let created =
        service.post(PATH, &json!({ "key": "lamps", "title": "x", "description": description })).await;
    assert_eq!(created.body["description"], description);
}

#[tokio::test]
async fn a_key_has_a_form_and_never_changes() {
    let service = TestService::start().await;
    for key in ["", "A", "a_b", "a.", ".a", "a..b", "1a", "a.b.c.d.e", "a b", "\u{e9}"] {
        let reply = service.post(PATH, &json!({ "key": key, "title": "x" })).await;
        let faults = reply.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("#/key".into(), "key".into())], "{key}");
    }
    let missing = service.post(PATH, &json!({ "title": "" })).await;
    assert_eq!(
        missing.is_problem(422, "validation-error").faults(),
        [("#/key".into(), "required".into()), ("#/title".into(), "too_short".into())]
    );
    let reply = service.get(&format!("{PATH}/Lamps")).await;
    assert_eq!(reply.is_problem(400, "malformed-request").faults(), [("key".into(), "key".into())]);

    let path = format!("{PATH}/lamps");
    assert_eq!(
        service.put(&path, &json!({ "key": "lamps", "title": "x" })).await.status,
        StatusCode::CREATED
    );
    let other = service.put(&path, &json!({ "key": "books", "title": "x" })).await;
    assert_eq!(other.is_problem(422, "validation-error").faults(), [("#/key".into(), "mismatch".into())]);
    let other = service.patch(&path, &json!({ "key": "books", "title": "y" })).await;
    assert_eq!(other.is_problem(422, "validation-error").faults(), [("#/key".into(), "mismatch".into())]);
    let same = service.patch(&path, &json!({ "key": "lamps", "title": "y" })).await;
    assert_eq!((&same.body["key"], &same.body["title"]), (&json!("lamps"), &json!("y")));
}
