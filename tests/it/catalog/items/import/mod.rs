//! Whole lists that are sent: what is stored, and what is reported.

mod command_line;
mod conflicts;
mod csv_files;
mod keys;
mod round_trip;
pub mod streams;

use std::time::Duration;

use async_compression::tokio::bufread::GzipEncoder;
use reqwest::{Body, Method, StatusCode};
use serde_json::{Value, json};

use self::streams::{coded_import, encoded};
use crate::support::{
    Options,
    log::Log,
    service::{Reply, TestService, options},
};

pub const NDJSON: &str = "application/x-ndjson";
pub const CSV: &str = "text/csv";
/// Ids that no other item has.
pub const IDS: [&str; 3] = [
    "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a01",
    "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a02",
    "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a03",
];

/// Sends an import with this query.
pub async fn import(
    service: &TestService,
    media_type: &'static str,
    query: &str,
    body: impl Into<Body>,
) -> Reply {
    let request = service.request(Method::POST, &format!("/v1/items/import{query}"));
    Reply::of(request.header("content-type", media_type).body(body)).await
}

/// NDJSON of these values.
pub fn ndjson(values: &[Value]) -> String {
    values.iter().map(|value| value.to_string() + "\n").collect()
}

/// Checks the counts of an import that is stored: received, created, replaced and failed.
#[track_caller]
pub fn counts(reply: &Reply, expected: [u64; 4]) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let counted = ["received", "created", "replaced", "failed"].map(|name| reply.body[name].as_u64());
    assert_eq!(counted, expected.map(Some), "{reply:?}");
}

/// The faults of an import, each with its line.
#[track_caller]
pub fn faults(reply: &Reply) -> Vec<(u64, &str, &str)> {
    let errors = reply.body["errors"].as_array().unwrap_or_else(|| panic!("{reply:?}"));
    let text = |fault: &'_ Value, name: &str| fault[name].is_string();
    assert!(errors.iter().all(|fault| text(fault, "detail")), "{reply:?}");
    errors
        .iter()
        .map(|fault| {
            let line = fault["line"].as_u64().unwrap_or_else(|| panic!("{reply:?}"));
            (line, fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap())
        })
        .collect()
}

/// The item with an id.
pub async fn get(service: &TestService, id: &str) -> Value {
    service.get(&format!("/v1/items/{id}")).await.body
}

#[tokio::test]
async fn lines_become_items() {
    let service = TestService::start().await;
    let [first, second, _] = IDS;
    let body = format!(
        "\u{FEFF}{{\"id\": \"{first}\", \"name\": \" Desk lamp \", \"status\": \"active\", \"attributes\": {{\"n\": 1e2}}}}\r\n\
         \r\n  \n{{\"name\": \"No id\", \"version\": 9, \"created_at\": [], \"deleted_at\": null}}\n\
         {{\"id\": \"{}\", \"name\": \"No end\"}}",
        second.to_uppercase()
    );
    let reply = import(&service, NDJSON, "", body).await;
    counts(&reply, [3, 3, 0, 0]);
    assert_eq!((reply.body.get("ignored"), &reply.body["errors"]), (None, &json!([])));
    let item = get(&service, first).await;
    assert_eq!(
        (&item["name"], &item["status"], item["attributes"].to_string(), &item["version"]),
        (&json!("Desk lamp"), &json!("active"), "{\"n\":100}".to_owned(), &json!(1))
    );
    assert_eq!(get(&service, second).await["name"], "No end");
    assert_eq!(service.get("/v1/items?name_prefix=No%20id").await.body["data"][0]["version"], 1);

    let empty = import(&service, NDJSON, "", "\n").await;
    counts(&empty, [0; 4]);
    assert_eq!(service.database.count_items().await, 3);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn many_lines_are_written_in_portions() {
    let service = TestService::start().await;
    let lines: Vec<_> =
        (0..1_201).map(|n| json!({ "name": format!("n{n}"), "attributes": { "n": n } })).collect();
    counts(&import(&service, NDJSON, "", ndjson(&lines)).await, [1_201, 1_201, 0, 0]);
    assert_eq!(service.database.number("SELECT count(DISTINCT name) FROM items").await, 1_201);
    // A line may be as large as an item, and many of them are more than a portion.
    let large: Vec<_> = (0..60)
        .map(|n| json!({ "name": format!("l{n}"), "attributes": { "text": "x".repeat(60_000) } }))
        .collect();
    counts(&import(&service, NDJSON, "", ndjson(&large)).await, [60, 60, 0, 0]);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn every_fault_has_its_line_and_nothing_is_stored() {
    let service = TestService::start().await;
    let lines = [
        r#"{"name": "right"}"#,
        r#"{"name": ""}"#,
        "",
        "{",
        r#"{"name": "x", "colour": 1, "attributes": [], "version": 3}"#,
        r#"{"name": "x", "attributes": {"a": "\u0000"}}"#,
        r#"{"name": "x", "id": "1"}"#,
        r#"{"name": "x", "id": null}"#,
        r#"{"name": "x", "name": "y"}"#,
        r#"{"name": "x", "collection": "absent"}"#,
        "[]",
    ];
    let long = format!("{{\"name\": \"x\", \"attributes\": {{\"a\": \"{}\"}}}}", "x".repeat(256 * 1024));
    let latin = b"{\"name\": \"\xe9\"}".to_vec();
    let body = [lines.join("\n").into_bytes(), long.into_bytes(), latin].join(&b'\n');
    let reply = import(&service, NDJSON, "", body).await;
    reply.is_problem(422, "validation-error");
    assert_eq!(reply.body["detail"], "11 items are not valid; nothing was stored.");
    let expected = [
        (2, "#/name", "too_short"),
        (4, "#", "json_syntax"),
        (5, "#/attributes", "type"),
        (5, "#/colour", "unknown_field"),
        (6, "#/attributes/a", "nul"),
        (7, "#/id", "format"),
        (8, "#/id", "type"),
        (9, "#/name", "duplicate_name"),
        (11, "#", "type"),
        (12, "#", "too_long"),
        (13, "#", "json_syntax"),
    ];
    // The collection is looked for once nothing else is wrong with a portion's lines.
    let found: Vec<_> = faults(&reply).into_iter().filter(|(line, ..)| *line != 10).collect();
    assert_eq!(found, expected);
    assert!(faults(&reply).contains(&(10, "#/collection", "not_found")));
    assert_eq!(service.database.count_items().await, 0);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_hundred_faults_are_enough() {
    let service = TestService::start().await;
    let lines = |count| "{}\n".repeat(count);
    let reply = import(&service, NDJSON, "", lines(100)).await;
    assert_eq!((faults(&reply).len(), reply.body.get("errors_truncated")), (100, None));
    let reply = import(&service, NDJSON, "", lines(101)).await;
    assert_eq!((faults(&reply).len(), &reply.body["errors_truncated"]), (100, &json!(true)));
    assert_eq!(faults(&reply)[99], (100, "#/name", "required"));
    // The rest is not decoded: it is too large.
    let large = encoded(GzipEncoder::new(lines(3 << 20).as_bytes())).await;
    coded_import(&service, "gzip", large).await.is_problem(422, "validation-error");
    // Those of the first lines, in whatever order they are found.
    let schema = json!({ "title": "x", "schema": { "required": ["color"] } });
    assert_eq!(service.put("/v1/collections/strict", &schema).await.status, 201);
    let reply =
        import(&service, NDJSON, "", "{\"name\": \"x\", \"collection\": \"strict\"}\n".repeat(400)).await;
    assert!(faults(&reply).iter().map(|fault| fault.0).eq(1..=100), "{reply:?}");
    let skipped = import(&service, NDJSON, "?on_error=skip", lines(1_000) + "{\"name\": \"x\"}").await;
    counts(&skipped, [1_001, 1, 0, 1_000]);
    assert_eq!((faults(&skipped).len(), &skipped.body["errors_truncated"]), (100, &json!(true)));
}

#[tokio::test]
async fn a_dry_run_and_the_options_of_an_import_are_checked() {
    let service = TestService::start().await;
    let body = r#"{"name": "x"}"#;
    let dry = import(&service, NDJSON, "?validate_only=true", body).await;
    counts(&dry, [1, 1, 0, 0]);
    assert_eq!(service.database.count_items().await, 0);
    let reply = import(&service, NDJSON, "?on_error=stop&on_conflict=x&limit=1", body).await;
    assert_eq!(
        reply.is_problem(400, "malformed-request").faults(),
        [("limit", "unknown_parameter"), ("on_conflict", "enum"), ("on_error", "enum")]
            .map(|(name, code)| (name.to_owned(), code.to_owned()))
    );
    let conditional = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let reply = Reply::of(conditional.header("if-match", "*").body(body)).await;
    reply.is_problem(400, "malformed-request");
    import(&service, "application/json", "", body).await.is_problem(415, "unsupported-media-type");
    for other in ["text/csv; charset=latin1", "text/csv; header=absent"] {
        import(&service, other, "", body).await.is_problem(415, "unsupported-media-type");
    }
    let minimal = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let reply = Reply::of(minimal.header("prefer", "return=minimal").body(body)).await;
    assert_eq!(reply.header("preference-applied"), Some("return=minimal"));
    counts(&reply, [1, 1, 0, 0]);

    let strict = TestService::start_with(Options { require_if_match: true, ..options() }).await;
    import(&strict, NDJSON, "", body).await.is_problem(428, "precondition-required");
    counts(&import(&strict, NDJSON, "?on_conflict=error", body).await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn the_schema_of_the_collection_holds_for_each_line() {
    let service = TestService::start().await;
    let schema = json!({ "properties": { "watts": { "type": "number", "minimum": 0 } } });
    let create = async |key: &str, schema: &Value| {
        let body = json!({ "key": key, "title": "x", "schema": schema });
        assert_eq!(service.post("/v1/collections", &body).await.status, 201);
    };
    create("lamps", &schema).await;
    create("things", &Value::Null).await;
    let lamp = |watts: i32| json!({ "collection": "lamps", "name": "x", "attributes": { "watts": watts } });
    let thing = json!({ "collection": "things", "name": "x", "attributes": { "watts": -1 } });
    let body = ndjson(&[lamp(1), lamp(-1), thing.clone(), lamp(-2)]);
    let reply = import(&service, NDJSON, "", body.clone()).await;
    reply.is_problem(422, "validation-error");
    let wrong = [(2, "#/attributes/watts", "schema.minimum"), (4, "#/attributes/watts", "schema.minimum")];
    assert_eq!(faults(&reply), wrong);
    let skipped = import(&service, NDJSON, "?on_error=skip", body).await;
    counts(&skipped, [4, 2, 0, 2]);
    assert_eq!(faults(&skipped), wrong);
    let page = service.get("/v1/items").await;
    let mut stored: Vec<_> = page.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["collection"].as_str().unwrap(), item["schema_version"].as_i64()))
        .collect();
    stored.sort_unstable();
    assert_eq!(stored, [("lamps", Some(1)), ("things", None)]);
}

#[tokio::test]
async fn the_progress_of_imports_and_exports_is_logged() {
    let log = Log::capture();
    let service = TestService::start_with(Options { progress_interval: Duration::ZERO, ..options() }).await;
    // Several portions.
    let items: Vec<_> = (0..1_200).map(|n| json!({ "name": format!("{n}") })).collect();
    assert_eq!(import(&service, NDJSON, "", ndjson(&items)).await.status, StatusCode::OK);
    let lines = log.lines("items.importing");
    let created: Vec<u64> = lines.iter().map(|line| line["created"].as_u64().unwrap()).collect();
    assert!(created.len() > 1 && created.is_sorted() && created.last() == Some(&1_200), "{created:?}");
    assert!(lines[0]["span"]["request_id"].is_string(), "{lines:?}");
    let export = service.request(Method::GET, "/v1/items").header("accept", NDJSON);
    assert_eq!(Reply::of(export).await.text.lines().count(), 1_200);
    let sent: Vec<u64> =
        log.lines("items.exporting").iter().map(|line| line["sent"].as_u64().unwrap()).collect();
    assert!(sent.len() > 1 && sent.is_sorted() && sent.last() == Some(&1_200), "{sent:?}");
}

#[tokio::test]
async fn an_import_is_one_line_of_the_log_without_content() {
    let log = Log::capture();
    let service = TestService::start().await;
    let body = ndjson(&[json!({ "name": "secret words" }), json!({ "name": "" })]);
    import(&service, NDJSON, "", body.clone()).await.is_problem(422, "validation-error");
    import(&service, NDJSON, "?on_error=skip&validate_only=true", body.clone()).await;
    assert!(log.lines("items.imported").is_empty());
    import(&service, NDJSON, "?on_error=skip", body).await;
    let lines = log.lines("items.imported");
    assert_eq!(lines.len(), 1);
    let counts = ["received", "created", "replaced", "ignored", "failed"].map(|name| lines[0][name].as_u64());
    assert_eq!(counts, [2, 1, 0, 0, 1].map(Some));
    assert!(!log.text().contains("secret"));
}
