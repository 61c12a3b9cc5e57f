//! Whole lists as NDJSON and CSV.

use std::{collections::BTreeMap, io::ErrorKind, time::Duration};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::import::streams::coded_import;
use crate::{
    http::connections::connect,
    support::{
        DatabaseOptions, Options,
        database::TestDatabase,
        eventually,
        log::Log,
        proxy::Proxy,
        service::{Reply, TestService, options, path},
    },
};

/// 30 MB, more than what buffers between the service and its client hold.
const LARGE: &str = "
    INSERT INTO items (id, collection, name, attributes)
    SELECT gen_random_uuid(), 'default', 'item ' || n, jsonb_build_object('text', repeat('x', 50000))
    FROM generate_series(1, 600) AS n";

async fn ask(service: &TestService, media_type: &'static str, query: &str) -> Response {
    let request = service.request(Method::GET, &format!("/v1/items{query}"));
    // Compressed, what is large here would be small.
    request.header("accept", media_type).header("accept-encoding", "identity").send().await.unwrap()
}

async fn lines(service: &TestService, query: &str) -> Vec<Value> {
    let response = ask(service, "application/x-ndjson", query).await;
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    assert_eq!(
        (&response.headers()["vary"], response.headers().get("etag")),
        (&"accept, accept-encoding".parse().unwrap(), None)
    );
    let text = response.text().await.unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of a table, by the names of their columns.
async fn rows(service: &TestService, query: &str) -> Vec<BTreeMap<String, String>> {
    let response = ask(service, "text/csv", query).await;
    assert_eq!(response.headers()["content-type"], "text/csv");
    let text = response.text().await.unwrap();
    assert!(text.starts_with("id,collection,name,status,attributes,") && text.ends_with("\r\n"), "{text}");
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[tokio::test]
async fn an_export_has_every_item_of_its_list_in_both_formats() {
    let log = Log::capture();
    let service = TestService::start().await;
    let attributes = [
        json!({}),
        json!({ "text": "a,\"b\"\r\n;\t'\u{2028}😀", "empty": "", "null": null }),
        json!({ "number": serde_json::from_str::<Value>("12345678901234567890.123").unwrap(), "list": [[], {}] }),
    ];
    let mut items = BTreeMap::new();
    for (name, attributes) in ["=1+1", "\"quoted\", with; separators", "Überlampe 😀"].iter().zip(attributes)
    {
        let created = service.post("/v1/items", &json!({ "name": name, "attributes": attributes })).await;
        items.insert(created.body["id"].as_str().unwrap().to_owned(), created.body);
    }
    let deleted = service.create("Deleted").await;
    service.delete(&path(&deleted)).await;

    assert_eq!(lines(&service, "?name_prefix=none").await, [] as [Value; 0]);
    assert_eq!(rows(&service, "?name_prefix=none").await, []);
    let exported = lines(&service, "").await;
    let line = log.lines("items.exported").pop().unwrap();
    assert!(line["sent"] == 3 && line["span"]["request_id"].is_string(), "{line}");
    let by_id = |item: &Value| (item["id"].as_str().unwrap().to_owned(), item.clone());
    assert_eq!(exported.iter().map(by_id).collect::<BTreeMap<_, _>>(), items);
    for row in rows(&service, "").await {
        let item = &items[&row["id"]];
        for (name, cell) in &row {
            let value = &item[name];
            let expected = match value {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            if name == "attributes" {
                assert_eq!(&serde_json::from_str::<Value>(cell).unwrap(), value);
            } else {
                assert_eq!(*cell, expected, "{name}");
            }
        }
        assert_eq!(row.len(), item.as_object().unwrap().len());
    }
    let of_filter = lines(&service, "?filter=attributes.empty%20%3D%20%22%22").await;
    assert_eq!(of_filter.len(), 1);
    let all = lines(&service, "?include_deleted=true&status=draft").await;
    assert_eq!(all.len(), 4);
    assert!(all.iter().any(|item| item["id"] == deleted["id"] && !item["deleted_at"].is_null()));
}

#[tokio::test]
async fn what_was_exported_in_a_coding_can_be_imported_in_it() {
    let service = TestService::start().await;
    for name in ["a", "b", "c"] {
        service.create(name).await;
    }
    let client = Client::builder().no_gzip().build().unwrap();
    for coding in ["gzip", "br", "zstd"] {
        let request = client.get(format!("{}/v1/items", service.address));
        let request = request.header("accept", "application/x-ndjson").header("accept-encoding", coding);
        let reply = request.send().await.unwrap();
        assert_eq!(reply.headers()["content-encoding"], coding);
        let reply = coded_import(&service, coding, reply.bytes().await.unwrap().into()).await;
        assert_eq!((&reply.body["received"], &reply.body["replaced"]), (&json!(3), &json!(3)), "{coding}");
    }
}

#[tokio::test]
async fn the_media_type_decides_between_a_page_and_an_export() {
    let service = TestService::start().await;
    service.create("Lamp").await;
    let page = service.get("/v1/items").await;
    assert_eq!(page.header("content-type"), Some("application/json"));
    assert_eq!(page.header("vary"), Some("prefer, accept"), "some caches read one line only");
    for (query, faults) in [
        ("?limit=1", ["limit"].as_slice()),
        ("?limit=x&cursor=1&sort=name", &["cursor", "limit", "sort"]),
        ("?fields=id", &["fields"]),
    ] {
        let reply = Reply::read(ask(&service, "text/csv", query).await).await;
        let expected = faults.iter().map(|name| ((*name).to_owned(), "export".to_owned()));
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), expected.collect::<Vec<_>>());
    }
    let reply = Reply::read(ask(&service, "text/plain", "").await).await;
    reply.is_problem(406, "not-acceptable");
    let collections = service.request(Method::GET, "/v1/collections").header("accept", "text/csv");
    Reply::of(collections).await.is_problem(406, "not-acceptable");
    let head = service.request(Method::HEAD, "/v1/items").header("accept", "text/csv").send().await.unwrap();
    assert_eq!(
        (head.status(), &head.headers()["content-type"]),
        (StatusCode::OK, &"text/csv".parse().unwrap())
    );
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_export_is_of_one_instant() {
    let service = TestService::start().await;
    service.database.execute(LARGE).await;
    let mut response = ask(&service, "application/x-ndjson", "").await;
    let mut text = response.chunk().await.unwrap().unwrap().to_vec();
    service.database.execute("DELETE FROM items").await;
    while let Some(chunk) = response.chunk().await.unwrap() {
        text.extend_from_slice(&chunk);
    }
    assert_eq!(text.split(|byte| *byte == b'\n').count(), 601);
    assert_eq!(lines(&service, "").await.len(), 0);
}

#[tokio::test]
async fn an_export_that_fails_midway_does_not_pass_for_a_whole_one() {
    let service = TestService::start().await;
    service.database.execute(LARGE).await;
    let mut response = ask(&service, "application/x-ndjson", "").await;
    response.chunk().await.unwrap().unwrap();
    service.database.terminate_connections().await;
    let error = loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the body has an end"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    service.pool_is_clean().await;
}

/// Over HTTP/1.0, the end of the connection is the end of the body.
#[tokio::test]
async fn an_export_over_http_1_0_that_fails_midway_resets_the_connection() {
    let service = TestService::start().await;
    service.database.execute(LARGE).await;
    let mut stream = connect(&service).await;
    stream.write_all(b"GET /v1/items HTTP/1.0\r\nhost: x\r\naccept: text/csv\r\n\r\n").await.unwrap();
    stream.read_exact(&mut [0; 1000]).await.unwrap();
    service.database.terminate_connections().await;
    let error = stream.read_to_end(&mut Vec::new()).await.expect_err("the body has an end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn an_export_that_fails_before_the_first_item_has_a_status() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions { lock_timeout: Duration::from_millis(100), ..database.options() };
    let service = TestService::on(database, pool, options());
    let mut operator = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut operator).await.unwrap();
    let reply = Reply::read(ask(&service, "text/csv", "").await).await;
    reply.is_problem(503, "unavailable");
    sqlx::raw_sql("ROLLBACK").execute(&mut operator).await.unwrap();
    service.pool_is_clean().await; // its turn has ended
    assert!(rows(&service, "").await.is_empty());
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_item_ends_its_export() {
    let service = TestService::start().await;
    service
        .database
        .execute(
            "ALTER TABLE items RENAME TO all_items; CREATE VIEW items AS SELECT all_items.*
             FROM (SELECT pg_sleep(60)) AS slow LEFT JOIN all_items ON true",
        )
        .await;
    let mut stream = connect(&service).await;
    stream.write_all(b"GET /v1/items HTTP/1.1\r\nhost: x\r\naccept: text/csv\r\n\r\n").await.unwrap();
    let sleeping = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event = 'PgSleep'";
    eventually("it waits", async || service.database.number(sleeping).await == 1).await;
    drop(stream);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_export_ends_if_the_database_becomes_silent() {
    let database = TestDatabase::new().await;
    database.execute(LARGE).await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, max_connections: 8, ..database.options() };
    let service =
        TestService::on(database, pool, Options { request_timeout: Duration::from_millis(200), ..options() });
    let mut response = ask(&service, "text/csv", "").await;
    while response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // The machine is busy.
        response = ask(&service, "text/csv", "").await;
    }
    response.chunk().await.unwrap().unwrap();
    proxy.silence();
    assert_eq!(ask(&service, "text/csv", "").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    while let Ok(chunk) = response.chunk().await {
        assert!(chunk.is_some(), "the body has an end");
    }
    let status = async || ask(&service, "text/csv", "?name_prefix=none").await.status();
    eventually("another takes its turn", async || status().await == StatusCode::OK).await;
}

#[tokio::test]
async fn an_export_that_takes_too_long_breaks_off() {
    let service =
        TestService::start_with(Options { export_timeout: Duration::from_millis(300), ..options() }).await;
    service.database.execute(LARGE).await;
    let mut response = ask(&service, "application/x-ndjson", "").await;
    service.pool_is_clean().await;
    while let Ok(chunk) = response.chunk().await {
        assert!(chunk.is_some(), "the body has an end");
    }
}

#[tokio::test]
async fn few_exports_run_at_once_and_a_client_that_leaves_ends_its_own() {
    let database = TestDatabase::new().await;
    database.execute(LARGE).await;
    let pool = DatabaseOptions {
        max_connections: 8,
        statement_timeout: Duration::from_millis(500),
        ..database.options()
    };
    let service = TestService::on(database, pool, options());
    let mut first = ask(&service, "text/csv", "").await;
    first.chunk().await.unwrap().unwrap();
    let second = Reply::read(ask(&service, "text/csv", "?name_prefix=none").await).await;
    let problem = &second.is_problem(503, "unavailable").body;
    assert_eq!(problem["detail"], "Too many requests of this kind are in progress.");
    let head = service.request(Method::HEAD, "/v1/items").header("accept", "text/csv").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK, "it needs none of the connections of exports");
    assert_eq!(
        (head.headers().get("content-length"), &head.headers()["content-type"]),
        (None, &first.headers()["content-type"])
    );
    assert_eq!(service.get("/v1/items?limit=1").await.status, StatusCode::OK);
    drop(first);
    let status = async || ask(&service, "text/csv", "?name_prefix=none").await.status();
    eventually("the export has ended", async || status().await == StatusCode::OK).await;
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_client_with_an_export_leaves_one_to_others() {
    let database = TestDatabase::new().await;
    database.execute(LARGE).await;
    let pool = DatabaseOptions { max_connections: 16, ..database.options() };
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let service = TestService::on(database, pool, Options { trusted_proxies, ..options() });
    let mut first = ask(&service, "text/csv", "").await;
    first.chunk().await.unwrap().unwrap();
    Reply::read(ask(&service, "text/csv", "").await).await.is_problem(503, "unavailable");
    let of_another = service.request(Method::GET, "/v1/items?name_prefix=none").header("accept", "text/csv");
    let of_another = of_another.header("x-forwarded-for", "192.0.2.1").send().await.unwrap();
    assert_eq!(of_another.status(), StatusCode::OK);
}
