//! Items of many small values, which PostgreSQL takes long to print.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    eventually,
    proxy::Proxy,
    service::{Reply, TestService, options},
};

/// 96 KiB as JSON, 384 KiB in the memory of PostgreSQL, and a few when stored.
const ATTRIBUTES: &str = "(SELECT jsonb_build_object('a', jsonb_agg(1)) FROM generate_series(1, 32760))";

async fn insert(database: &TestDatabase, count: usize) {
    let insert = format!(
        "INSERT INTO items (id, collection, name, status, attributes, created_at)
         SELECT gen_random_uuid(), 'default', 'heavy', 'active', {ATTRIBUTES}, now() - n * interval '1 minute'
         FROM generate_series(1, {count}) AS n"
    );
    database.execute(&insert).await;
}

fn ids(page: &Reply) -> Vec<Value> {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_reads_hardly_more_than_it_shows() {
    let database = TestDatabase::new().await;
    insert(&database, 120).await;
    // With these, the walk in search of names gives up.
    database
        .execute(
            "INSERT INTO items (id, collection, name) SELECT gen_random_uuid(), 'default', 'light'
             FROM generate_series(1, 1001)",
        )
        .await;
    let (options, pool) = (options(), database.options());
    let proxy = Proxy::to(pool.connect.get_host(), pool.connect.get_port()).await;
    let connect = pool.connect.clone().host("127.0.0.1").port(proxy.address.port());
    let service = TestService::on(database, DatabaseOptions { connect, ..pool }, options);
    let page = async |path: &str| {
        let before = proxy.bytes_from_server();
        let page = service.get(path).await;
        let (read, shown) = (proxy.bytes_from_server() - before, page.text.len());
        // A look-up is given up after a while, and what it has sent is lost.
        let most = if path.contains("name_prefix") { 8 << 20 } else { 5 << 20 };
        assert!(shown <= 4 << 20 && read <= most, "{path}: {shown} of {read} bytes");
        page
    };
    for query in ["status=active", "filter=name%20%3D%20%22heavy%22", "name_prefix=heavy"] {
        let mut last = page(&format!("/v1/items?{query}&limit=200")).await;
        let mut all = ids(&last);
        assert_eq!(all.len(), 42, "{query}");
        while let Some(next) = last.link("next") {
            last = page(&next).await;
            all.extend(ids(&last));
        }
        let expected = "SELECT count(DISTINCT id) FROM items WHERE name = 'heavy' AND id = ANY(ARRAY(";
        let listed: Vec<_> = all.iter().map(|id| format!("'{}'", id.as_str().unwrap())).collect();
        let expected = format!("{expected}SELECT unnest(ARRAY[{}]::uuid[])))", listed.join(","));
        assert_eq!((all.len(), service.database.number(&expected).await), (120, 120), "{query}");
        let before = page(&last.link("prev").unwrap()).await;
        assert_eq!(ids(&before), all[42..84], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_stops_reading_where_it_is_too_large_and_writes_in_portions() {
    let service = TestService::start().await;
    insert(&service.database, 200).await;
    service
        .database
        .execute(
            "CREATE TABLE statements ();
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO statements DEFAULT VALUES; RETURN NULL;
             END $$;
             CREATE TRIGGER note AFTER UPDATE ON items FOR EACH STATEMENT EXECUTE FUNCTION note()",
        )
        .await;
    let ids = "SELECT array_to_string(ARRAY(SELECT id::text FROM items), ',')";
    let ids: String = sqlx::query_scalar(ids).fetch_one(&mut service.database.connect().await).await.unwrap();
    let update = |id| json!({ "op": "update", "id": id, "patch": { "name": "Lamp" } });
    let batch = async |count: usize| {
        let body = json!({ "operations": ids.split(',').take(count).map(update).collect::<Vec<_>>() });
        service.send(Method::POST, "/v1/items/batch", &[("prefer", "return=minimal")], Some(&body)).await
    };
    batch(200).await.is_problem(413, "content-too-large");
    let locked = "SELECT count(*) FROM items WHERE xmax::text <> '0'";
    assert_eq!(service.database.number(locked).await, 171, "the first that do not fit");
    assert_eq!(batch(40).await.status, StatusCode::OK);
    // 2.6 MiB of compact JSON.
    assert_eq!(service.database.number("SELECT count(*) FROM statements").await, 3);
    service.pool_is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_batches_leave_connections_to_other_requests() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions {
        max_connections: 4,
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(20),
        wait_timeout: Duration::from_secs(10),
        ..database.options()
    };
    let service = TestService::on(database, pool, options());
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let batch = json!({ "operations": [{ "op": "create", "item": { "name": "Lamp" } }] });
    let lists = async {
        let lists = (0..6).map(|_| service.get("/v1/items"));
        let batches = (0..2).map(|_| service.post("/v1/items/batch", &batch));
        tokio::join!(futures_util::future::join_all(lists), futures_util::future::join_all(batches))
    };
    let ((lists, batches), ()) = tokio::join!(lists, async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
        eventually("three wait for the lock", async || service.database.number(waiting).await == 3).await;
        let found = service.get("/v1/collections/default").await;
        assert_eq!(found.status, StatusCode::OK);
        assert_eq!(service.database.number(waiting).await, 3);
        sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    });
    assert!(lists.iter().chain(&batches).all(|reply| reply.status == StatusCode::OK));
    service.pool_is_clean().await;
}
