//! The collection of an item.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    resource::ABSENT,
    service::{Reply, TestService},
};

const LAMPS: &str = "/v1/collections/lamps";

async fn start() -> TestService {
    let service = TestService::start().await;
    assert_eq!(service.put(LAMPS, &json!({ "title": "Lamps" })).await.status, StatusCode::CREATED);
    service
}

#[tokio::test]
async fn an_item_belongs_to_the_collection_that_it_names_or_to_the_default() {
    let service = start().await;
    for (named, collection) in
        [(None, "default"), (Some(Value::Null), "default"), (Some(json!("lamps")), "lamps")]
    {
        let mut body = json!({ "name": "x" });
        if let Some(named) = named {
            body["collection"] = named;
        }
        let created = service.post("/v1/items", &body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        assert_eq!(
            (&created.body["collection"], &created.body["schema_version"]),
            (&json!(collection), &Value::Null)
        );
        let batch = json!({ "operations": [{ "op": "create", "item": body }] });
        let batch = service.post("/v1/items/batch", &batch).await;
        assert_eq!(batch.body["results"][0]["item"]["collection"], collection);
    }
    let put =
        service.put(&format!("/v1/items/{ABSENT}"), &json!({ "name": "x", "collection": "lamps" })).await;
    assert_eq!((put.status, &put.body["collection"]), (StatusCode::CREATED, &json!("lamps")));
}

#[tokio::test]
async fn the_collection_of_an_item_must_exist() {
    let service = start().await;
    let body = json!({ "name": "x", "collection": "books" });
    let path = format!("/v1/items/{ABSENT}");
    for reply in [service.post("/v1/items", &body).await, service.put(&path, &body).await] {
        let faults = reply.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("#/collection".into(), "not_found".into())]);
    }
    let batch = json!({ "operations": [{ "op": "create", "item": { "name": "x" } }, { "op": "create", "item": body }] });
    assert_eq!(
        service.post("/v1/items/batch", &batch).await.is_problem(422, "validation-error").faults(),
        [("#/operations/1/item/collection".into(), "not_found".into())]
    );
    let malformed = service.post("/v1/items", &json!({ "name": "x", "collection": "Books" })).await;
    assert_eq!(
        malformed.is_problem(422, "validation-error").faults(),
        [("#/collection".into(), "key".into())]
    );
    assert_eq!(service.database.number("SELECT count(*) FROM items").await, 0);
}

#[tokio::test]
async fn the_collection_of_an_item_never_changes() {
    let service = start().await;
    let created = service.post("/v1/items", &json!({ "name": "x", "collection": "lamps" })).await.body;
    let path = format!("/v1/items/{}", created["id"].as_str().unwrap());
    let other = json!({ "name": "y", "collection": "default" });
    let update = json!({ "op": "update", "id": created["id"], "patch": other });
    let json_patch = json!([{ "op": "replace", "path": "/collection", "value": "default" }]);
    let media_type = [("content-type", "application/json-patch+json")];
    for (reply, pointer) in [
        (service.put(&path, &other).await, "#/collection"),
        (service.patch(&path, &other).await, "#/collection"),
        (service.send(reqwest::Method::PATCH, &path, &media_type, Some(&json_patch)).await, "#/collection"),
        (
            service.post("/v1/items/batch", &json!({ "operations": [update] })).await,
            "#/operations/0/patch/collection",
        ),
    ] {
        let faults = reply.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [(pointer.into(), "immutable".into())]);
    }
    for body in [json!({ "name": "y" }), json!({ "name": "y", "collection": "lamps" }), created.clone()] {
        for reply in [service.put(&path, &body).await, service.patch(&path, &body).await] {
            assert_eq!(
                (reply.status, &reply.body["collection"]),
                (StatusCode::OK, &json!("lamps")),
                "{reply:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_collection_with_items_cannot_be_deleted_even_if_they_are_deleted() {
    let service = start().await;
    let created = service.post("/v1/items", &json!({ "name": "x", "collection": "lamps" })).await.body;
    let path = format!("/v1/items/{}", created["id"].as_str().unwrap());
    service.delete(LAMPS).await.is_problem(409, "conflict");
    assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
    service.delete(LAMPS).await.is_problem(409, "conflict");
    assert_eq!(service.delete(&format!("{path}?purge=true")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(service.delete(LAMPS).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_list_may_contain_the_items_of_one_collection() {
    let service = start().await;
    for (name, collection) in [("a", "lamps"), ("b", "default"), ("c", "lamps"), ("d", "lamps")] {
        let body = json!({ "name": name, "collection": collection, "status": "active" });
        assert_eq!(service.post("/v1/items", &body).await.status, StatusCode::CREATED);
    }
    let names = |page: &Reply| -> Vec<String> {
        let data = page.body["data"].as_array().unwrap().iter();
        data.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = service.get("/v1/items?collection=lamps&status=active&limit=2").await;
    assert_eq!(names(&first), ["d", "c"]);
    assert_eq!(names(&service.get(&first.link("next").unwrap()).await), ["a"]);
    assert_eq!(names(&service.get("/v1/items?collection=books").await), [""; 0]);
    assert_eq!(names(&service.get("/v1/items?collection=default&include_deleted=true").await), ["b"]);

    let cursor = first.body["next_cursor"].as_str().unwrap();
    for (query, parameter, code) in [
        (format!("collection=default&status=active&cursor={cursor}"), "cursor", "cursor_mismatch"),
        (format!("status=active&cursor={cursor}"), "cursor", "cursor_mismatch"),
        ("collection=Lamps".to_owned(), "collection", "key"),
        ("collection=lamps&collection=books".to_owned(), "collection", "repeated"),
    ] {
        let rejected = service.get(&format!("/v1/items?{query}")).await;
        let faults = rejected.is_problem(400, "malformed-request").faults();
        assert_eq!(faults, [(parameter.into(), code.into())], "{query}");
    }
}
