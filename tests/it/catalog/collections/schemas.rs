//! The schemas of collections: their versions, their faults, and their history.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Options, eventually,
    log::Log,
    service::{Reply, TestService, options},
};

const PATH: &str = "/v1/collections";
const LAMPS: &str = "/v1/collections/lamps";

fn watts(minimum: u32) -> Value {
    json!({ "properties": { "watts": { "minimum": minimum } } })
}

fn with_schema(schema: &Value) -> Value {
    json!({ "title": "Lamps", "schema": schema })
}

fn shown(reply: &Reply) -> (u16, &Value, &Value) {
    (reply.status.as_u16(), &reply.body["schema"], &reply.body["schema_version"])
}

#[tokio::test]
async fn each_change_of_the_value_is_a_new_version() {
    let service = TestService::start().await;
    let log = Log::capture();
    let body = json!({ "key": "lamps", "title": "Lamps", "schema": watts(1) });
    let created = service.post(PATH, &body).await;
    assert_eq!(shown(&created), (201, &watts(1), &json!(1)), "{created:?}");
    assert_eq!(shown(&service.get(LAMPS).await), (200, &watts(1), &json!(1)));
    // The same value in another spelling.
    let same = r#"{"title": "x", "schema": {"properties": {"watts": {"minimum": 1.0e0}}}}"#;
    let request = service.request(Method::PUT, LAMPS).header("content-type", "application/json").body(same);
    assert_eq!(Reply::of(request).await.body["schema_version"], 1);
    for (body, schema, version) in [
        (with_schema(&watts(2)), watts(2), json!(2)),
        (with_schema(&watts(2)), watts(2), json!(2)),
        (json!({ "title": "Lamps" }), Value::Null, Value::Null),
        (with_schema(&Value::Null), Value::Null, Value::Null),
        (with_schema(&watts(2)), watts(2), json!(3)),
        (with_schema(&json!(true)), json!(true), json!(4)),
    ] {
        let replaced = service.put(LAMPS, &body).await;
        assert_eq!(shown(&replaced), (200, &schema, &version), "{body}");
        assert_eq!(shown(&service.get(LAMPS).await), (200, &schema, &version));
    }
    let versions: Vec<_> =
        log.lines("schema.created").iter().map(|line| line["schema.version"].clone()).collect();
    assert_eq!(versions, [1, 2, 3, 4]);
    let listed = service.get(PATH).await;
    let lamps = listed.body["data"].as_array().unwrap().iter().find(|one| one["key"] == "lamps").unwrap();
    assert_eq!((&lamps["schema"], &lamps["schema_version"]), (&json!(true), &json!(4)));
}

#[tokio::test]
async fn a_patch_changes_members_of_the_schema_and_its_result_is_validated() {
    let service = TestService::start().await;
    let defined = json!({ "$defs": { "positive": { "minimum": 0 } }, "required": ["watts"] });
    service.put(LAMPS, &with_schema(&defined)).await;
    // Only the result has what the reference leads to.
    let patch =
        json!({ "schema": { "required": null, "properties": { "watts": { "$ref": "#/$defs/positive" } } } });
    let patched = service.patch(LAMPS, &patch).await;
    let wanted = json!({
        "$defs": { "positive": { "minimum": 0 } }, "properties": { "watts": { "$ref": "#/$defs/positive" } }
    });
    assert_eq!(shown(&patched), (200, &wanted, &json!(2)), "{patched:?}");
    assert_eq!(shown(&service.patch(LAMPS, &json!({ "title": "x" })).await), (200, &wanted, &json!(2)));
    let broken = service.patch(LAMPS, &json!({ "schema": { "$defs": null } })).await;
    assert_eq!(
        broken.is_problem(422, "validation-error").faults(),
        [("#/schema/properties/watts/$ref".into(), "unresolved_reference".into())]
    );
    let media_type = [("content-type", "application/json-patch+json")];
    let replace = json!([{ "op": "replace", "path": "/schema", "value": { "maxProperties": 3 } }]);
    let replaced = service.send(Method::PATCH, LAMPS, &media_type, Some(&replace)).await;
    assert_eq!(shown(&replaced), (200, &json!({ "maxProperties": 3 }), &json!(3)), "{replaced:?}");
    let read_only = json!([{ "op": "replace", "path": "/schema_version", "value": 7 }]);
    let rejected = service.send(Method::PATCH, LAMPS, &media_type, Some(&read_only)).await;
    assert_eq!(
        rejected.is_problem(422, "validation-error").faults(),
        [("#/schema_version".into(), "read_only".into())]
    );
    let removed = service.patch(LAMPS, &json!({ "schema": null, "schema_version": 9 })).await;
    assert_eq!(shown(&removed), (200, &Value::Null, &Value::Null));
    for wrong in [json!("x"), json!([]), json!(1)] {
        let rejected = service.patch("/v1/collections/absent", &json!({ "schema": wrong })).await;
        let faults = rejected.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("#/schema".into(), "type".into())]);
    }
}

#[tokio::test]
async fn all_faults_of_a_schema_are_reported_with_the_others() {
    let service = TestService::start().await;
    let schema = json!({
        "type": "text", "properties": { "a/b": { "pattern": "(" }, "c": { "$ref": "other.json" }, "d": { "minLength": -1 } }
    });
    let body = json!({ "key": "lamps", "title": "", "schema": schema });
    let wanted = [
        ("#/schema/properties/a~1b/pattern", "invalid_pattern"),
        ("#/schema/properties/c/$ref", "remote_reference"),
        ("#/schema/properties/d/minLength", "invalid_schema"),
        ("#/schema/type", "invalid_schema"),
        ("#/title", "too_short"),
    ];
    let wanted = wanted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    for reply in [service.post(PATH, &body).await, service.put(LAMPS, &body).await] {
        assert_eq!(reply.is_problem(422, "validation-error").faults(), wanted);
    }
    for (schema, code) in [
        (json!("x"), "type"),
        (json!(5), "type"),
        (json!({ "enum": [1e300.to_string(), "x".repeat(64 * 1024)] }), "too_large"),
    ] {
        let reply = service.put(LAMPS, &with_schema(&schema)).await;
        let faults = reply.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("#/schema".into(), code.into())]);
    }
    // A schema that the parser does not reach has no other fault.
    let deep = (0..200).fold(json!({}), |schema, _| json!({ "not": schema }));
    let faults = service.put(LAMPS, &with_schema(&deep)).await.is_problem(422, "validation-error").faults();
    assert_eq!(faults, [(format!("#/schema{}", "/not".repeat(63)), "too_deep".into())]);
    // Small as it is sent, and large as it is stored.
    let numbers = vec!["1e300"; 300].join(",");
    let body = format!(r#"{{"title": "x", "schema": {{"enum": [{numbers}]}}}}"#);
    let request = service.request(Method::PUT, LAMPS).header("content-type", "application/json").body(body);
    let faults = Reply::of(request).await.is_problem(422, "validation-error").faults();
    assert_eq!(faults, [("#/schema".into(), "too_large".into())]);
    let many: Value = (0..150).map(|n| (format!("p{n}"), json!({ "type": "text" }))).collect();
    let reply = service.put(LAMPS, &with_schema(&json!({ "properties": many }))).await;
    let body = &reply.is_problem(422, "validation-error").body;
    assert_eq!((body["errors"].as_array().unwrap().len(), &body["errors_truncated"]), (100, &json!(true)));
    assert_eq!(service.database.number("SELECT count(*) FROM collection_schemas").await, 0);
}

#[tokio::test]
async fn a_large_schema_is_stored_whole_and_pages_end_early_for_it() {
    let service = TestService::start().await;
    let large = json!({ "const": "é".repeat(32_000) });
    for n in 0..80 {
        let reply = service.put(&format!("{PATH}/c{n}"), &with_schema(&large)).await;
        assert_eq!((reply.status, &reply.body["schema"]), (StatusCode::CREATED, &large));
    }
    let mut keys = Vec::new();
    let mut next = Some(format!("{PATH}?limit=200"));
    while let Some(path) = next {
        let page = service.get(&path).await;
        assert!(page.text.len() <= 4 << 20);
        keys.extend(page.body["data"].as_array().unwrap().iter().map(|one| one["key"].to_string()));
        next = page.link("next");
    }
    assert_eq!(keys.len(), 81);
}

#[tokio::test]
async fn every_schema_that_a_collection_had_can_be_read() {
    let service = TestService::start().await;
    for n in 1..=5 {
        service.put(LAMPS, &with_schema(&watts(n))).await;
    }
    service.put("/v1/collections/books", &with_schema(&watts(9))).await;
    let schemas = format!("{LAMPS}/schemas");
    let mut path = format!("{schemas}?limit=2");
    let mut versions = Vec::new();
    loop {
        let page = service.send(Method::GET, &path, &[("prefer", "count=exact")], None).await;
        assert_eq!((page.status, &page.body["total_count"]), (StatusCode::OK, &json!(5)), "{page:?}");
        let data = page.body["data"].as_array().unwrap().clone();
        versions.extend(data.into_iter().map(|one| (one["version"].clone(), one["schema"].clone())));
        let Some(next) = page.link("next") else { break };
        path = next;
    }
    let wanted: Vec<_> = (1..=5).rev().map(|n| (json!(n), watts(n))).collect();
    assert_eq!(versions, wanted);
    let back = service.get(&path).await.link("prev").unwrap();
    assert_eq!(service.get(&back).await.body["data"][0]["version"], 3);

    let second = format!("{schemas}/2");
    let found = service.get(&second).await;
    assert_eq!(
        (found.status, &found.body["schema"], found.header("etag")),
        (StatusCode::OK, &watts(2), Some("\"2\""))
    );
    let known = service.send(Method::GET, &second, &[("if-none-match", "\"2\"")], None).await;
    assert_eq!(
        (known.status, known.header("cache-control")),
        (StatusCode::NOT_MODIFIED, Some("private, no-cache"))
    );
    service.get(&format!("{schemas}/6")).await.is_problem(404, "not-found");
    for path in ["/v1/collections/absent/schemas", "/v1/collections/absent/schemas/1"] {
        service.get(path).await.is_problem(404, "not-found");
    }
    for (path, parameter) in
        [("lamps/schemas/0", "version"), ("lamps/schemas/01", "version"), ("Lamps/schemas", "key")]
    {
        let rejected = service.get(&format!("{PATH}/{path}")).await;
        assert_eq!(rejected.is_problem(400, "malformed-request").faults()[0].0, parameter);
    }
    let conditional = service.send(Method::GET, &schemas, &[("if-match", "\"1\"")], None).await;
    conditional.is_problem(400, "malformed-request");
}

#[tokio::test]
async fn a_deleted_collection_takes_its_schemas_with_it_and_their_versions_never_repeat() {
    let service = TestService::start().await;
    for n in 1..=3 {
        service.put(LAMPS, &with_schema(&watts(n))).await;
    }
    assert_eq!(service.delete(LAMPS).await.status, StatusCode::NO_CONTENT);
    assert_eq!(service.database.number("SELECT count(*) FROM collection_schemas").await, 0);
    let again = service.put(LAMPS, &with_schema(&watts(1))).await;
    assert_eq!(again.status, StatusCode::CREATED);
    let version = again.body["schema_version"].as_i64().unwrap();
    assert!(version > 3, "{again:?}");
    let listed = service.get(&format!("{LAMPS}/schemas")).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(service.put(LAMPS, &with_schema(&watts(2))).await.body["schema_version"], version + 1);
}

#[tokio::test]
async fn a_dry_run_tells_the_version_and_stores_no_schema() {
    let service = TestService::start().await;
    let log = Log::capture();
    let tried = service.put(&format!("{LAMPS}?validate_only=true"), &with_schema(&watts(1))).await;
    assert_eq!(shown(&tried), (201, &watts(1), &json!(1)));
    assert_eq!(service.database.number("SELECT count(*) FROM collection_schemas").await, 0);
    assert_eq!(log.lines("schema.created").len(), 0);
}

#[tokio::test]
async fn a_patch_that_waits_for_another_is_applied_to_the_schema_that_the_other_wrote() {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let service = TestService::start_with(Options { trusted_proxies, ..options() }).await;
    service.post(PATH, &json!({ "key": "lamps", "title": "Lamps", "schema": {} })).await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; SELECT FROM collections FOR UPDATE").execute(&mut holder).await.unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waits =
        async |count| eventually("they wait", async || service.database.number(waiting).await == count).await;
    let first = json!({ "schema": { "required": ["watts"] } });
    let (first, second, ()) = tokio::join!(
        service.patch(LAMPS, &first),
        async {
            waits(1).await;
            // One client would change the collection by one request at a time.
            let fields =
                [("x-forwarded-for", "203.0.113.1"), ("content-type", "application/merge-patch+json")];
            service.send(Method::PATCH, LAMPS, &fields, Some(&json!({ "title": "Lights" }))).await
        },
        async {
            waits(2).await;
            let mark = "UPDATE collections SET description = clock_timestamp(); COMMIT";
            sqlx::raw_sql(mark).execute(&mut holder).await.unwrap();
        }
    );
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    // The transaction began before it, but the collection did not have the schema then.
    let schema =
        "SELECT count(*) FROM collection_schemas AS schema JOIN collections ON collections.id = collection_id
                  WHERE schema.version = 2 AND schema.created_at > description::timestamptz";
    assert_eq!(service.database.number(schema).await, 1);
    let collection = service.get(LAMPS).await.body;
    let parts = (&collection["title"], &collection["schema"], &collection["schema_version"]);
    assert_eq!(parts, (&json!("Lights"), &json!({ "required": ["watts"] }), &json!(2)));
}
