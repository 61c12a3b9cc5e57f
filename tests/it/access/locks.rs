//! Locks belong to those who may write.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, guarded};

#[tokio::test]
async fn whoever_may_only_read_waits_for_no_lock_and_takes_none() {
    let service = guarded().await;
    let admin = Client::new(&service, "read:* write:* delete:* purge:* manage:*").await;
    let (live, deleted) = (admin.create("default", "Lamp").await, admin.create("default", "Lamp").await);
    let (id, path) = (&live["id"], |item: &Value| format!("/v1/items/{}", item["id"].as_str().unwrap()));
    assert_eq!(admin.send(Method::DELETE, &path(&deleted), &[], None).await.status, 204);
    let mut holder = service.database.connect().await;
    let locks = "BEGIN; SELECT FROM items FOR UPDATE; SELECT FROM collections FOR UPDATE";
    sqlx::raw_sql(locks).execute(&mut holder).await.unwrap();

    let name = json!({ "name": "X" });
    let batch = |operation: Value| Some(json!({ "operations": [operation] }));
    let reader = Client::new(&service, "read:default write:own").await;
    for (method, path, body) in [
        (Method::PUT, path(&live), Some(name.clone())),
        (Method::PUT, path(&deleted), Some(name.clone())),
        (Method::PATCH, path(&live), Some(name.clone())),
        (Method::DELETE, path(&live), None),
        (Method::DELETE, format!("{}?purge=true", path(&live)), None),
        (Method::DELETE, format!("{}?purge=true", path(&deleted)), None),
        (Method::POST, format!("{}/restore", path(&deleted)), None),
        (Method::POST, "/v1/items/batch".into(), batch(json!({ "op": "update", "id": id, "patch": name }))),
        (Method::POST, "/v1/items/batch".into(), batch(json!({ "op": "delete", "id": id }))),
        (Method::PUT, "/v1/collections/default".into(), Some(json!({ "title": "X" }))),
        (Method::PATCH, "/v1/collections/default".into(), Some(json!({}))),
        (Method::DELETE, "/v1/collections/default".into(), None),
    ] {
        let reply = reader.send(method, &path, &[], body.as_ref()).await;
        reply.is_problem(403, "insufficient-scope");
    }
    // A deleted item does not exist for those who change live ones.
    for method in [Method::PATCH, Method::DELETE] {
        let body = Some(&name).filter(|_| method == Method::PATCH);
        reader.send(method, &path(&deleted), &[], body).await.is_problem(404, "not-found");
    }
}
