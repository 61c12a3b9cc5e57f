//! Each statement that writes items writes their values.

use curio::ids::new_id;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{LAMPS, create, differences, index, rows};
use crate::support::service::TestService;

const ALL: &[(&str, &str)] =
    &[("a", "number"), ("b", "string"), ("c", "boolean"), ("d", "timestamp"), ("size.width", "number")];

/// An integer, text, boolean or timestamp, or something that an index ignores, at each path.
fn attributes() -> impl Strategy<Value = Value> {
    let scalar = || {
        prop_oneof![
            (-50..50_i32).prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            "[a-é]{0,3}".prop_map(Value::from),
            Just(json!("2026-02-28T12:00:00.5+01:00")),
            Just(json!("2026-02-30T12:00:00Z")),
            Just(json!("x".repeat(5_000))),
            Just(Value::Null),
            Just(json!([1])),
            Just(json!({ "width": 7 })),
        ]
    };
    let members = prop_oneof!["[a-d]".prop_map(String::from), Just("size".to_owned())];
    proptest::collection::vec((members, scalar()), 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

struct Random(TestRunner);

impl Random {
    fn of(&mut self, strategy: impl Strategy<Value = Value>) -> Value {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    fn below(&mut self, end: usize) -> usize {
        (0..end).new_tree(&mut self.0).unwrap().current()
    }
}

/// Writes one or several items in one of all ways; `ids` are those that there are or were.
async fn write(service: &TestService, random: &mut Random, ids: &mut Vec<String>) {
    let attributes = [random.of(attributes()), random.of(attributes())];
    let item = |attributes: &Value| json!({ "collection": "lamps", "name": "x", "attributes": attributes });
    let id = ids[random.below(ids.len())].clone();
    let url = format!("/v1/items/{id}");
    match random.below(11) {
        0 => ids.push(create(service, &attributes[0]).await["id"].as_str().unwrap().to_owned()),
        1 | 2 => drop(service.put(&url, &item(&attributes[0])).await),
        3 => drop(service.patch(&url, &json!({ "attributes": attributes[0] })).await),
        4 => drop(service.patch(&url, &json!({ "name": "other" })).await),
        5 => drop(service.delete(&url).await),
        6 => drop(service.delete(&format!("{url}?purge=true")).await),
        7 => drop(service.post(&format!("{url}/restore"), &Value::Null).await),
        8 => {
            let operations = json!([
                { "op": "create", "item": item(&attributes[0]) },
                { "op": "update", "id": id, "patch": { "attributes": attributes[1] } },
            ]);
            service.post("/v1/items/batch", &json!({ "operations": operations })).await;
        }
        9 => {
            // Writes that are rolled back.
            service.post("/v1/items?validate_only=true", &item(&attributes[0])).await;
            service
                .patch(&format!("{url}?validate_only=true"), &json!({ "attributes": attributes[1] }))
                .await;
        }
        _ => {
            let replaced =
                json!({ "id": id, "collection": "lamps", "name": "y", "attributes": attributes[0] });
            let other = new_id().to_string();
            let created =
                json!({ "id": other, "collection": "lamps", "name": "z", "attributes": attributes[1] });
            ids.push(other);
            let request = service.request(Method::POST, "/v1/items/import?on_error=skip");
            let request = request.header("content-type", "application/x-ndjson");
            request.body(format!("{replaced}\n{created}\n")).send().await.unwrap();
        }
    }
}

#[tokio::test]
async fn every_write_stores_the_values_of_its_items() {
    let service = TestService::start().await;
    index(&service, ALL).await;
    let config = Config { failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut random = Random(TestRunner::new_with_rng(config, rng));
    let mut ids = vec![create(&service, &json!({})).await["id"].as_str().unwrap().to_owned()];
    for step in 0..250 {
        write(&service, &mut random, &mut ids).await;
        if step % 10 == 0 {
            assert_eq!(differences(&service).await, [""; 0], "step {step}");
        }
    }
    assert_eq!(differences(&service).await, [""; 0]);
    let kinds = service
        .database
        .number("SELECT count(number) * count(flag) * count(text) * count(instant) FROM item_values");
    assert!(kinds.await > 0, "there are values of all types");
    assert!(ids.len() > 20, "{}", ids.len());
}

#[tokio::test]
async fn no_value_is_too_large_for_an_index_and_none_is_an_error() {
    let service = TestService::start().await;
    index(&service, ALL).await;
    let long = "💩".repeat(3_000);
    let digits = |number: &str| serde_json::from_str::<Value>(number).unwrap();
    for value in [
        json!(long),
        digits("1e308"),
        digits("-1.5e-320"),
        digits(&format!("0.{}", "123456789".repeat(1000))),
        digits(&format!("{}.5", "9".repeat(300))),
        json!("9999-12-31T23:59:59.999999999-15:59"),
        json!("0001-01-01T00:00:00+15:59"),
        json!("2024-02-29T24:00:00Z"),
    ] {
        let attributes =
            json!({ "a": value, "b": value, "c": value, "d": value, "size": { "width": value } });
        create(&service, &attributes).await;
    }
    // Also what no client can write any more.
    let huge = "INSERT INTO items (id, collection, name, attributes)
        SELECT gen_random_uuid(), 'default', 'x', jsonb_build_object('a', ('1e' || n)::numeric)
        FROM UNNEST(ARRAY[131071, -16383]) AS n";
    service.database.execute(huge).await;
    let indexer = super::Indexer::start(&service.pool);
    let patch = json!({ "indexed": [{ "path": "a", "type": "number" }] });
    assert_eq!(service.patch("/v1/collections/default", &patch).await.status, 200);
    super::is_indexed(&service).await;
    let numbers = rows(
        &service,
        "SELECT number::text FROM item_values JOIN items ON items.id = item_id WHERE collection = 'default' ORDER BY 1",
    )
    .await;
    assert_eq!(numbers.len(), 2);
    assert_eq!(numbers[0][0].as_deref(), Some("0"));
    assert_eq!(numbers[1][0].as_ref().unwrap().len(), 311, "1e310");
    indexer.stop().await;
}

#[tokio::test]
async fn a_collection_shows_its_indexed_attributes_and_takes_them_back() {
    let service = TestService::start().await;
    let indexed = json!([
        { "path": "price", "type": "number" },
        { "path": " size . \"width\" ", "type": "string", "state": "building" },
        { "path": "\"a.b\"", "type": "timestamp" },
    ]);
    let created =
        service.post("/v1/collections", &json!({ "key": "lamps", "title": "x", "indexed": indexed })).await;
    let expected = json!([
        { "path": "price", "type": "number", "state": "ready" },
        { "path": "size.width", "type": "string", "state": "ready" },
        { "path": "\"a.b\"", "type": "timestamp", "state": "ready" },
    ]);
    assert_eq!(created.body["indexed"], expected, "a new collection has nothing to index");
    let mut read = service.get(LAMPS).await.body;
    assert_eq!(service.put(LAMPS, &read).await.body["indexed"], expected);
    // Only the server writes the state.
    for other in [json!("paused"), json!(7), Value::Null] {
        read["indexed"][0]["state"] = other;
        assert_eq!(service.put(LAMPS, &read).await.body["indexed"], expected);
        read["colour"] = json!(1);
        let faults = service.put(LAMPS, &read).await.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("#/colour".into(), "unknown_field".into())]);
        read.as_object_mut().unwrap().remove("colour");
    }
    assert_eq!(service.patch(LAMPS, &json!({ "title": "y" })).await.body["indexed"], expected);
    let list = service.get("/v1/collections?limit=1").await;
    assert_eq!(list.body["data"][0]["indexed"], expected);
    let reversed: Vec<Value> = expected.as_array().unwrap().iter().rev().cloned().collect();
    let patched = service.patch(LAMPS, &json!({ "indexed": reversed })).await;
    assert_eq!(patched.body["indexed"], json!(reversed), "the order is the client's");
    let retyped = service.patch(LAMPS, &json!({ "indexed": [{ "path": "price", "type": "string" }] })).await;
    assert_eq!(retyped.body["indexed"], json!([{ "path": "price", "type": "string", "state": "building" }]));
    assert_eq!(service.patch(LAMPS, &json!({ "indexed": null })).await.body["indexed"], json!([]));
    assert_eq!(service.delete(LAMPS).await.status, 204);
    assert_eq!(
        service.database.number("SELECT count(*) FROM collection_indexes WHERE collection IS NULL").await,
        4
    );
}

#[tokio::test]
async fn every_fault_of_indexed_attributes_is_reported_at_once() {
    let service = TestService::start().await;
    let indexed = json!([
        { "path": "price", "type": "number" },
        { "path": "a..b", "type": "text" },
        { "path": "\"price\"", "type": "string" },
        { "path": "x".repeat(201), "type": "string" },
        { "path": "", "type": "string" },
        { "path": "attributes = 1", "type": "string" },
        { "path": format!("\"{}\"", "\\u0061".repeat(171)), "type": "string" },
    ]);
    let reply = service.put(LAMPS, &json!({ "title": "x", "indexed": indexed })).await;
    let faults = [
        ("#/indexed/1/path", "path"),
        ("#/indexed/1/type", "enum"),
        ("#/indexed/2/path", "duplicate"),
        ("#/indexed/3/path", "path"),
        ("#/indexed/4/path", "path"),
        ("#/indexed/5/path", "path"),
        ("#/indexed/6/path", "path"),
    ];
    let faults = faults.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    assert_eq!(reply.is_problem(422, "validation-error").faults(), faults);
    let many: Vec<Value> = (0..9).map(|n| json!({ "path": format!("a{n}"), "type": "number" })).collect();
    let reply = service.put(LAMPS, &json!({ "title": "x", "indexed": many })).await;
    assert_eq!(reply.is_problem(422, "validation-error").faults(), [("#/indexed".into(), "too_long".into())]);
    assert_eq!(service.put(LAMPS, &json!({ "title": "x", "indexed": many[..8] })).await.status, 201);
}
