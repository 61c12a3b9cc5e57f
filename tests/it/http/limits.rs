//! Limits: the quota of a client address, and the number of concurrent requests.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    Options, eventually,
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
    rejected.is_problem(429, "too-many-requests");
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
async fn requests_over_the_concurrency_limit_are_rejected_immediately() {
    let service = TestService::start_with(Options { max_requests: 2, ..options() }).await;
    let item = service.create("Lamp").await;
    let path = format!("/v1/items/{}", item["id"].as_str().unwrap());
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let patch = json!({ "status": "active" });
    let (first, second, ()) =
        tokio::join!(service.patch(&path, &patch), service.patch(&path, &patch), async {
            let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
            eventually("both wait for the lock", async || service.database.number(waiting).await == 2).await;
            let rejected = service.get(&path).await;
            assert_eq!(rejected.is_problem(503, "unavailable").header("retry-after"), Some("1"));
            assert_eq!(service.get("/livez").await.status, StatusCode::OK);
            assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
            sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
        });
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(service.get(&path).await.body["version"], 3);
}
