//! Limits: the quota of a client address, and the number of concurrent requests.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Options, eventually,
    log::Log,
    openapi_text,
    service::{Reply, TestService, options},
};

#[tokio::test]
async fn a_client_over_its_quota_is_rejected_with_the_time_to_wait() {
    let limited = Options {
        rate_limit: Some("3/60s".parse().unwrap()),
        trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
        ..options()
    };
    let service = TestService::start_with(limited).await;
    let ask = async |client: &str| {
        Reply::of(service.request(Method::GET, "/v1/items").header("x-forwarded-for", client)).await
    };
    for left in ["\"default\";r=2;t=20", "\"default\";r=1;t=40", "\"default\";r=0;t=60"] {
        let reply = ask("192.0.2.1").await;
        assert_eq!((reply.status, reply.header("ratelimit")), (StatusCode::OK, Some(left)));
        assert_eq!(reply.header("ratelimit-policy"), Some("\"default\";q=3;w=60"));
    }
    let rejected = ask("192.0.2.1").await;
    rejected.is_problem(429, "quota-exceeded");
    let wait: u64 = rejected.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(rejected.header("ratelimit"), Some("\"default\";r=0;t=60"));
    assert_eq!(ask("192.0.2.2").await.status, StatusCode::OK, "another client has a quota of its own");
    for _ in 0..5 {
        assert_eq!(service.get("/livez").await.status, StatusCode::OK, "probes are not counted");
        assert_eq!(service.get("/metrics").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_request_without_a_valid_host_counts_for_the_quota() {
    let origin = "https://app.example.com";
    let limited = Options {
        rate_limit: Some("2/60s".parse().unwrap()),
        cors_origins: vec![origin.parse().unwrap()],
        ..options()
    };
    let service = TestService::start_with(limited).await;
    let preflight = [("origin", origin), ("access-control-request-method", "POST")];
    let without_host =
        async || service.send(Method::GET, "/v1/items", &[("host", "a b"), ("origin", origin)], None).await;
    for left in ["\"default\";r=1;t=30", "\"default\";r=0;t=60"] {
        let reply = without_host().await;
        assert_eq!(reply.is_problem(400, "malformed-request").header("ratelimit"), Some(left));
    }
    let rejected = without_host().await;
    rejected.is_problem(429, "quota-exceeded");
    assert_eq!(rejected.header("access-control-allow-origin"), Some(origin), "the page can read it");
    for _ in 0..3 {
        let reply = service.send(Method::OPTIONS, "/v1/items", &preflight, None).await;
        assert_eq!(reply.status, StatusCode::OK, "preflight requests do not count");
    }
}

#[tokio::test]
async fn requests_over_the_concurrency_limit_are_rejected_immediately() {
    let log = Log::capture();
    let service = TestService::start_with(Options { max_requests: 2, ..options() }).await;
    let item = service.create("Lamp").await;
    let path = format!("/v1/items/{}", item["id"].as_str().unwrap());
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let (_, _, ()) = tokio::join!(service.create("a"), service.create("b"), async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
        eventually("both wait for the lock", async || service.database.number(waiting).await == 2).await;
        let rejected = service.get(&path).await;
        assert_eq!(rejected.is_problem(503, "unavailable").header("retry-after"), Some("1"));
        let causes: Vec<_> = log.lines("request.failed").iter().map(|line| line["cause"].clone()).collect();
        assert_eq!(causes, ["Too many requests are in progress."]);
        assert_eq!(service.get("/livez").await.status, StatusCode::OK);
        assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
        sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    });
    assert_eq!(service.database.count_items().await, 3);
}

#[tokio::test]
async fn a_page_with_more_than_4_mib_ends_early_and_the_walk_goes_on() {
    let service = TestService::start().await;
    for n in 0..100 {
        let body = json!({ "name": n.to_string(), "attributes": { "a": "x".repeat(65_000) } });
        assert_eq!(service.post("/v1/items", &body).await.status, StatusCode::CREATED);
    }
    let names = |reply: &Reply| -> Vec<String> {
        let data = reply.body["data"].as_array().unwrap();
        data.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = service.get("/v1/items?limit=100").await;
    assert!(first.body.to_string().len() < 4 << 20);
    let (mut all, mut last) = (names(&first), first);
    assert!((50..100).contains(&all.len()), "{}", all.len());
    while let Some(next) = last.link("next") {
        last = service.get(&next).await;
        all.extend(names(&last));
    }
    assert_eq!(all, (0..100).rev().map(|n| n.to_string()).collect::<Vec<_>>());

    // Backwards, a page ends early at its other end.
    let before = service.get(&last.link("prev").unwrap()).await;
    let end = 100 - names(&last).len();
    assert_eq!(names(&before), all[end - names(&before).len()..end]);
    let mut start = end - names(&before).len();
    let mut page = before;
    while let Some(prev) = page.link("prev") {
        page = service.get(&prev).await;
        let shown = names(&page);
        assert_eq!(shown, all[start - shown.len()..start]);
        start -= shown.len();
    }
    assert_eq!(start, 0);
}

#[tokio::test]
async fn a_batch_is_bounded_with_the_stored_items_that_it_names() {
    let service = TestService::start().await;
    let large = |n: usize| json!({ "name": n.to_string(), "attributes": { "a": "x".repeat(60_000) } });
    let create = |n: usize| json!({ "op": "create", "item": large(n) });
    let mut ids = Vec::new();
    for _ in 0..3 {
        let body = json!({ "operations": (0..100).map(create).collect::<Vec<_>>() });
        let created = service.post("/v1/items/batch", &body).await;
        assert_eq!(created.status, StatusCode::OK, "{:?}", created.faults());
        ids.extend(created.body["results"].as_array().unwrap().iter().map(|result| result["id"].clone()));
    }
    let update = |count: usize| {
        let operations = ids[..count]
            .iter()
            .map(|id| json!({ "op": "update", "id": id, "patch": { "status": "active" } }));
        json!({ "operations": operations.collect::<Vec<_>>() })
    };
    // The stored items and the response are 18 MB, then 36 MB.
    let rejected = service.post("/v1/items/batch", &update(150)).await;
    rejected.is_problem(413, "content-too-large");
    let minimal = [("prefer", "return=minimal")];
    let batch =
        async |count| service.send(Method::POST, "/v1/items/batch", &minimal, Some(&update(count))).await;
    batch(300).await.is_problem(413, "content-too-large");
    assert_eq!(service.database.number("SELECT count(*) FROM items WHERE version > 1").await, 0);
    let locked = service.database.number("SELECT count(*) FROM items WHERE xmax::text <> '0'").await;
    assert!((200..300).contains(&locked), "{locked} items were read");

    // No statement writes more than 1 MiB.
    let count = "CREATE TABLE statements ();
                 CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                     INSERT INTO statements DEFAULT VALUES; RETURN NULL;
                 END $$;
                 CREATE TRIGGER count AFTER UPDATE ON items FOR EACH STATEMENT EXECUTE FUNCTION count_statement()";
    service.database.execute(count).await;
    let done = batch(150).await;
    assert_eq!(service.database.number("SELECT count(*) FROM statements").await, 9);
    assert_eq!((done.status, done.header("preference-applied")), (StatusCode::OK, Some("return=minimal")));
    assert_eq!(done.body["results"][0], json!({ "status": 200, "id": ids[0], "version": 2, "item": null }));
    assert_eq!(service.post("/v1/items/batch", &update(100)).await.status, StatusCode::OK);
}

/// Numbers are stored and returned without exponents.
#[tokio::test]
async fn a_batch_is_bounded_however_short_its_spelling_is() {
    let service = TestService::start().await;
    let attributes = json!({ "n": vec![1e308; 200] });
    assert!(attributes.to_string().len() < 1500);
    let operation = json!({ "op": "create", "item": { "name": "x", "attributes": attributes } });
    let batch = async |count: usize, prefer: &str| {
        let body = json!({ "operations": vec![&operation; count] });
        service.send(Method::POST, "/v1/items/batch", &[("prefer", prefer)], Some(&body)).await
    };
    for prefer in ["return=representation", "return=minimal"] {
        batch(300, prefer).await.is_problem(413, "content-too-large");
        assert_eq!(batch(200, prefer).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_large_response_is_not_stored_under_its_key() {
    let service = TestService::start().await;
    let item = json!({ "name": "x", "attributes": { "a": "x".repeat(60_000) } });
    let body = json!({ "operations": vec![json!({ "op": "create", "item": item }); 20] });
    let key = [("idempotency-key", "k")];
    let first = service.send(Method::POST, "/v1/items/batch", &key, Some(&body)).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(
        service.database.number("SELECT octet_length(response)::bigint FROM idempotency_keys").await < 1000
    );
    let again = service.send(Method::POST, "/v1/items/batch", &key, Some(&body)).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (StatusCode::OK, Some("true")));
    assert!(again.body["detail"].as_str().unwrap().contains("too large to be stored"));
    assert_eq!(service.database.count_items().await, 20);
    let mut document: Value = serde_json::from_str(openapi_text()).unwrap();
    let operation = &mut document["paths"]["/v1/items/batch"]["post"];
    let mut schema = operation["responses"]["200"]["content"]["application/json"]["schema"].take();
    schema["components"] = document["components"].take();
    let declared = jsonschema::validator_for(&schema).unwrap();
    assert!(declared.is_valid(&again.body) && declared.is_valid(&first.body), "{}", again.text);
}
