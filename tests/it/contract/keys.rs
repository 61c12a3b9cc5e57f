//! The sample requests about API keys.

use reqwest::Method;
use serde_json::json;

use super::samples::{JSON, Sample};
use crate::support::service::TestService;

const KEY: &str = "idempotency-key";
const ABSENT: &str = "/v1/keys/absent00";

/// Sample requests, after keys were created. Samples run in order.
pub async fn samples(service: &TestService) -> Vec<Sample> {
    let [one, other] = [create_key(service).await, create_key(service).await];
    [create(), list(), get(&one), update(&one), rotate(&one), revoke(&one, &other)].concat()
}

/// Those for a service that requires conditions.
pub async fn unconditional(service: &TestService) -> Vec<Sample> {
    let path = create_key(service).await;
    vec![
        Sample::new("update_key", Method::PATCH, &path, 428).text(JSON, "{}"),
        Sample::new("revoke_key", Method::DELETE, &path, 428),
    ]
}

/// The path of a new key.
async fn create_key(service: &TestService) -> String {
    let created = service.post("/v1/keys", &json!({ "name": "X", "grants": ["read:*"] })).await;
    created.header("location").unwrap().to_owned()
}

/// What every write with a body may be rejected for.
fn rejections(sample: impl Fn(u16) -> Sample, body: &str) -> Vec<Sample> {
    vec![
        sample(400).text(JSON, "{"),
        sample(406).text(JSON, body).header("accept", "text/html"),
        sample(413).text(JSON, " ".repeat(1024 * 1024 + 1)),
        sample(415).text("text/plain", body),
        sample(415).text(JSON, body).header("content-encoding", "compress"),
        sample(422).text(JSON, "[]"),
    ]
}

/// A write twice with the same key.
fn twice(sample: &Sample, key: &'static str) -> [Sample; 2] {
    [sample.clone().header(KEY, key), sample.clone().header(KEY, key)]
}

fn create() -> Vec<Sample> {
    let create = |status| Sample::new("create_key", Method::POST, "/v1/keys", status);
    let body = json!({ "name": "X", "grants": ["read:*"], "expires_at": "2100-01-01T00:00:00Z" }).to_string();
    let mut samples = rejections(create, &body);
    samples.push(create(201).text(JSON, &body));
    samples.extend(twice(&create(201).text(JSON, &body), "a"));
    samples
}

fn list() -> Vec<Sample> {
    let list =
        |status, query: &str| Sample::new("list_keys", Method::GET, &format!("/v1/keys{query}"), status);
    vec![
        list(200, "?limit=1"),
        list(200, "?include_revoked=true").header("prefer", "count=exact"),
        list(400, "?limit=0"),
        list(406, "").header("accept", "text/html"),
    ]
}

fn get(path: &str) -> Vec<Sample> {
    let get = |status, path: &str| Sample::new("get_key", Method::GET, path, status);
    vec![
        get(200, path),
        get(304, path).header("if-none-match", "*"),
        get(400, "/v1/keys/x"),
        get(404, ABSENT),
        get(406, path).header("accept", "text/html"),
        get(412, path).header("if-match", "\"99\""),
    ]
}

fn update(path: &str) -> Vec<Sample> {
    let update = |status| Sample::new("update_key", Method::PATCH, path, status);
    let body = r#"{"name": "Y"}"#;
    let minimal = update(204).text(JSON, body).header("prefer", "return=minimal");
    let mut samples = rejections(update, body);
    samples.extend([
        update(200).text(JSON, body),
        update(412).text(JSON, body).header("if-match", "\"99\""),
        Sample::new("update_key", Method::PATCH, ABSENT, 404).text(JSON, body),
    ]);
    samples.extend(twice(&update(200).text(JSON, body), "b"));
    samples.extend(twice(&minimal, "c"));
    samples
}

fn rotate(path: &str) -> Vec<Sample> {
    let at = |status, path: &str| Sample::new("rotate_key", Method::POST, &format!("{path}/rotate"), status);
    let rotate = |status| at(status, path);
    let body = r#"{"grace_seconds": 60}"#;
    let mut samples = rejections(rotate, body);
    samples.extend([
        rotate(200).text(JSON, body),
        rotate(412).text(JSON, body).header("if-match", "\"99\""),
        at(404, ABSENT).text(JSON, body),
    ]);
    samples.extend(twice(&rotate(200).text(JSON, body), "d"));
    samples
}

fn revoke(one: &str, other: &str) -> Vec<Sample> {
    let revoke = |status, path: &str| Sample::new("revoke_key", Method::DELETE, path, status);
    let mut samples = vec![
        revoke(400, "/v1/keys/x"),
        revoke(404, ABSENT),
        revoke(412, one).header("if-match", "\"99\""),
        revoke(413, one).text(JSON, " ".repeat(1024 * 1024 + 1)),
        revoke(415, one).header("content-encoding", "compress"),
        revoke(422, one).header(KEY, "a"),
        revoke(204, one),
    ];
    samples.extend(twice(&revoke(204, other), "e"));
    samples
}
