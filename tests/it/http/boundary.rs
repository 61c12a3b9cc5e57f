//! What holds for every request and response: ids, negotiation, errors of the framework, probes,
//! metrics, documents.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Options, eventually,
    log::Log,
    service::{Reply, TestService, options},
};

#[tokio::test]
async fn every_error_of_the_framework_is_a_problem_document() {
    let service = TestService::start().await;
    service.get("/nothing").await.is_problem(404, "not-found");
    service.get("/v1/nothing").await.is_problem(404, "not-found");
    service.get("/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55").await.is_problem(404, "not-found");
    service.get("/problems/nothing").await.is_problem(404, "not-found");
    service.delete("/livez").await.is_problem(405, "method-not-allowed");
    service.delete("/docs/").await.is_problem(405, "method-not-allowed");
    let media_type = Reply::of(service.request(Method::POST, "/v1/items").body("{}")).await;
    assert_eq!(
        media_type.is_problem(415, "unsupported-media-type").header("accept"),
        Some("application/json")
    );
    let unacceptable =
        Reply::of(service.request(Method::GET, "/v1/items").header("accept", "text/html")).await;
    unacceptable.is_problem(406, "not-acceptable");
    let trace = Reply::of(service.request(Method::TRACE, "/v1/items")).await;
    assert_eq!(
        trace.is_problem(405, "method-not-allowed").header("allow"),
        Some("GET,HEAD,POST,OPTIONS,QUERY")
    );
}

#[tokio::test]
async fn every_response_has_the_request_id_and_the_security_headers() {
    let service = TestService::start().await;
    for (path, status) in [("/v1/items", 200), ("/nothing", 404), ("/livez", 200), ("/docs/", 200)] {
        let reply = service.get(path).await;
        assert_eq!(reply.status.as_u16(), status);
        assert_eq!(reply.header("x-request-id").unwrap().as_bytes()[14], b'7', "a UUID of version 7");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{path}: {policy}");
        assert_eq!(policy.contains("script-src"), path == "/docs/", "{path}: {policy}");
    }
}

#[tokio::test]
async fn a_valid_request_id_is_used_and_an_invalid_one_replaced() {
    let log = Log::capture();
    let service = TestService::start().await;
    let ask = async |id: &str| {
        let request = service.request(Method::GET, "/nothing").header("x-request-id", id);
        let reply = Reply::of(request).await;
        (
            reply.header("x-request-id").unwrap().to_owned(),
            reply.body["instance"].as_str().unwrap().to_owned(),
        )
    };
    let uuid = "0198C1A0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    assert_eq!(ask(uuid).await, (uuid.into(), format!("urn:uuid:{}", uuid.to_lowercase())));
    assert_eq!(ask("a/b#c").await, ("a/b#c".into(), "urn:request:a%2Fb%23c".into()));
    let longest = "x".repeat(128);
    assert_eq!(ask(&longest).await.0, longest);
    for invalid in ["", "two words", &"x".repeat(129)] {
        let (id, instance) = ask(invalid).await;
        assert_eq!(id.len(), 36, "{invalid:?} → {id}");
        assert_eq!(instance, format!("urn:uuid:{id}"));
    }
    let twice =
        service.send(Method::GET, "/nothing", &[("x-request-id", "a"), ("x-request-id", "b")], None).await;
    assert_eq!(twice.header("x-request-id").unwrap().len(), 36);
    assert!(log.lines("request").iter().any(|line| line["span"]["request_id"] == "a/b#c"), "{}", log.text());
}

#[tokio::test]
async fn a_trace_is_continued() {
    let log = Log::capture();
    let service = TestService::start().await;
    let request = service.request(Method::GET, "/livez");
    Reply::of(request.header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).await;
    assert_eq!(log.lines("request")[0]["span"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[tokio::test]
async fn an_id_in_a_path_has_the_hyphenated_form() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let id = item["id"].as_str().unwrap();
    assert_eq!(service.get(&format!("/v1/items/{}", id.to_uppercase())).await.status, StatusCode::OK);
    for wrong in [&id.replace('-', ""), &format!("%7B{id}%7D"), "abc", "%00", "%FF", "1", &"9".repeat(9_000)]
    {
        let reply = service.get(&format!("/v1/items/{wrong}")).await;
        assert_eq!(
            reply.is_problem(400, "malformed-request").faults(),
            [("id".into(), "uuid".into())],
            "{wrong}"
        );
    }
    for (name, shown) in [("x", "x"), ("page[size]", "page[size]"), ("%3Cb%3E", "?")] {
        let unknown = service.get(&format!("/v1/items/{id}?{name}=1")).await;
        assert_eq!(
            unknown.is_problem(400, "malformed-request").faults(),
            [(shown.into(), "unknown_parameter".into())]
        );
    }
}

#[tokio::test]
async fn the_media_type_is_checked_first_and_then_the_whole_head() {
    let service = TestService::start().await;
    let send = async |media_type: &str| {
        let fields = [
            ("content-type", media_type),
            ("if-match", "1"),
            ("if-none-match", "x"),
            ("idempotency-key", "a b"),
        ];
        let request = service.request(Method::PATCH, "/v1/items/nonsense?colour=1&validate_only=maybe");
        let request = fields.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Reply::of(request.body("nonsense")).await
    };
    let reply = send("text/plain").await;
    let types = "application/merge-patch+json, application/json-patch+json, application/json";
    assert_eq!(reply.is_problem(415, "unsupported-media-type").header("accept-patch"), Some(types));
    let reply = send("application/json").await;
    let mut faults = reply.is_problem(400, "malformed-request").faults();
    faults.sort();
    let expected = [
        ("Idempotency-Key", "idempotency_key"),
        ("If-Match", "entity_tag"),
        ("If-None-Match", "entity_tag"),
        ("colour", "unknown_parameter"),
        ("id", "uuid"),
        ("validate_only", "boolean"),
    ];
    assert_eq!(faults, expected.map(|(location, code)| (location.to_owned(), code.to_owned())));
}

#[tokio::test]
async fn small_responses_are_compressed_if_the_client_accepts_no_others() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let path = format!("/v1/items/{}", item["id"].as_str().unwrap());
    let client = Client::builder().no_gzip().build().unwrap();
    let head = async |method: Method, path: &str, accepted: &'static str| {
        let request = client.request(method, format!("{}{path}", service.address));
        let response = request.header("accept-encoding", accepted).send().await.unwrap();
        let field = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), field("content-encoding"), field("etag"))
    };
    for method in [Method::GET, Method::HEAD] {
        for (accepted, coding) in [("gzip, identity;q=0", "gzip"), ("br, *;q=0", "br")] {
            let (status, served, etag) = head(method.clone(), &path, accepted).await;
            assert_eq!((status, served.as_deref()), (200, Some(coding)), "{method} {accepted}");
            assert_eq!(etag, Some(format!("\"1--{coding}\"")));
        }
        assert_eq!(head(method.clone(), &path, "gzip").await, (200, None, Some("\"1\"".into())));
        assert_eq!(head(method, "/livez", "gzip, identity;q=0").await, (200, None, None));
    }
    // A problem is served as it is.
    let missing = format!("/v1/items/{}", uuid::Uuid::nil());
    assert_eq!(head(Method::GET, &missing, "gzip, *;q=0").await, (404, None, None));
    assert_eq!(head(Method::DELETE, &path, "gzip, *;q=0").await, (204, None, None));
}

#[tokio::test]
async fn large_responses_are_compressed_on_request() {
    let service = TestService::start().await;
    let created = service
        .post("/v1/items", &json!({ "name": "Lamp", "attributes": { "text": "x".repeat(5_000) } }))
        .await;
    let path = created.header("location").unwrap();
    let client = Client::builder().no_gzip().build().unwrap();
    let request = client.get(format!("{}{path}", service.address)).header("accept-encoding", "gzip");
    let raw = request.send().await.unwrap();
    assert_eq!(raw.headers()["content-encoding"], "gzip");
    assert!(raw.headers().contains_key("content-length"), "it is compressed before it is sent");
    assert!(raw.headers()["vary"].to_str().unwrap().to_lowercase().contains("accept-encoding"));
    assert!(raw.bytes().await.unwrap().len() < 1_000);
    let decoded = service.get(path).await;
    assert_eq!(decoded.body, created.body);
    // The client excludes every coding, so that 406 is allowed, but identity can always be sent.
    let request = service.request(Method::GET, path).header("accept-encoding", "identity;q=0, br;q=0");
    let reply = Reply::of(request).await;
    assert!(reply.status == StatusCode::OK || reply.status == StatusCode::NOT_ACCEPTABLE, "{reply:?}");
    if reply.status == StatusCode::NOT_ACCEPTABLE {
        reply.is_problem(406, "not-acceptable");
    }
}

#[tokio::test]
async fn other_origins_read_responses_only_if_configured() {
    let log = Log::capture();
    let origin = "https://app.example.com";
    let ask = async |service: &TestService, method: Method, origin: &str| {
        let mut request = service.request(method.clone(), "/v1/items").header("origin", origin);
        if method == Method::OPTIONS {
            request = request.header("access-control-request-method", "POST");
        }
        Reply::of(request).await
    };
    let closed = TestService::start().await;
    assert_eq!(ask(&closed, Method::GET, origin).await.header("access-control-allow-origin"), None);

    let open =
        TestService::start_with(Options { cors_origins: vec![origin.parse().unwrap()], ..options() }).await;
    assert_eq!(ask(&open, Method::GET, origin).await.header("access-control-allow-origin"), Some(origin));
    assert_eq!(
        ask(&open, Method::GET, "https://evil.example").await.header("access-control-allow-origin"),
        None
    );
    let preflight = ask(&open, Method::OPTIONS, origin).await;
    assert_eq!(preflight.header("access-control-allow-origin"), Some(origin));
    assert!(preflight.header("x-request-id").is_some());
    let fields = [("host", "a b"), ("origin", origin), ("access-control-request-method", "POST")];
    open.send(Method::OPTIONS, "/v1/items", &fields, None).await.is_problem(400, "malformed-request");
    let requests = log.lines("request");
    assert_eq!(requests.last().unwrap()["span"]["method"], "OPTIONS", "a preflight is logged");
    let metrics = open.get("/metrics").await.text;
    assert!(metrics.contains(r#"count{method="OPTIONS",route="/v1/items",status="200"} 1"#), "{metrics}");
    let rejected = Reply::of(open.request(Method::DELETE, "/v1/items").header("origin", origin)).await;
    rejected.is_problem(405, "method-not-allowed");
    assert_eq!(rejected.header("access-control-allow-origin"), Some(origin), "problems can be read");
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("PATCH"));
    let allowed = preflight.header("access-control-allow-headers").unwrap();
    assert!(["authorization", "traceparent", "tracestate"].iter().all(|field| allowed.contains(field)));
    let exposed = ask(&open, Method::GET, origin).await;
    assert_eq!(exposed.header("vary"), Some("prefer, accept, origin"));
    assert!(exposed.header("access-control-expose-headers").unwrap().to_lowercase().contains("etag"));
    for field in ["x", "origin", "access-control-request-method"] {
        let plain = open.send(Method::OPTIONS, "/v1/items", &[(field, "POST")], None).await;
        assert_eq!(
            (plain.status, plain.header("allow")),
            (StatusCode::NO_CONTENT, Some("GET,HEAD,POST,OPTIONS,QUERY")),
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_the_meaning_of_the_filters() {
    let service = TestService::start().await;
    for name in ["a b", "a b c"] {
        service.create(name).await;
    }
    let page = service.get("/v1/items?limit=1&name_prefix=a%20b&status=draft&status=active").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    for same in [
        "name_prefix=a+b&status=draft&status=active",
        "status=active&status=draft&name_prefix=a%20%62&include_deleted=false",
        "limit=7&status=draft&status=active&status=active&name_prefix=a%20b",
    ] {
        let reply = service.get(&format!("/v1/items?{same}&cursor={cursor}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{same}: {reply:?}");
    }
    for other in ["name_prefix=a", "name_prefix=a%20b&status=draft", "status=draft&status=active"] {
        let reply = service.get(&format!("/v1/items?{other}&cursor={cursor}")).await;
        let faults = reply.is_problem(400, "malformed-request").faults();
        assert_eq!(faults, [("cursor".into(), "cursor_mismatch".into())], "{other}");
    }
    let page = service.get("/v1/items?limit=1&created_after=2026-01-01T00:00:00Z").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    for same in ["2026-01-01T00%3A00%3a00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00%2B01:00"] {
        let reply = service.get(&format!("/v1/items?created_after={same}&cursor={cursor}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{same}: {reply:?}");
    }
    let many = service.get("/v1/items?limit=0&cursor=nonsense&status=x&unknown=1").await;
    let faults = many.is_problem(400, "malformed-request").faults();
    assert_eq!(
        faults,
        [("cursor", "cursor"), ("limit", "limit"), ("status", "enum"), ("unknown", "unknown_parameter")]
            .map(|(place, code)| (place.to_owned(), code.to_owned()))
    );
}

#[tokio::test]
async fn a_write_that_no_coding_suits_is_rejected_before_it_is_done() {
    let service = TestService::start().await;
    for field in ["identity;q=0", "*;q=0", "identity;q=0, gzip;q=0"] {
        let body = json!({ "name": "Lamp" });
        let reply = service.send(Method::POST, "/v1/items", &[("accept-encoding", field)], Some(&body)).await;
        reply.is_problem(406, "not-acceptable");
        let probe = service.send(Method::GET, "/livez", &[("accept-encoding", field)], None).await;
        assert_eq!(probe.status, StatusCode::OK, "probes always respond");
    }
    assert_eq!(service.database.count_items().await, 0);
}

#[tokio::test]
async fn the_probes_distinguish_liveness_from_readiness() {
    let mut service = TestService::start().await;
    assert_eq!(service.get("/livez").await.body, json!({ "status": "pass", "checks": {} }));
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.header("content-type"), Some("application/health+json"));
    let checks = json!({ "database": "pass", "schema": "pass", "server": "pass" });
    assert_eq!(ready.body, json!({ "status": "pass", "checks": checks }));

    service
        .database
        .execute(
            "CREATE TABLE saved AS SELECT * FROM _sqlx_migrations;
             DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
        )
        .await;
    let ready = async || service.get("/readyz").await;
    let fails = json!({ "database": "pass", "schema": "fail", "server": "pass" });
    eventually("a migration is missing", async || ready().await.body["checks"] == fails).await;
    assert_eq!(ready().await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready().await.body["status"], "fail");

    service
        .database
        .execute("DELETE FROM _sqlx_migrations; INSERT INTO _sqlx_migrations SELECT * FROM saved")
        .await;
    eventually("no migration is missing", async || ready().await.status == StatusCode::OK).await;
    service.database.execute("ALTER TABLE items RENAME TO things").await;
    eventually("a table is missing", async || ready().await.body["checks"] == fails).await;
    service.database.execute("ALTER TABLE things RENAME TO items").await;
    eventually("no table is missing", async || ready().await.status == StatusCode::OK).await;
    service.database.execute("ALTER TABLE items RENAME COLUMN name TO label").await;
    eventually("a column is missing", async || ready().await.body["checks"] == fails).await;
    service.database.execute("ALTER TABLE items RENAME COLUMN label TO name").await;
    eventually("no column is missing", async || ready().await.status == StatusCode::OK).await;
    service.database.execute("DROP TABLE _sqlx_migrations").await;
    let fails = json!({ "database": "pass", "schema": "fail", "server": "pass" });
    eventually("all are missing", async || ready().await.body["checks"] == fails).await;
    assert_eq!(ready().await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(service.get("/livez").await.status, StatusCode::OK);
    service.stop().await;
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_include_the_pool() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    for _ in 0..3 {
        service.get(&format!("/v1/items/{}", item["id"].as_str().unwrap())).await;
    }
    service.get("/whatever/else").await;
    let metrics = service.get("/metrics").await;
    assert!(metrics.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert_eq!(metrics.header("cache-control"), Some("no-store"));
    for line in [
        r#"curio_http_request_duration_seconds_count{method="GET",route="/v1/items/{id}",status="200"} 3"#,
        r#"curio_http_request_duration_seconds_count{method="POST",route="/v1/items",status="201"} 1"#,
        r#"curio_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1"#,
        "curio_database_connections 1",
        "curio_database_connections_idle 1",
        "curio_database_connections_waiting 0",
        "curio_transactions_rerun_total 0",
        r#"curio_build_info{version=""#,
    ] {
        assert!(metrics.text.contains(line), "{line} in\n{}", metrics.text);
    }
}

#[tokio::test]
async fn the_document_its_pages_and_every_type_of_problem_are_served() {
    let service = TestService::start().await;
    let document = service.get("/openapi.json").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document.text, include_str!("../../../openapi.json"));
    let page = service.get("/docs/").await;
    assert!(page.status == StatusCode::OK && page.text.contains("swagger-ui"), "{page:?}");
    for line in page.text.lines().filter(|line| line.contains("src=") || line.contains("href=")) {
        assert!(!line.contains("//"), "the page needs nothing from elsewhere: {line}");
    }
    assert_eq!(service.get("/docs/swagger-ui-bundle.js").await.status, StatusCode::OK);
    // The files are stored with gzip, which not everybody accepts.
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let page = Reply::of(plain.get(format!("{}/docs/", service.address))).await;
    assert_eq!((page.header("content-encoding"), page.header("vary")), (None, Some("accept-encoding")));
    assert!(page.text.starts_with("<!"), "{}", page.text);

    let responses: Value = document.body["components"]["responses"].clone();
    for response in responses.as_object().unwrap().values() {
        let examples = response["content"]["application/problem+json"]["examples"].as_object();
        for example in examples.into_iter().flat_map(serde_json::Map::values) {
            let page = service.get(example["value"]["type"].as_str().unwrap()).await;
            assert_eq!(page.status, StatusCode::OK, "{example}");
            assert!(page.text.contains(example["value"]["title"].as_str().unwrap()), "{page:?}");
        }
    }
}
