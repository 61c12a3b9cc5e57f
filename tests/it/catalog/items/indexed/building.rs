//! Indexes are built and removed while others write, and whatever becomes of those who build them.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::{Indexer, LAMPS, create, differences, index, is_indexed};
use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    eventually,
    process::Process,
    service::{TestService, options, path},
};

/// Items that were there before an index, of which the oldest comes last.
async fn seed(service: &TestService, count: u32) {
    index(service, &[]).await;
    let sql = format!(
        "INSERT INTO items (id, collection, name, attributes, created_at)
         SELECT gen_random_uuid(), 'lamps', 'item ' || n, jsonb_build_object('price', n),
             timestamptz '2026-01-01' + n * interval '1 second'
         FROM generate_series(1, {count}) AS n"
    );
    service.database.execute(&sql).await;
}

async fn execute(conn: &mut PgConnection, sql: &str) {
    conn.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// Holds the oldest item, so that no index can be completed.
async fn hold_the_oldest(service: &TestService) -> PgConnection {
    let mut conn = service.database.connect().await;
    execute(&mut conn, "BEGIN; SELECT FROM items WHERE name = 'item 1' FOR UPDATE").await;
    conn
}

/// Waits until this many items are indexed by an index that is not ready.
async fn reaches(service: &TestService, items: i64) {
    let reached = format!("SELECT count(*) FROM collection_indexes WHERE items >= {items} AND NOT is_ready");
    eventually("some items are indexed", async || service.database.number(&reached).await == 1).await;
}

async fn list(service: &TestService) -> u16 {
    service.get("/v1/items?collection=lamps&sort=attributes.price&limit=1").await.status.as_u16()
}

#[tokio::test]
async fn the_entity_tag_of_a_collection_tells_which_indexes_are_ready() {
    let service = TestService::start().await;
    index(&service, &[]).await;
    let indexed = json!(["price", "size"].map(|path| json!({ "path": path, "type": "number" })));
    let changed = service.patch(LAMPS, &json!({ "indexed": indexed })).await;
    let building = changed.header("etag").unwrap();
    assert_eq!(building, "\"2.3\"");
    let get = async |tag| service.send(Method::GET, LAMPS, &[("if-none-match", tag)], None).await;
    let unchanged = get(building).await;
    assert_eq!((unchanged.status, unchanged.header("etag")), (StatusCode::NOT_MODIFIED, Some(building)));

    let _indexer = Indexer::start(&service.pool);
    is_indexed(&service).await;
    let ready = get(building).await;
    assert_eq!((ready.status, ready.header("etag")), (StatusCode::OK, Some("\"2\"")));
    assert_eq!(ready.body["indexed"][1]["state"], "ready");
    assert_eq!(get("\"2\"").await.status, StatusCode::NOT_MODIFIED);
    let headers = [("if-match", building), ("content-type", "application/merge-patch+json")];
    let changed = service.send(Method::PATCH, LAMPS, &headers, Some(&json!({ "title": "X" }))).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, Some("\"3\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_item_is_missed_while_sixteen_write_and_two_replicas_build() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions { max_connections: 24, ..database.options() };
    let service = TestService::on(database, pool, options());
    seed(&service, 3_000).await;
    let replicas = [Indexer::start(&service.pool), Indexer::start(&service.pool)];
    let is_over = AtomicBool::new(false);
    let writer = async |writer: usize| {
        let mut item = create(&service, &json!({ "price": writer })).await;
        for round in 0.. {
            let price = json!({ "price": round, "size": { "width": writer }});
            match (writer + round) % 5 {
                0 => item = create(&service, &price).await,
                1 => drop(service.patch(&path(&item), &json!({ "attributes": price })).await),
                2 => drop(service.delete(&path(&item)).await),
                3 => drop(service.delete(&format!("{}?purge=true", path(&item))).await),
                _ => {
                    let item = json!({ "collection": "lamps", "name": "y", "attributes": price });
                    let operations =
                        json!([{ "op": "create", "item": item }, { "op": "create", "item": item }]);
                    service.post("/v1/items/batch", &json!({ "operations": operations })).await;
                }
            }
            if is_over.load(Ordering::Relaxed) {
                break;
            }
        }
    };
    let change = async {
        for paths in
            [&["price"][..], &["price", "size.width"], &["size.width"], &[], &["price", "size.width"]]
        {
            let indexed: Vec<_> = paths.iter().map(|path| (*path, "number")).collect();
            index(&service, &indexed).await;
            is_indexed(&service).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(change, join_all((0..16).map(writer)));
    assert_eq!(differences(&service).await, [""; 0]);
    assert_eq!(service.database.number("SELECT count(DISTINCT index_id) FROM item_values").await, 2);
    for replica in replicas {
        replica.stop().await;
    }
}

#[tokio::test]
async fn an_index_waits_for_writers_that_began_before_it_was_known() {
    let service = TestService::start().await;
    seed(&service, 10).await;
    let mut writer = service.database.connect().await;
    let late = "INSERT INTO items (id, collection, name, attributes)
        VALUES (gen_random_uuid(), 'lamps', 'late', '{\"price\": 11}')";
    execute(&mut writer, &format!("BEGIN; {late}")).await;
    index(&service, &[("price", "number")]).await;
    let indexer = Indexer::start(&service.pool);
    let waits = "SELECT count(*) FROM collection_indexes WHERE cardinality(awaited) = 1";
    eventually("the writer is waited for", async || service.database.number(waits).await == 1).await;
    let reply = service.get("/v1/items?collection=lamps&sort=-attributes.price").await;
    let problem = reply.is_problem(409, "index-building");
    assert_eq!(problem.header("retry-after"), Some("1"));
    execute(&mut writer, "COMMIT").await;
    is_indexed(&service).await;
    assert_eq!(differences(&service).await, [""; 0]);
    assert_eq!(list(&service).await, 200);

    // Who knows the index may write values until it ends, so they are removed after that.
    let id = "(SELECT id FROM collection_indexes LIMIT 1)";
    execute(&mut writer, &format!("BEGIN; {late}")).await;
    index(&service, &[]).await;
    eventually("the writer is waited for", async || service.database.number(waits).await == 1).await;
    assert_eq!(service.database.number("SELECT count(*) FROM item_values").await, 11);
    let value = format!("INSERT INTO item_values SELECT gen_random_uuid(), {id}, 'number', 1; COMMIT");
    execute(&mut writer, &value).await;
    is_indexed(&service).await;
    assert_eq!(service.database.number("SELECT count(*) FROM item_values").await, 0);
    indexer.stop().await;
}

#[tokio::test]
async fn another_replica_goes_on_where_one_was_killed() {
    let service = TestService::start().await;
    seed(&service, 3_500).await;
    let mut holder = hold_the_oldest(&service).await;
    index(&service, &[("price", "number")]).await;
    let first = Indexer::start(&service.pool);
    reaches(&service, 3_000).await;
    first.kill();
    let values = service.database.number("SELECT count(*) FROM item_values").await;
    assert_eq!(values, 3_000, "a portion is stored or not");
    let second = Indexer::start(&service.pool);
    execute(&mut holder, "COMMIT").await;
    is_indexed(&service).await;
    assert_eq!(service.database.number("SELECT items FROM collection_indexes").await, 3_500, "none twice");
    assert_eq!(differences(&service).await, [""; 0]);
    second.stop().await;
}

#[tokio::test]
async fn what_is_removed_while_it_is_built_can_be_added_again_at_once() {
    let service = TestService::start().await;
    seed(&service, 2_500).await;
    let mut holder = hold_the_oldest(&service).await;
    index(&service, &[("price", "number")]).await;
    let indexer = Indexer::start(&service.pool);
    reaches(&service, 2_000).await;
    for kind in ["string", "number"] {
        index(&service, &[]).await;
        index(&service, &[("price", kind)]).await;
        assert_eq!(list(&service).await, 409, "what was indexed before is another index");
    }
    execute(&mut holder, "COMMIT").await;
    is_indexed(&service).await;
    assert_eq!(service.database.number("SELECT count(*) FROM collection_indexes").await, 1);
    assert_eq!(service.database.number("SELECT count(number) FROM item_values").await, 2_500);
    assert_eq!(differences(&service).await, [""; 0]);
    indexer.stop().await;
}

#[tokio::test]
async fn a_deleted_collection_leaves_no_index() {
    let service = TestService::start().await;
    index(&service, &[("price", "number")]).await;
    let item = create(&service, &json!({ "price": 1 })).await;
    assert_eq!(service.delete(LAMPS).await.status, 409);
    assert_eq!(service.delete(&format!("{}?purge=true", path(&item))).await.status, 204);
    assert_eq!(service.delete(LAMPS).await.status, 204);
    let indexer = Indexer::start(&service.pool);
    is_indexed(&service).await;
    for table in ["collection_indexes", "item_values"] {
        assert_eq!(service.database.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    indexer.stop().await;
}

#[tokio::test]
async fn the_service_indexes_what_it_is_asked_to_and_says_so() {
    let database = TestDatabase::new().await;
    let process = Process::serve(&database.url(), &[]).await;
    let client = reqwest::Client::new();
    let url = format!("{}/v1/collections/default", process.address);
    let item = json!({ "name": "x", "attributes": { "price": 1 } });
    client.post(format!("{}/v1/items", process.address)).json(&item).send().await.unwrap();
    let body = json!({ "indexed": [{ "path": "price", "type": "number" }] });
    client.patch(&url).json(&body).send().await.unwrap().error_for_status().unwrap();
    let start = std::time::Instant::now();
    eventually("it is ready", async || {
        let reply: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
        reply["indexed"][0]["state"] == "ready"
    })
    .await;
    assert!(start.elapsed() < Duration::from_secs(2), "it does not wait for the next look");
    eventually("it is logged", async || !process.lines("index.ready").is_empty()).await;
    let line = process.lines("index.ready").remove(0);
    assert_eq!((&line["collection.key"], &line["index.path"]), (&json!("default"), &json!("price")));
    assert!(line["items"] == 1 && line["seconds"].is_number(), "{line}");
}
