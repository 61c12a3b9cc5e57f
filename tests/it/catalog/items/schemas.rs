//! Items in a collection with a schema.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::import::{NDJSON, import};
use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    proxy::Proxy,
    resource::ABSENT,
    service::{Reply, TestService, options, path},
};

const LAMPS: &str = "/v1/collections/lamps";
const ITEMS: &str = "/v1/items";
const BATCH: &str = "/v1/items/batch";

async fn set_schema(service: &TestService, schema: Value) {
    let reply = service.put(LAMPS, &json!({ "title": "Lamps", "schema": schema })).await;
    assert!(reply.status.is_success(), "{reply:?}");
}

fn strict() -> Value {
    json!({
        "properties": { "watts": { "type": "number" }, "color": { "maxLength": 3 } },
        "required": ["watts"], "additionalProperties": false
    })
}

fn lamp(attributes: &Value) -> Value {
    json!({ "collection": "lamps", "name": "x", "attributes": attributes })
}

#[track_caller]
fn assert_violations(reply: &Reply, wanted: &[(&str, &str)]) {
    let wanted: Vec<_> = wanted.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect();
    assert_eq!(reply.is_problem(422, "validation-error").faults(), wanted);
}

#[tokio::test]
async fn every_write_of_attributes_is_validated_and_names_the_version() {
    let service = TestService::start().await;
    set_schema(&service, strict()).await;
    let wrong = lamp(&json!({ "color": "blue", "size": 1 }));
    let violations = [
        ("#/attributes/color", "schema.max_length"),
        ("#/attributes/size", "schema.additional_properties"),
        ("#/attributes/watts", "schema.required"),
    ];
    let new = format!("{ITEMS}/{ABSENT}");
    // Twice: the first one does not know the schema yet.
    for _ in 0..2 {
        assert_violations(&service.post(ITEMS, &wrong).await, &violations);
        assert_violations(&service.put(&new, &wrong).await, &violations);
    }
    assert_violations(&service.post(&format!("{ITEMS}?validate_only=true"), &wrong).await, &violations);
    assert_eq!(service.database.count_items().await, 0);

    let right = lamp(&json!({ "watts": 9 }));
    let created = service.post(ITEMS, &right).await;
    assert_eq!((created.status, &created.body["schema_version"]), (StatusCode::CREATED, &json!(1)));
    let put = service.put(&new, &right).await;
    assert_eq!((put.status, &put.body["schema_version"]), (StatusCode::CREATED, &json!(1)));
    for replaced in [
        service.put(&new, &right).await,
        service.put(&new, &json!({ "name": "y", "attributes": { "watts": 1 } })).await,
    ] {
        assert_eq!((replaced.status, &replaced.body["schema_version"]), (StatusCode::OK, &json!(1)));
    }
    assert_violations(
        &service.put(&new, &json!({ "name": "y" })).await,
        &[("#/attributes/watts", "schema.required")],
    );
    let patch = json!({ "name": "y", "attributes": { "watts": null, "color": "blue" } });
    assert_violations(&service.patch(&new, &patch).await, &[violations[0], violations[2]]);
    let json_patch = json!([{ "op": "add", "path": "/attributes/watts", "value": "9" }]);
    let media_type = [("content-type", "application/json-patch+json")];
    assert_violations(
        &service.send(Method::PATCH, &new, &media_type, Some(&json_patch)).await,
        &[("#/attributes/watts", "schema.type")],
    );
    let patched = service.patch(&new, &json!({ "attributes": { "color": "red" } })).await;
    assert_eq!((patched.status, &patched.body["schema_version"]), (StatusCode::OK, &json!(1)));
}

#[tokio::test]
async fn an_item_names_the_version_of_its_last_write() {
    let service = TestService::start().await;
    service.put(LAMPS, &json!({ "title": "Lamps" })).await;
    let item = service.post(ITEMS, &lamp(&json!({}))).await.body;
    assert_eq!(item["schema_version"], Value::Null);
    set_schema(&service, json!({ "maxProperties": 1 })).await;
    assert_eq!(service.get(&path(&item)).await.body["schema_version"], Value::Null);
    let version = async |name: &str| {
        service.patch(&path(&item), &json!({ "name": name })).await.body["schema_version"].clone()
    };
    assert_eq!(version("a").await, 1);
    set_schema(&service, json!({ "required": ["watts"] })).await;
    let renamed = service.patch(&path(&item), &json!({ "name": "b" })).await;
    assert_violations(&renamed, &[("#/attributes/watts", "schema.required")]);

    // A restored item is as it was: its attributes satisfy the schema that it names.
    assert_eq!(service.delete(&path(&item)).await.status, StatusCode::NO_CONTENT);
    let restored = service.send(Method::POST, &format!("{}/restore", path(&item)), &[], None).await;
    assert_eq!((restored.status, &restored.body["schema_version"]), (StatusCode::OK, &json!(1)));

    service.put(LAMPS, &json!({ "title": "Lamps" })).await;
    assert_eq!(version("c").await, Value::Null);
    set_schema(&service, json!({ "maxProperties": 2 })).await;
    assert_eq!(version("d").await, 3);
    service.delete(LAMPS).await.is_problem(409, "conflict");
}

#[tokio::test]
async fn a_batch_is_validated_and_its_pointers_name_the_operations() {
    let service = TestService::start().await;
    set_schema(&service, strict()).await;
    let item = service.post(ITEMS, &lamp(&json!({ "watts": 1 }))).await.body;
    let create = |attributes: Value| json!({ "op": "create", "item": lamp(&attributes) });
    let update = |patch: Value| json!({ "op": "update", "id": item["id"], "patch": patch });
    let absent = json!({ "op": "create", "item": { "collection": "books", "name": "x" } });
    let operations = json!({ "operations": [
        create(json!({ "watts": 2 })), create(json!({ "size": 1 })), absent,
        update(json!({ "attributes": { "watts": null } }))
    ] });
    assert_violations(
        &service.post(BATCH, &operations).await,
        &[
            ("#/operations/1/item/attributes/size", "schema.additional_properties"),
            ("#/operations/1/item/attributes/watts", "schema.required"),
            ("#/operations/2/item/collection", "not_found"),
            ("#/operations/3/patch/attributes/watts", "schema.required"),
        ],
    );
    assert_eq!(service.database.count_items().await, 1);
    let operations = json!({ "operations": [
        create(json!({ "watts": 2 })), update(json!({ "attributes": { "watts": 3 } })),
        { "op": "create", "item": { "name": "other" } }
    ] });
    let written = service.post(BATCH, &operations).await;
    let results = written.body["results"].as_array().unwrap_or_else(|| panic!("{written:?}"));
    let versions: Vec<_> = results.iter().map(|one| &one["item"]["schema_version"]).collect();
    assert_eq!(versions, [&json!(1), &json!(1), &Value::Null]);
}

/// The default collection, which no batch names, on a replica that does not know its schema.
#[tokio::test]
async fn a_batch_that_does_not_know_the_schema_runs_again() {
    let service = TestService::start().await;
    let item = service.create("x").await;
    let default = json!({ "title": "All", "schema": { "required": ["watts"] } });
    let reply = service.put("/v1/collections/default", &default).await;
    assert_eq!(reply.status, StatusCode::OK);
    let create = json!({ "operations": [{ "op": "create", "item": { "name": "x" } }] });
    let violation = [("#/operations/0/item/attributes/watts", "schema.required")];
    assert_violations(&service.post(BATCH, &create).await, &violation);
    assert!(service.get("/metrics").await.text.contains("curio_transactions_rerun_total 1"));
    assert_violations(&service.post(BATCH, &create).await, &violation);
    assert!(service.get("/metrics").await.text.contains("curio_transactions_rerun_total 1"));
    let update = json!({ "operations": [{ "op": "update", "id": item["id"], "patch": { "attributes": { "watts": 1 } } }] });
    assert_eq!(service.post(BATCH, &update).await.body["results"][0]["item"]["schema_version"], 1);
    service.put("/v1/collections/default", &json!({ "title": "All" })).await;
    let written = service.post(BATCH, &create).await;
    assert_eq!(written.body["results"][0]["item"]["schema_version"], Value::Null, "{written:?}");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn what_another_replica_knows_of_a_schema_decides_nothing() {
    let service = TestService::start().await;
    set_schema(&service, json!({ "required": ["watts"] })).await;
    let item = service.post(ITEMS, &lamp(&json!({ "watts": 1 }))).await.body;
    // Each time the service knows the schema before, of which the statement was carried out elsewhere.
    let schema = |id: u32, version: u32, schema: &str| {
        format!(
            "INSERT INTO collection_schemas (id, collection_id, version, schema)
             SELECT '00000000-0000-8000-8000-00000000000{id}', id, {version}, '{schema}' FROM collections WHERE key = 'lamps';
             UPDATE collections SET schema_id = '00000000-0000-8000-8000-00000000000{id}' WHERE key = 'lamps'"
        )
    };
    let writes = async |attributes: Value| {
        let patch = json!({ "attributes": attributes });
        let batch = json!({ "operations": [{ "op": "create", "item": lamp(&attributes) }] });
        [
            service.post(ITEMS, &lamp(&attributes)).await,
            service.patch(&path(&item), &patch).await,
            service.post(BATCH, &batch).await,
        ]
    };
    let removed = "UPDATE collections SET schema_id = NULL WHERE key = 'lamps'";
    for (change, version) in [
        (schema(1, 2, r#"{"required": ["color"]}"#), json!(2)),
        (removed.to_owned(), Value::Null),
        (schema(2, 3, r#"{"required": ["watts", "color"]}"#), json!(3)),
    ] {
        service.database.execute(&change).await;
        let shown = |reply: &Reply| {
            let item = reply.body.pointer("/results/0/item").unwrap_or(&reply.body);
            item["schema_version"].clone()
        };
        for reply in writes(json!({ "watts": 1, "color": "red" })).await {
            assert!(reply.status.is_success(), "{reply:?}");
            assert_eq!(shown(&reply), version);
        }
    }
    service.database.execute(&schema(3, 4, r#"{"required": ["size"]}"#)).await;
    for reply in writes(json!({ "color": "red" })).await {
        assert!(reply.is_problem(422, "validation-error").faults()[0].0.ends_with("/attributes/size"));
    }
}

#[tokio::test]
async fn a_replayed_write_is_not_validated_again() {
    let service = TestService::start().await;
    service.put(LAMPS, &json!({ "title": "Lamps" })).await;
    let key = [("idempotency-key", "a")];
    let send = || async { service.send(Method::POST, ITEMS, &key, Some(&lamp(&json!({})))).await };
    let first = send().await;
    set_schema(&service, json!({ "required": ["watts"] })).await;
    assert_violations(
        &service.post(ITEMS, &lamp(&json!({}))).await,
        &[("#/attributes/watts", "schema.required")],
    );
    let again = send().await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed"), &again.body),
        (StatusCode::CREATED, Some("true"), &first.body)
    );
}

#[tokio::test]
async fn an_item_that_takes_too_much_work_is_rejected_and_others_do_not_wait() {
    let service = TestService::start().await;
    let parts: Vec<Value> = (0..900).map(|n| json!({ "minimum": -n })).collect();
    set_schema(&service, json!({ "properties": { "a": { "items": { "allOf": parts } } } })).await;
    let slow = lamp(&json!({ "a": vec![1; 30_000] }));
    assert_violations(&service.post(ITEMS, &slow).await, &[("#/attributes", "schema.too_complex")]);
    let create = json!({ "op": "create", "item": slow });
    let batch = service.post(BATCH, &json!({ "operations": vec![create; 60] })).await;
    let faults = batch.is_problem(422, "validation-error").faults();
    assert_eq!(faults.len(), 60);
    assert!(faults.iter().all(|(_, code)| code == "schema.too_complex"));
    let quick =
        tokio::time::timeout(Duration::from_secs(5), service.post(ITEMS, &lamp(&json!({ "a": [1] })))).await;
    assert_eq!(quick.unwrap().status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_schema_costs_a_write_no_round_trip() {
    let database = TestDatabase::new().await;
    let pool = database.options();
    let proxy = Proxy::to(pool.connect.get_host(), pool.connect.get_port()).await;
    let connect = pool.connect.clone().host("127.0.0.1").port(proxy.address.port());
    let service =
        TestService::on(database, DatabaseOptions { connect, max_connections: 1, ..pool }, options());
    let item = service.create("x").await;
    let create = json!({ "operations": [{ "op": "create", "item": { "name": "x" } }] });
    for schema in [Value::Null, json!({ "maxProperties": 1 })] {
        let default = json!({ "title": "All", "schema": schema });
        assert_eq!(service.put("/v1/collections/default", &default).await.status, StatusCode::OK);
        // The fewest of several runs: the first prepares statements, and one on a busy machine may
        // ping a connection that lay idle.
        let mut fewest = [usize::MAX; 3];
        for _ in 0..5 {
            let before = proxy.round_trips();
            assert_eq!(service.post(ITEMS, &json!({ "name": "x" })).await.status, StatusCode::CREATED);
            let posted = proxy.round_trips();
            assert_eq!(service.patch(&path(&item), &json!({ "name": "y" })).await.status, StatusCode::OK);
            let patched = proxy.round_trips();
            assert_eq!(service.post(BATCH, &create).await.status, StatusCode::OK);
            let trips = [posted - before, patched - posted, proxy.round_trips() - patched];
            fewest = std::array::from_fn(|index| fewest[index].min(trips[index]));
        }
        // BEGIN and COMMIT, and the statements between them: the last batch reads the schema.
        assert_eq!(fewest, [3, 4, if schema.is_null() { 3 } else { 4 }], "{schema}");
    }
}

#[tokio::test]
async fn the_lines_of_an_import_have_the_steps_that_each_would_have_alone() {
    let service = TestService::start().await;
    let parts: Vec<Value> = (0..900).map(|n| json!({ "minimum": -n })).collect();
    set_schema(&service, json!({ "properties": { "a": { "items": { "allOf": parts } } } })).await;
    let line = format!("{}\n", lamp(&json!({ "a": vec![1; 300] })));
    let imported = import(&service, NDJSON, "", line.repeat(150)).await;
    assert_eq!((imported.status, &imported.body["created"]), (StatusCode::OK, &json!(150)), "{imported:?}");
}
