//! The service behind a pooler of connections in transaction mode.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    pooler::pooler,
    service::{Reply, TestService, options, path},
};

async fn service() -> TestService {
    let database = TestDatabase::new().await;
    let connect = pooler(&database).await;
    let pool = DatabaseOptions { connect, ..database.options() };
    let service = TestService::on(database, pool, options());
    service
        .put(
            "/v1/collections/lamps",
            &json!({ "title": "Lamps", "indexed": [{ "path": "price", "type": "number" }] }),
        )
        .await;
    for price in 0..6 {
        let collection = ["default", "lamps"][price % 2];
        let item = json!({ "name": format!("Lamp {price}"), "collection": collection, "attributes": { "price": price } });
        assert_eq!(service.post("/v1/items", &item).await.status, StatusCode::CREATED);
    }
    service
}

fn prices(reply: &Reply) -> Vec<u64> {
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let items = reply.body["data"].as_array().unwrap();
    items.iter().map(|item| item["attributes"]["price"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn lists_are_not_those_of_other_clients() {
    let service = service().await;
    let counted = [("prefer", "count=exact")];
    for (query, expected) in [
        ("limit=2", &[5, 4][..]),
        ("filter=attributes.price%20%3C%202", &[1, 0]),
        ("filter=attributes.price%20%3D%203", &[3]),
        ("collection=lamps&filter=attributes.price%20%3E%203", &[5]),
        ("sort=name&limit=3", &[0, 1, 2]),
        ("sort=-attributes.price&collection=lamps&limit=2", &[5, 3]),
        ("name_prefix=Lamp%204", &[4]),
        ("status=draft&limit=1", &[5]),
        ("q=lamp%203", &[3]),
        ("q=lmap&limit=1", &[5]),
        ("q=lamp&sort=name&limit=2", &[0, 1]),
    ] {
        let path = format!("/v1/items?{query}");
        assert_eq!(prices(&service.get(&path).await), expected, "{query}");
        let reply = service.send(Method::GET, &path, &counted, None).await;
        assert_eq!(prices(&reply), expected, "{query}");
        assert!(reply.body["total_count"].as_u64() >= Some(expected.len() as u64), "{reply:?}");
    }
    for path in ["/v1/collections", "/v1/collections/lamps/schemas"] {
        let reply = service.send(Method::GET, path, &counted, None).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    }
    service.pool_is_clean().await;
}

#[tokio::test]
async fn everything_else_works_too() {
    let service = service().await;
    let item = service.create("Lamp").await;
    assert_eq!(service.get(&path(&item)).await.body, item);
    assert_eq!(service.patch(&path(&item), &json!({ "name": "Desk lamp" })).await.status, StatusCode::OK);
    let update = json!([{ "op": "update", "id": item["id"], "patch": { "status": "active" } }]);
    let reply = service.post("/v1/items/batch", &json!({ "operations": update })).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let schema = json!({ "schema": { "properties": { "price": { "maximum": 3 } } } });
    let reply = service.post("/v1/collections/lamps/schema-check", &schema).await;
    assert_eq!(
        (reply.status, reply.body["data"].as_array().map(Vec::len)),
        (StatusCode::OK, Some(1)),
        "{reply:?}"
    );
    let csv = [("accept", "text/csv")];
    let reply = service.send(Method::GET, "/v1/items?filter=attributes.price%20%3C%202", &csv, None).await;
    assert_eq!((reply.status, &reply.body), (StatusCode::OK, &Value::Null), "{reply:?}");
    assert_eq!(service.delete(&path(&item)).await.status, StatusCode::NO_CONTENT);
    service.pool_is_clean().await;
}
