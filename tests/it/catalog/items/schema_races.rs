//! Writes of items while the schema of their collection changes.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use curio::ids::new_id;
use curio_schema::Schema;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::service::{Reply, TestService, path};

const LAMPS: &str = "/v1/collections/lamps";
const WRITERS: usize = 32;
const WRITES: usize = 24;

/// Schemas of which no attributes satisfy two.
const KINDS: [&str; 2] = ["lamp", "book"];

fn collection(kind: Option<&str>) -> Value {
    let schema =
        kind.map(|kind| json!({ "properties": { "kind": { "const": kind } }, "required": ["kind"] }));
    json!({ "title": "Lamps", "schema": schema })
}

/// Writes an item in one of four ways, until the schema takes it.
async fn write(service: &TestService, writer: usize, item: &Value, kind: &str) -> Reply {
    let attributes = json!({ "kind": kind });
    let new = json!({ "collection": "lamps", "name": "x", "attributes": attributes });
    match writer % 5 {
        0 => service.post("/v1/items", &new).await,
        1 => service.put(&format!("/v1/items/{}", new_id()), &new).await,
        2 => service.put(&path(item), &json!({ "name": "y", "attributes": attributes })).await,
        3 => service.patch(&path(item), &json!({ "attributes": attributes })).await,
        _ => {
            let create = json!({ "op": "create", "item": new });
            let update = json!({ "op": "update", "id": item["id"], "patch": { "attributes": attributes } });
            service.post("/v1/items/batch", &json!({ "operations": [create, update] })).await
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_is_valid_by_the_version_that_it_names_whatever_races() {
    let service = TestService::start().await;
    service.put(LAMPS, &collection(None)).await;
    let new = json!({ "collection": "lamps", "name": "x", "attributes": { "kind": KINDS[0] } });
    let shared: Vec<Value> = join_all((0..8).map(|_| service.post("/v1/items", &new)))
        .await
        .into_iter()
        .map(|reply| reply.body)
        .collect();
    let is_over = AtomicBool::new(false);
    let change = async {
        let mut changes = 0;
        while !is_over.load(Ordering::Relaxed) {
            // None now and then, so that the schema is unknown again.
            let kind = (changes % 7 != 6).then(|| KINDS[changes % 2]);
            let reply = service.put(LAMPS, &collection(kind)).await;
            assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
            changes += 1;
        }
        changes
    };
    let writers = async {
        let writer = async |writer: usize| {
            let (mut written, mut rejected) = (0, 0);
            for n in 0..WRITES {
                let reply = write(&service, writer, &shared[(writer + n) % 8], KINDS[(writer + n) % 2]).await;
                if reply.status.is_success() {
                    written += 1;
                } else {
                    let faults = reply.is_problem(422, "validation-error").faults();
                    assert!(faults.iter().all(|(_, code)| code == "schema.const"), "{faults:?}");
                    rejected += 1;
                }
            }
            (written, rejected)
        };
        let counts = join_all((0..WRITERS).map(writer)).await;
        is_over.store(true, Ordering::Relaxed);
        counts.into_iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    };
    let (changes, (written, rejected)) = tokio::join!(change, writers);
    println!("{changes} changes, {written} written, {rejected} rejected");
    assert!(
        changes > 10 && written > 0 && rejected > 0,
        "{changes} changes, {written} written, {rejected} rejected"
    );

    assert!(count_valid(&service).await > 0);
    service.pool_is_clean().await;
}

/// The number of items that name a schema, all of which are valid by it.
async fn count_valid(service: &TestService) -> usize {
    let mut conn = service.database.connect().await;
    let schemas: Vec<(i32, Value)> =
        sqlx::query_as("SELECT version, schema FROM collection_schemas").fetch_all(&mut conn).await.unwrap();
    let schemas: HashMap<i32, Schema> =
        schemas.into_iter().map(|(version, schema)| (version, Schema::compile(&schema).unwrap())).collect();
    let items: Vec<(Option<i32>, Value)> =
        sqlx::query_as("SELECT schema_version, attributes FROM items").fetch_all(&mut conn).await.unwrap();
    let mut named = 0;
    for (version, attributes) in items {
        let Some(version) = version else { continue };
        assert!(schemas[&version].validate(&attributes).is_ok(), "{attributes} by version {version}");
        named += 1;
    }
    named
}
