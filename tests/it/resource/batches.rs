//! Many writes in one transaction.

use std::{collections::HashMap, env, time::Instant};

use curio::http::Options;
use futures_util::future::join_all;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    log::Log,
    service::{Answer, TestService, options, path},
};

async fn batch(service: &TestService, operations: &Value) -> Answer {
    service.post("/v1/items/batch", &json!({ "operations": operations })).await
}

async fn items(service: &TestService, count: usize) -> Vec<Value> {
    let creates =
        vec![json!({ "op": "create", "item": { "name": "Lamp", "attributes": { "n": 0 } } }); count];
    let answer = batch(service, &json!(creates)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body["results"].as_array().unwrap().iter().map(|result| result["item"].clone()).collect()
}

#[tokio::test]
async fn writes_of_all_kinds_are_done_together_and_answered_in_their_order() {
    let log = Log::capture();
    let service = TestService::start().await;
    let [first, second, third] = items(&service, 3).await.try_into().unwrap();
    let logged = log.lines("item.created").len();
    assert_eq!(logged, 3);
    let operations = json!([
        { "op": "update", "id": third["id"], "if_match": "\"9\", \"1\"", "patch": { "attributes": { "n": null, "x": 1.5 } } },
        { "op": "create", "item": { "name": " New ", "status": "active" } },
        { "op": "delete", "id": first["id"], "if_match": "*" },
        { "op": "create", "item": { "name": "Newer" } },
        { "op": "update", "id": second["id"], "patch": { "name": "Second" } },
    ]);
    let answer = batch(&service, &operations).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let results = answer.body["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 201, 204, 201, 200]);
    let get = async |result: &Value| service.get(&path(result)).await;
    for result in results.iter().filter(|result| result["status"] != 204) {
        assert_eq!(get(result).await.body, result["item"]);
        assert_eq!(result["id"], result["item"]["id"]);
    }
    assert_eq!((&results[0]["id"], &results[0]["item"]["attributes"]), (&third["id"], &json!({ "x": 1.5 })));
    assert_eq!((&results[1]["item"]["name"], &results[1]["item"]["version"]), (&json!("New"), &json!(1)));
    assert_eq!((&results[2]["id"], &results[2]["item"]), (&first["id"], &Value::Null));
    get(&results[2]).await.is_problem(404, "not-found");
    assert_eq!(
        (&results[3]["item"]["name"], &results[4]["item"]["name"]),
        (&json!("Newer"), &json!("Second"))
    );
    assert_eq!(results[4]["item"]["version"], 2);
    assert_eq!(
        service.post(&format!("{}/restore", path(&results[2])), &json!(null)).await.status.as_u16(),
        422
    );
    let created = log.lines("item.created").split_off(logged);
    assert_eq!(created.len(), 2);
    assert_eq!((&created[0]["item.id"], &created[0]["item.status"]), (&results[1]["id"], &json!("active")));
    service.pool_is_clean().await;
}

/// Sends each of these behind two operations that are fine, and sees where it fails and that nothing was done.
async fn fails(service: &TestService, cases: impl IntoIterator<Item = (Value, u16, &str, &str)>) {
    let before = service.get("/v1/items").await.body;
    let fine = json!({ "op": "create", "item": { "name": "Fine" } });
    let update = json!({ "op": "update", "id": before["data"][0]["id"], "patch": { "name": "Changed" } });
    for (wrong, status, place, code) in cases {
        let answer = batch(service, &json!([fine, update, wrong])).await;
        let slug = match status {
            404 => "not-found",
            412 => "precondition-failed",
            _ => "validation-error",
        };
        let place = format!("#/operations/2{place}");
        assert_eq!(answer.is_problem(status, slug).faults(), [(place, code.into())], "{wrong}");
        assert_eq!(answer.body.get("current_etag"), (status == 412).then_some(&json!("\"1\"")));
    }
    assert_eq!(service.get("/v1/items").await.body, before);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_operation_that_is_not_valid_keeps_the_batch_from_being_done() {
    let service = TestService::start().await;
    items(&service, 1).await;
    let id = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    let create = |item: Value| json!({ "op": "create", "item": item });
    let cases = [
        (create(json!({ "name": "" })), "/item/name", "too_short"),
        (create(json!({ "name": 1 })), "/item/name", "type"),
        (create(json!({ "name": "x", "attributes": nest(33) })), "/item/attributes", "too_deep"),
        (json!({ "op": "create" }), "/item", "required"),
        (json!({ "op": "create", "item": { "name": "x" }, "id": id }), "/id", "unknown_field"),
        (json!({ "op": "jump" }), "/op", "enum"),
        (json!({ "op": 1 }), "/op", "enum"),
        (json!(7), "", "type"),
        (json!({ "op": "update", "id": "x", "patch": {} }), "/id", "format"),
        (json!({ "op": "update", "id": id, "patch": [] }), "/patch", "type"),
        (json!({ "op": "update", "id": id, "if_match": "1", "patch": {} }), "/if_match", "entity_tag"),
        (json!({ "op": "delete", "id": id, "if_match": null }), "/if_match", "type"),
    ];
    fails(&service, cases.map(|(wrong, place, code)| (wrong, 422, place, code))).await;
}

#[tokio::test]
async fn all_faults_of_a_batch_are_told_at_once() {
    let service = TestService::start().await;
    let id = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    let delete = json!({ "op": "delete", "id": id });
    let nameless = json!({ "op": "create", "item": { "name": "" } });
    let nul = json!({ "op": "create", "item": { "name": "x", "attributes": { "a": "\u{0}" } } });
    let patched = json!({ "op": "update", "id": id, "if_match": 5, "patch": { "status": 5, "zzz": 1 } });
    for (body, faults) in [
        (json!([]), &[("#", "type")][..]),
        (json!({ "foo": 1 }), &[("#/foo", "unknown_field"), ("#/operations", "required")]),
        (json!({ "foo": 1, "operations": 5 }), &[("#/foo", "unknown_field"), ("#/operations", "type")]),
        (json!({ "foo": 1, "operations": [] }), &[("#/foo", "unknown_field"), ("#/operations", "length")]),
        (
            json!({ "foo": 1, "operations": [nul, nameless, delete, delete] }),
            &[
                ("#/foo", "unknown_field"),
                ("#/operations/0/item/attributes/a", "nul"),
                ("#/operations/1/item/name", "too_short"),
                ("#/operations/3/id", "duplicate"),
            ],
        ),
        (
            json!({ "operations": [patched, nameless] }),
            &[("#/operations/0/if_match", "type"), ("#/operations/1/item/name", "too_short")],
        ),
    ] {
        let answer = service.post("/v1/items/batch", &body).await;
        let mut found = answer.is_problem(422, "validation-error").faults();
        found.sort();
        let wanted: Vec<_> = faults.iter().map(|(place, code)| ((*place).into(), (*code).into())).collect();
        assert_eq!(found, wanted, "{body}");
    }
}

#[tokio::test]
async fn an_operation_that_does_not_fit_its_item_keeps_the_batch_from_being_done() {
    let log = Log::capture();
    let service = TestService::start().await;
    let [item, other] = items(&service, 2).await.try_into().unwrap();
    let absent = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    let (id, other) = if service.get("/v1/items").await.body["data"][0]["id"] == item["id"] {
        (&other["id"], &item["id"])
    } else {
        (&item["id"], &other["id"])
    };
    let update = |patch: Value| json!({ "op": "update", "id": id, "patch": patch });
    let delete = |if_match: &str| json!({ "op": "delete", "id": id, "if_match": if_match });
    let cases = [
        (update(json!({ "name": null })), 422, "/patch/name", "required"),
        (update(json!({ "version": 3 })), 422, "/patch/version", "read_only"),
        (delete("\"7\""), 412, "/if_match", "precondition_failed"),
        (delete("W/\"1\""), 412, "/if_match", "precondition_failed"),
        (json!({ "op": "delete", "id": other }), 422, "/id", "duplicate"),
        (json!({ "op": "delete", "id": absent }), 404, "/id", "not_found"),
    ];
    fails(&service, cases).await;
    assert_eq!((service.database.count_items().await, log.lines("item.created").len()), (2, 2));
}

fn nest(depth: usize) -> Value {
    (1..depth).fold(json!({}), |inner, _| json!({ "d": inner }))
}

#[tokio::test]
async fn the_limits_of_a_batch_hold_exactly() {
    let service = TestService::start().await;
    let create = json!({ "op": "create", "item": { "name": "x" } });
    assert_eq!(items(&service, 1000).await.len(), 1000);
    for (count, code) in [(0, "length"), (1001, "length")] {
        let answer = batch(&service, &json!(vec![&create; count])).await;
        assert_eq!(
            answer.is_problem(422, "validation-error").faults(),
            [("#/operations".into(), code.into())]
        );
    }
    for (body, place, code) in [
        (json!({}), "#/operations", "required"),
        (json!({ "operations": 1 }), "#/operations", "type"),
        (json!({ "operations": [create], "more": 1 }), "#/more", "unknown_field"),
        (json!([]), "#", "type"),
    ] {
        let answer = service.post("/v1/items/batch", &body).await;
        assert_eq!(
            answer.is_problem(422, "validation-error").faults(),
            [(place.into(), code.into())],
            "{body}"
        );
    }
    // 130 items of nearly 64 KiB are more than 8 MiB.
    let large = json!({ "op": "create", "item": { "name": "x", "attributes": { "a": "x".repeat(65_000) } } });
    let fits = batch(&service, &json!(vec![&large; 120])).await;
    assert_eq!(fits.status, StatusCode::OK);
    batch(&service, &json!(vec![&large; 130])).await.is_problem(413, "content-too-large");
    assert_eq!(service.database.count_items().await, 1120);
    // More faults than are listed.
    let wrong = json!({ "op": "create", "item": { "name": "", "x": 1 } });
    let answer = batch(&service, &json!(vec![&wrong; 1000])).await;
    assert_eq!(answer.is_problem(422, "validation-error").faults().len(), 100);
}

#[tokio::test]
async fn a_batch_obeys_what_holds_for_all_writes() {
    let service = TestService::start_with(Options { require_if_match: true, ..options() }).await;
    let item = items(&service, 1).await.remove(0);
    let free = batch(&service, &json!([{ "op": "delete", "id": item["id"] }])).await;
    let faults = free.is_problem(428, "precondition-required").faults();
    assert_eq!(faults, [("#/operations/0/if_match".into(), "required".into())]);
    let body = json!({ "operations": [
        { "op": "create", "item": { "name": "x" } },
        { "op": "update", "id": item["id"], "if_match": "\"1\"", "patch": { "status": "active" } },
    ] });
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(
            service.send(Method::POST, "/v1/items/batch", &[("idempotency-key", "k")], Some(&body)).await,
        );
    }
    assert_eq!((answers[0].status, &answers[0].text), (StatusCode::OK, &answers[1].text));
    assert_eq!(answers[1].header("idempotent-replayed"), Some("true"));
    assert_eq!(service.database.count_items().await, 2);
}

#[tokio::test]
async fn a_broken_table_under_a_batch_gives_a_constant_500_and_changes_nothing() {
    let log = Log::capture();
    let service = TestService::start().await;
    let [item, other] = items(&service, 2).await.try_into().unwrap();
    let create = json!({ "op": "create", "item": { "name": "x" } });
    for operations in [
        json!([create]),
        json!([create, { "op": "update", "id": item["id"], "patch": { "name": "y" } }]),
        json!([create, { "op": "delete", "id": other["id"] }]),
    ] {
        // What breaks is the last statement of each, behind the first.
        let when = if operations.as_array().unwrap().len() == 1 { "INSERT" } else { "UPDATE" };
        service
            .database
            .execute(&format!(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret'; END $$;
                 CREATE TRIGGER fail AFTER {when} ON items FOR EACH STATEMENT EXECUTE FUNCTION fail()"
            ))
            .await;
        let answer = batch(&service, &operations).await;
        answer.is_problem(500, "internal-error");
        assert!(!answer.text.contains("secret"), "{answer:?}");
        service.database.execute("DROP FUNCTION fail CASCADE").await;
    }
    assert_eq!((service.database.count_items().await, log.lines("item.created").len()), (2, 2));
    assert_eq!(service.database.number("SELECT count(*) FROM items WHERE version = 1").await, 2);
    service.pool_is_clean().await;
}

/// `CURIO_RACE_SECONDS=60` races for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn batches_on_the_same_items_in_different_orders_never_wait_in_a_circle() {
    const CLIENTS: u64 = 16;
    let seconds = env::var("CURIO_RACE_SECONDS").map_or(2, |seconds| seconds.parse().unwrap());
    let service = TestService::start().await;
    let items = items(&service, 20).await;
    let start = Instant::now();
    let race = async |client: u64| {
        let mut random = StdRng::seed_from_u64(client);
        let mut order: Vec<&Value> = items.iter().collect();
        let mut updates: HashMap<String, u64> = HashMap::new();
        while start.elapsed().as_secs() < seconds {
            order.shuffle(&mut random);
            let some = &order[..12];
            let operations: Vec<_> = some
                .iter()
                .map(|item| json!({ "op": "update", "id": item["id"], "patch": { "attributes": { "client": client } } }))
                .collect();
            let answer = batch(&service, &json!(operations)).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            for item in some {
                *updates.entry(path(item)).or_default() += 1;
            }
        }
        updates
    };
    let updates = join_all((0..CLIENTS).map(race)).await;
    let mut batches = 0;
    for item in &items {
        let updates: u64 = updates.iter().filter_map(|updates| updates.get(&path(item))).sum();
        assert_eq!(service.get(&path(item)).await.body["version"], 1 + updates, "no update is lost");
        batches += updates;
    }
    eprintln!("{} batches of 12 raced", batches / 12);
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(service.database.number(deadlocks).await, 0);
    assert!(service.get("/metrics").await.text.contains("curio_transactions_rerun_total 0"));
    service.pool_is_clean().await;
}
