//! Items that PostgreSQL takes long to read: pages and batches of them are bounded.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    eventually,
    proxy::Proxy,
    service::{TestService, options, path},
};

/// 60 items of many small values: 96 KiB as JSON, 384 KiB in the memory of PostgreSQL. In front of
/// them, more items than a walk in search of names passes.
const ITEMS: &str = "
    INSERT INTO items (id, collection, name, status, attributes, created_at)
    SELECT gen_random_uuid(), 'default', 'heavy', 'active', attributes, now() - n * interval '1 minute'
    FROM generate_series(1, 60) AS n,
        (SELECT jsonb_build_object('a', jsonb_agg(1)) FROM generate_series(1, 32760)) AS _ (attributes);
    INSERT INTO items (id, collection, name)
    SELECT gen_random_uuid(), 'default', 'light' FROM generate_series(1, 1001)";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_reads_hardly_more_than_it_shows() {
    let database = TestDatabase::new().await;
    sqlx::raw_sql(ITEMS).execute(&mut database.connect().await).await.unwrap();
    let pool = database.options();
    let proxy = Proxy::to(pool.connect.get_host(), pool.connect.get_port()).await;
    let connect = pool.connect.clone().host("127.0.0.1").port(proxy.address.port());
    let service = TestService::on(database, DatabaseOptions { connect, ..pool }, options());
    // The ids, and the cursors of the neighbours. A test takes long to parse the rest.
    let page = async |query: &str, most: usize| {
        let before = proxy.bytes_from_server();
        let request = service.request(Method::GET, &format!("/v1/items?{query}&limit=200"));
        let page = request.send().await.unwrap().text().await.unwrap();
        let read = proxy.bytes_from_server() - before;
        assert!(page.len() <= 4 << 20 && read <= most, "{query}: {} of {read} bytes", page.len());
        let ids = page.split(r#"{"id":""#).skip(1).map(|item| item[..36].to_owned());
        let cursor = |name: &str| {
            let value = page.split_once(&format!(r#""{name}_cursor":""#))?.1;
            value.split('"').next().map(|cursor| format!("&cursor={cursor}"))
        };
        (ids.collect::<Vec<_>>(), cursor("next"), cursor("prev"))
    };
    // A look-up is given up after a while, and what it has sent is lost.
    for (query, most) in [("status=active", 5), ("filter=name%3D%22heavy%22", 5), ("name_prefix=heavy", 9)] {
        let (first, next, _) = page(query, most << 20).await;
        let second = format!("{query}{}", next.unwrap());
        let (rest, end, prev) = page(&second, 5 << 20).await;
        assert_eq!((first.len(), rest.len(), end), (42, 18, None), "{query}");
        if query == "status=active" {
            let (before, ..) = page(&format!("{query}{}", prev.unwrap()), 5 << 20).await;
            assert_eq!(before, first);
        }
        let listed = format!(
            "SELECT count(DISTINCT id) FROM items WHERE name = 'heavy' AND id = ANY('{{{},{}}}')",
            first.join(","),
            rest.join(",")
        );
        assert_eq!(service.database.number(&listed).await, 60, "{query}");
    }
}

/// Five items, of which each takes 300 ms to read.
const SLOW_ITEMS: &str = "
    INSERT INTO items (id, collection, name, created_at)
    SELECT gen_random_uuid(), 'default', CASE n WHEN 5 THEN 'oldest' ELSE 'item' END, now() - n * interval '1 minute'
    FROM generate_series(1, 5) AS n;
    ALTER TABLE items RENAME TO all_items;
    CREATE VIEW items AS SELECT * FROM all_items WHERE pg_sleep(0.3) IS NOT NULL";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_ends_early_if_its_items_take_long() {
    let service = TestService::start().await;
    service.database.execute(SLOW_ITEMS).await;
    let first = format!("/v1/items?{}", query(r#"attributes.a = 1 or name = "oldest""#));
    let mut page = service.send(Method::GET, &first, &[("prefer", "count=exact")], None).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert_eq!((page.link("next").is_some(), &page.body["total_count_exact"]), (true, &json!(false)));
    let (mut found, mut url) = (Vec::new(), first);
    loop {
        let items = page.body["data"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["name"].clone()));
        let Some(next) = page.link("next") else { break };
        page = service.get(&next).await;
        url = next;
    }
    assert_eq!(found, ["oldest"]);
    let last = service.send(Method::GET, &url, &[("prefer", "count=exact")], None).await;
    assert_eq!(last.body["total_count"], 1, "at least those of the page");
}

/// It is two hundred times as fast as to read it for each term, which takes tens of pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_read_once_for_all_terms_of_a_filter() {
    let service = TestService::start().await;
    service.database.execute(ITEMS).await;
    let terms: Vec<_> = (0..64).map(|value| format!("attributes.a = {value}")).collect();
    let mut next = Some(format!("/v1/items?{}", query(&terms.join(" or "))));
    let mut pages = 0;
    while let Some(path) = next {
        let page = service.get(&path).await;
        assert_eq!((page.status, &page.body["data"]), (StatusCode::OK, &json!([])));
        next = page.link("next");
        pages += 1;
    }
    assert!(pages < 8, "{pages} pages");
}

/// The query of a list with this filter.
fn query(filter: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_the_connections_is_for_lists_and_one_for_batches() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions {
        max_connections: 12,
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(20),
        wait_timeout: Duration::from_secs(10),
        ..database.options()
    };
    let service = TestService::on(database, pool, options());
    let item = path(&service.create("Lamp").await);
    let batch = json!({ "operations": [{ "op": "create", "item": { "name": "Lamp" } }] });
    for (table, lists, other, waiting) in [
        ("items", ["/v1/items"; 2], "/v1/collections/default", 6),
        ("collection_schemas", ["/v1/collections", "/v1/collections/default/schemas"], &item, 3),
    ] {
        let mut holder = service.database.connect().await;
        let lock = format!("BEGIN; LOCK TABLE {table}");
        sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut holder).await.unwrap();
        let requests = async {
            let lists = lists.into_iter().cycle().take(6).map(|list| service.get(list));
            let batches = (0..6).map(|_| service.post("/v1/items/batch", &batch));
            tokio::join!(join_all(lists), join_all(batches))
        };
        let ((lists, batches), ()) = tokio::join!(requests, async {
            let locks =
                format!("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass");
            eventually("they wait", async || service.database.number(&locks).await == waiting).await;
            assert_eq!(service.get(other).await.status, StatusCode::OK);
            assert_eq!(service.database.number(&locks).await, waiting, "{table}");
            sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
        });
        assert!(lists.iter().chain(&batches).all(|reply| reply.status == StatusCode::OK));
    }
    service.pool_is_clean().await;
}
