//! Traces, as a collector receives them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message;
use reqwest::{Client, Method};
use serde_json::json;
use tokio::{net::TcpListener, time::timeout};

use crate::support::{
    database::TestDatabase,
    process::{Process, curio, run},
};

/// A collector on a free port.
struct Collector {
    endpoint: String,
    received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Collector {
    async fn start() -> Self {
        let received = Arc::<Mutex<Vec<_>>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let all = Arc::clone(&received);
        let receive = async move |headers: HeaderMap, body: Bytes| all.lock().unwrap().push((headers, body));
        let router = Router::new().route("/v1/traces", post(receive));
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, received }
    }

    /// All spans by their ids, and the attributes of what sent them.
    fn spans(&self) -> (Vec<Span>, BTreeMap<String, Value>) {
        let (mut spans, mut resource) = (Vec::new(), BTreeMap::new());
        for (headers, body) in self.received.lock().unwrap().iter() {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
            for portion in request.resource_spans {
                resource = attributes(&portion.resource.unwrap().attributes);
                spans.extend(portion.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
        // A new connection looks up types.
        spans.retain(|span| span.name != "SELECT");
        spans.sort_by_key(|span| span.start_time_unix_nano);
        (spans, resource)
    }
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, Value> {
    let value = |pair: &KeyValue| pair.value.clone().unwrap().value.unwrap();
    pairs.iter().map(|pair| (pair.key.clone(), value(pair))).collect()
}

fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

/// The spans below this one, by their names in the order of their beginning.
fn below<'a>(spans: &'a [Span], parent: &Span) -> Vec<(&'a str, &'a Span)> {
    let children = spans.iter().filter(|span| span.parent_span_id == parent.span_id);
    children.map(|span| (span.name.as_str(), span)).collect()
}

/// Everything that was received, for messages.
fn names(spans: &[Span]) -> String {
    let name = |span: &Span| format!("{}, {:?} below {:?}", span.name, span.span_id, span.parent_span_id);
    spans.iter().map(name).collect::<Vec<_>>().join("\n")
}

async fn send(process: &Process, method: Method, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
    let mut request = Client::new().request(method.clone(), format!("{}{path}", process.address));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    if method == Method::POST {
        request = request.json(&json!({ "name": "canary", "attributes": { "canary": "canary" } }));
    }
    request.send().await.unwrap()
}

const PATIENCE: Duration = Duration::from_secs(20);
const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const PARENT: u64 = 0x00f0_67aa_0ba9_02b7;
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_its_transaction_and_its_statements_are_spans() {
    let database = TestDatabase::new().await;
    let collector = Collector::start().await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint), ("CURIO_LOG", "trace")];
    let mut process = Process::serve(&database.url(), &variables).await;
    let state = [("tracestate", "a=1"), ("tracestate", "b=2")];
    let fields = [("traceparent", TRACEPARENT), state[0], state[1], ("idempotency-key", "canary")];
    assert_eq!(send(&process, Method::POST, "/v1/items?validate_only=false", &fields).await.status(), 201);
    let missing = "/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    let ambiguous = [("traceparent", TRACEPARENT); 2];
    assert_eq!(send(&process, Method::GET, missing, &ambiguous).await.status(), 404);
    database.execute("ALTER TABLE items RENAME TO others").await;
    assert_eq!(send(&process, Method::GET, missing, &[]).await.status(), 500);
    send(&process, Method::from_bytes(b"CANARY").unwrap(), "/nowhere", &[]).await;
    process.signal("TERM");
    process.end().await;

    let (spans, resource) = collector.spans();
    assert_eq!(resource["service.name"], text("curio"));
    assert_eq!(resource["service.version"], text(env!("CARGO_PKG_VERSION")));
    let requests: Vec<&Span> = spans.iter().filter(|span| span.kind() == SpanKind::Server).collect();
    let [created, missing, failed, unknown] = requests[..] else { panic!("{}", names(&spans)) };
    check_write(&spans, created);
    assert_eq!(created.trace_state, "a=1,b=2");
    assert_eq!((&*missing.name, &*missing.parent_span_id), ("GET /v1/items/{id}", &[][..]));
    assert_eq!(below(&spans, missing)[0].0, "SELECT items");
    assert!([created, missing].iter().all(|span| span.status.as_ref().is_none_or(|status| status.code == 0)));
    assert_eq!(failed.status.as_ref().unwrap().code(), StatusCode::Error);
    assert_eq!(attributes(&failed.attributes)["error.type"], text("500"));
    assert_eq!(
        (&*unknown.name, &attributes(&unknown.attributes)["http.request.method"]),
        ("HTTP", &text("_OTHER"))
    );

    let sent = collector.received.lock().unwrap();
    assert!(sent.iter().all(|(_, body)| !String::from_utf8_lossy(body).to_lowercase().contains("canary")));
    let log = process.log();
    assert!(log.iter().all(|line| line["target"] != "sqlx::query"), "{log:#?}");
    let lines = log.iter().filter(|line| line["message"] == "request");
    let ids = lines.map(|line| u128::from_str_radix(line["span"]["trace_id"].as_str().unwrap(), 16).unwrap());
    assert!(ids.map(u128::to_be_bytes).eq(requests.iter().map(|span| *span.trace_id.as_array().unwrap())));
}

/// Checks the trace of a POST with an idempotency key.
fn check_write(spans: &[Span], created: &Span) {
    assert_eq!(created.name, "POST /v1/items");
    assert_eq!(
        (&*created.trace_id, &*created.parent_span_id),
        (&TRACE.to_be_bytes()[..], &PARENT.to_be_bytes()[..])
    );
    let expected = [
        ("curio.actor", text("127.0.0.1")),
        ("http.request.method", text("POST")),
        ("http.response.status_code", Value::IntValue(201)),
        ("http.route", text("/v1/items")),
        ("network.protocol.version", text("1.1")),
        ("url.path", text("/v1/items")),
        ("url.scheme", text("http")),
    ];
    assert_eq!(
        attributes(&created.attributes),
        expected.map(|(name, value)| (name.to_owned(), value)).into()
    );
    // The first request may open a connection.
    let mut inner = below(spans, created);
    inner.retain(|(name, _)| *name != "SELECT pg_stat_activity");
    let [("transaction", transaction)] = inner[..] else { panic!("{}", names(spans)) };
    let statements = below(spans, transaction);
    let verbs: Vec<&str> = statements.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        verbs,
        ["BEGIN", "SELECT idempotency_keys", "INSERT items", "INSERT idempotency_keys", "COMMIT"]
    );
    for (name, span) in statements {
        assert_eq!(span.kind(), SpanKind::Client);
        let expected = [("db.query.summary", text(name)), ("db.system.name", text("postgresql"))];
        assert_eq!(
            attributes(&span.attributes),
            expected.map(|(name, value)| (name.to_owned(), value)).into()
        );
        assert!(transaction.start_time_unix_nano <= span.start_time_unix_nano, "{name}");
        assert!(span.end_time_unix_nano <= transaction.end_time_unix_nano, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_span_of_a_request_names_the_actor_that_the_log_names() {
    let database = TestDatabase::new().await;
    let mut create = curio(&["keys", "create", "--name", "A test", "--grant", "read:*"]);
    create.env("DATABASE_URL", database.url());
    let (code, key, error) = run(create).await;
    assert_eq!(code, Some(0), "{error}");
    let collector = Collector::start().await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint), ("CURIO_AUTH", "required")];
    let mut process = Process::serve(&database.url(), &variables).await;
    let bearer = format!("Bearer {}", key.trim());
    // Twice: the key is verified, then recalled.
    for _ in 0..2 {
        assert_eq!(
            send(&process, Method::GET, "/v1/items", &[("authorization", &bearer)]).await.status(),
            200
        );
    }
    assert_eq!(send(&process, Method::GET, "/v1/items", &[]).await.status(), 401);
    process.signal("TERM");
    process.end().await;
    let (spans, _) = collector.spans();
    let requests = spans.iter().filter(|span| span.kind() == SpanKind::Server);
    let traced: Vec<_> =
        requests.map(|span| attributes(&span.attributes).get("curio.actor").cloned()).collect();
    let log = process.log();
    let lines = log.iter().filter(|line| line["message"] == "request");
    let logged: Vec<_> = lines.map(|line| line["span"]["actor"].as_str().map(text)).collect();
    assert!(logged[0].is_some() && logged[0] == logged[1] && logged[2].is_none(), "{logged:?}");
    assert_eq!(traced, logged);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sampler_and_the_parent_decide_what_is_traced() {
    let database = TestDatabase::new().await;
    let collector = Collector::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "authorization=Bearer%20x\n").unwrap();
    let variables = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*format!("{}/v1/traces", collector.endpoint)),
        ("OTEL_EXPORTER_OTLP_HEADERS_FILE", file.path().to_str().unwrap()),
        ("OTEL_TRACES_SAMPLER", "parentbased_always_off"),
        ("OTEL_SERVICE_NAME", "shop"),
    ];
    let mut process = Process::serve(&database.url(), &variables).await;
    send(&process, Method::GET, "/v1/items", &[]).await;
    send(&process, Method::GET, "/v1/items", &[("traceparent", &TRACEPARENT.replace("-01", "-00"))]).await;
    assert_eq!(
        send(&process, Method::GET, "/v1/collections", &[("traceparent", TRACEPARENT)]).await.status(),
        200
    );
    process.signal("TERM");
    process.end().await;
    let (spans, resource) = collector.spans();
    assert_eq!(resource["service.name"], text("shop"));
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["GET /v1/collections", "SELECT collections"]);
    assert!(
        collector.received.lock().unwrap().iter().all(|(headers, _)| headers["authorization"] == "Bearer x")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_disturbs_no_request() {
    let database = TestDatabase::new().await;
    // A port on which nothing listens, once the listener is dropped.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut process = Process::serve(&database.url(), &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    assert_eq!(send(&process, Method::POST, "/v1/items", &[]).await.status(), 201);
    process.signal("TERM");
    process.end().await;
    let log = process.log();
    assert!(log.iter().any(|line| line["message"] == "serve.stopped"), "{log:#?}");
}

/// The SDK logs the first span that it loses.
#[tokio::test(flavor = "multi_thread")]
async fn a_span_that_is_lost_disturbs_no_request() {
    let database = TestDatabase::new().await;
    let collector = Collector::start().await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint), ("OTEL_BSP_MAX_QUEUE_SIZE", "1")];
    let mut process = Process::serve(&database.url(), &variables).await;
    for _ in 0..20 {
        let fields = [("idempotency-key", "k")];
        let created = timeout(PATIENCE, send(&process, Method::POST, "/v1/items", &fields)).await;
        assert_eq!(created.expect("no response").status(), 201);
    }
    process.signal("TERM");
    assert!(process.end().await.success());
    let is_about_lost_spans = |line: &serde_json::Value| line["target"] == "opentelemetry_sdk";
    assert!(process.log().iter().any(is_about_lost_spans), "{:#?}", process.log());
}
