//! Who has created and last changed an entity.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, guarded};
use crate::support::service::{Reply, TestService};

const GRANTS: &str = "write:* delete:* purge:* manage:*";

/// Who has created an entity, and who has changed it last.
fn writers(entity: &Value) -> [&str; 2] {
    ["created_by", "updated_by"].map(|name| entity[name].as_str().unwrap_or("null"))
}

/// The name of a client.
fn name(client: &Client<'_>) -> String {
    format!("key-{}", client.key.id())
}

#[tokio::test]
async fn an_item_names_the_keys_that_created_and_changed_it() {
    let service = guarded().await;
    let (first, second) = (Client::new(&service, GRANTS).await, Client::new(&service, GRANTS).await);
    let (one, two) = (&*name(&first), &*name(&second));
    let created = first.create("default", "x").await;
    assert_eq!(writers(&created), [one, one]);
    let path = &*format!("/v1/items/{}", created["id"].as_str().unwrap());
    let send = async |client: &Client<'_>, method, path: &str, body: Option<Value>| {
        client.send(method, path, &[], body.as_ref()).await
    };
    let stored = async || {
        let list = first.get("/v1/items?include_deleted=true&limit=1").await;
        list.body["data"][0].clone()
    };
    // Members that clients do not write are ignored.
    let body = json!({ "name": "y", "created_by": "me", "updated_by": null });
    let restore = &*format!("{path}/restore");
    for (client, method, path, body, last) in [
        (&second, Method::PATCH, path, Some(json!({ "name": "z" })), two),
        (&first, Method::PUT, path, Some(body), one),
        (&second, Method::DELETE, path, None, two),
        (&first, Method::POST, restore, None, one),
    ] {
        let reply = send(client, method, path, body).await;
        assert!(reply.status.is_success(), "{reply:?}");
        assert_eq!(writers(&stored().await), [one, last], "{reply:?}");
    }
    let patch = json!([{ "op": "replace", "path": "/created_by", "value": "me" }]);
    let fields = [("content-type", "application/json-patch+json")];
    second.send(Method::PATCH, path, &fields, Some(&patch)).await.is_problem(422, "validation-error");
    // The id is used again: the one before has left its version behind, and nothing else.
    send(&first, Method::DELETE, &format!("{path}?purge=true"), None).await;
    let again = send(&second, Method::PUT, path, Some(json!({ "name": "x" }))).await;
    assert_eq!(writers(&again.body), [two, two]);
}

#[tokio::test]
async fn many_items_at_once_name_their_writer() {
    let service = guarded().await;
    let (first, second) = (Client::new(&service, GRANTS).await, Client::new(&service, GRANTS).await);
    let (one, two) = (&*name(&first), &*name(&second));
    let (a, b) = (first.create("default", "a").await, first.create("default", "b").await);
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    let operations = json!({ "operations": [
        { "op": "create", "item": { "name": "c" } },
        { "op": "update", "id": id(&a), "patch": { "name": "d" } },
        { "op": "delete", "id": id(&b) },
    ] });
    assert_eq!(second.post("/v1/items/batch", &operations).await.status, 200);
    let import = async |client: &Client<'_>, line: Value| {
        let request = service.request(Method::POST, "/v1/items/import");
        let request =
            request.header("authorization", &client.field).header("content-type", "application/x-ndjson");
        assert_eq!(Reply::of(request.body(line.to_string())).await.body["failed"], 0);
    };
    import(&first, json!({ "name": "e", "created_by": "me" })).await;
    let listed = first.get("/v1/items?include_deleted=true&sort=name").await;
    let listed: Vec<_> = listed.body["data"].as_array().unwrap().iter().map(writers).collect();
    assert_eq!(listed, [[one, two], [two, two], [one, two], [one, one]]);
    import(&second, json!({ "id": id(&a), "name": "f" })).await;
    let replaced = first.get(&format!("/v1/items/{}", id(&a))).await;
    assert_eq!((writers(&replaced.body), &replaced.body["name"]), ([one, two], &json!("f")));
    let exported = first.send(Method::GET, "/v1/items?name_prefix=f", &[("accept", "text/csv")], None).await;
    assert!(exported.text.contains(&format!(",{one},{two},")), "{exported:?}");
}

#[tokio::test]
async fn a_collection_names_the_keys_that_created_and_changed_it() {
    let service = guarded().await;
    let (first, second) = (Client::new(&service, GRANTS).await, Client::new(&service, GRANTS).await);
    let (one, two) = (&*name(&first), &*name(&second));
    first.create_collection("a").await;
    assert_eq!(writers(&first.get("/v1/collections/a").await.body), [one, one]);
    let body = json!({ "title": "Y", "schema": true, "created_by": "me" });
    let replaced = second.send(Method::PUT, "/v1/collections/a", &[], Some(&body)).await;
    assert_eq!(writers(&replaced.body), [one, two]);
    let patched = first.send(Method::PATCH, "/v1/collections/a", &[], Some(&json!({ "title": "Z" }))).await;
    assert_eq!(writers(&patched.body), [one, one]);
    let created = second.send(Method::PUT, "/v1/collections/b", &[], Some(&body)).await;
    assert_eq!((created.status.as_u16(), writers(&created.body)), (201, [two, two]));
    let listed = first.get("/v1/collections?limit=2").await;
    assert_eq!(
        listed.body["data"].as_array().unwrap().iter().map(writers).collect::<Vec<_>>(),
        [[two, two], [one, one]]
    );
}

#[tokio::test]
async fn without_authentication_no_writer_is_named() {
    let service = TestService::start().await;
    assert_eq!(writers(&service.create("x").await), ["null", "null"]);
    let put = service.put("/v1/collections/a", &json!({ "title": "X" })).await;
    assert_eq!(writers(&put.body), ["null", "null"]);
}
