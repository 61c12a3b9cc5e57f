//! Ranges of indexed attributes find what the filter finds without an index.

use std::{cmp::Ordering, collections::BTreeSet, time::Duration};

use curio::postgres::{
    catalog::{
        models::{ITEM_FIELDS, ItemFilter, ItemSort, Within},
        operations::{
            index::{self, Index},
            item::{self, AttributeKey, ItemKey},
        },
    },
    keyset::{Order, PageRequest, SortKey, Start},
};
use curio_filter::{Filter, parse_timestamp};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Indexer, index as index_attributes, is_indexed};
use crate::support::service::{Reply, TestService};

const LIST: &str = "/v1/items?collection=lamps&filter=";

/// As JSON, and as literals of a filter.
const NUMBERS: &[&str] = &[
    "-1e300",
    "-2.5",
    "-2.50",
    "0",
    "1e-300",
    "0.1",
    "1",
    "2",
    "3",
    "10",
    "12345678901234567890123",
    "1e300",
];
const TEXTS: &[&str] = &["\"\"", "\"#\"", "\"10\"", "\"9\"", "\"Z\"", "\"a\"", "\"ab\"", "\"é\"", "\"😀\""];
const TIMES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.0000005Z",
    "2026-01-01T00:00:00.000001Z",
    "2026-01-01T00:00:00+01:00",
    "1999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59Z",
];

/// Texts that differ behind what an index has of them, and numbers that do.
fn long(kind: &str) -> Vec<String> {
    match kind {
        "string" => (0..4).map(|n| format!("\"{}{n}\"", "x".repeat(200))).collect(),
        "number" => (0..4).map(|n| format!("7.{}{n}", "0".repeat(345))).collect(),
        _ => Vec::new(),
    }
}

fn literals(kind: &str) -> Vec<String> {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let literals: Vec<String> = match kind {
        "number" => owned(NUMBERS),
        "string" => owned(TEXTS),
        "timestamp" => owned(TIMES),
        _ => owned(&["true", "false"]),
    };
    [literals, long(kind)].concat()
}

/// A condition on `attributes.v`: mostly of the type of the index, which bounds the walk.
fn condition(kind: &'static str) -> impl Strategy<Value = String> {
    let of = |kind: &'static str| select(literals(kind));
    let literal =
        prop_oneof![9 => of(kind), 1 => select(&["number", "string", "timestamp"][..]).prop_flat_map(of)];
    let orders: &[&str] = if kind == "boolean" { &["=", "!="] } else { &["<", "<=", ">", ">=", "=", "!="] };
    let compare = (select(orders), literal.clone())
        .prop_filter("no order", |(order, literal)| {
            matches!(*order, "=" | "!=") || !matches!(literal.as_str(), "true" | "false")
        })
        .prop_map(|(order, literal)| format!("attributes.v {order} {literal}"));
    let among = vec(literal, 1..4).prop_map(|literals| format!("attributes.v in ({})", literals.join(", ")));
    let term = prop_oneof![4 => compare, 1 => among, 1 => Just("name != \"n3\"".to_owned())].boxed();
    let either = (term.clone(), term.clone()).prop_map(|(one, other)| format!("({one} or {other})"));
    vec(prop_oneof![4 => term, 1 => either], 1..4).prop_map(|terms| terms.join(" and "))
}

fn runner() -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, rng)
}

/// The order of two values of the type of an index, as its definition says; `None` if one is of
/// another type.
fn compare(kind: &str, one: &Value, other: &Value) -> Option<Ordering> {
    match kind {
        "number" => one.as_f64()?.partial_cmp(&other.as_f64()?),
        "string" => Some(one.as_str()?.cmp(other.as_str()?)),
        "boolean" => Some(one.as_bool()?.cmp(&other.as_bool()?)),
        _ => {
            // To the microsecond.
            let [one, other] = [one, other].map(|value| parse_timestamp(value.as_str()?));
            let (one, other) = (one?, other?);
            let is_near = (one - other).num_nanoseconds().is_some_and(|nanos| nanos.abs() < 1000);
            Some(if is_near { Ordering::Equal } else { one.cmp(&other) })
        }
    }
}

fn encode(filter: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish()
}

/// The names and values of all pages from this one on.
async fn walk(service: &TestService, first: String) -> Vec<(String, Value)> {
    let (mut found, mut url) = (Vec::new(), Some(first));
    while let Some(next) = url {
        let page = service.get(&next).await;
        assert_eq!(page.status, 200, "{page:?}");
        for item in page.body["data"].as_array().unwrap() {
            found.push((item["name"].as_str().unwrap().to_owned(), item["attributes"]["v"].clone()));
        }
        url = page.link("next");
    }
    found
}

async fn seed(service: &TestService, kind: &str) {
    service.database.execute("DELETE FROM item_values; DELETE FROM items").await;
    index_attributes(service, &[]).await;
    index_attributes(service, &[("v", kind)]).await;
    let all = ["number", "string", "timestamp", "boolean"].map(literals).concat();
    let mut lines = String::new();
    for (n, literal) in all.iter().chain(&literals(kind)).enumerate() {
        let value = match serde_json::from_str::<Value>(literal) {
            Ok(value) => value,
            Err(_) => Value::from(literal.as_str()), // a timestamp
        };
        let attributes = if n % 7 == 6 { json!({}) } else { json!({ "v": value }) };
        let item = json!({ "collection": "lamps", "name": format!("n{n}"), "attributes": attributes });
        lines.push_str(&item.to_string());
        lines.push('\n');
    }
    let import =
        service.request(Method::POST, "/v1/items/import").header("content-type", "application/x-ndjson");
    let imported = Reply::of(import.body(lines)).await;
    assert_eq!(imported.body["failed"], 0, "{imported:?}");
    let indexer = Indexer::start(&service.pool);
    is_indexed(service).await;
    indexer.stop().await;
}

/// The names that the index finds, as a page looks them up.
async fn look_up(service: &TestService, filter: &str) -> BTreeSet<String> {
    let filter = ItemFilter {
        collection: Some("lamps".to_owned()),
        condition: Some(Filter::parse(filter, ITEM_FIELDS).unwrap()),
        ..ItemFilter::within(Within::All)
    };
    let mut tx = service.pool.begin_look_up(Duration::from_secs(10)).await.unwrap();
    let filter = item::with_narrow_ranges(&mut tx, &filter).await.unwrap();
    let page = PageRequest { start: Start::First, order: ItemKey::DEFAULT, limit: 200, bytes: usize::MAX };
    let found = item::look_up(&mut tx, &filter, filter.containment().as_ref(), &page).await.unwrap();
    tx.commit().await.unwrap();
    found.rows.into_iter().map(|item| item.name).collect()
}

#[tokio::test]
async fn order_and_ranges_are_those_of_the_values_whatever_they_are() {
    let service = TestService::start().await;
    let mut runner = runner();
    let (mut found_some, mut found_all) = (0, 0);
    for kind in ["number", "string", "boolean", "timestamp"] {
        seed(&service, kind).await;
        for case in 0..40 {
            let filter = condition(kind).new_tree(&mut runner).unwrap().current();
            let query = encode(&filter);
            // So few items are found by a walk, which uses no index.
            let expected = walk(&service, format!("/v1/items?collection=lamps&limit=200&{query}")).await;
            let expected: BTreeSet<String> = expected.into_iter().map(|(name, _)| name).collect();
            found_some += usize::from(!expected.is_empty());
            found_all += expected.len();
            for sign in ["", "-"] {
                let limit = [5, 50, 200][case % 3];
                let url = format!("/v1/items?collection=lamps&sort={sign}attributes.v&limit={limit}&{query}");
                let sorted = walk(&service, url).await;
                for pair in sorted.windows(2) {
                    let orders = [(&pair[0].1, &pair[1].1), (&pair[1].1, &pair[0].1)];
                    let (one, other) = if sign == "-" { orders[1] } else { orders[0] };
                    let is_long = [one, other].iter().all(|value| value.to_string().len() > 200);
                    let is_value = compare(kind, &pair[0].1, &pair[0].1).is_some();
                    match compare(kind, one, other) {
                        Some(Ordering::Greater) => assert!(is_long, "{kind}: {filter}: {pair:?}"),
                        Some(_) => {}
                        None if is_value => {} // missing values are last
                        None => {
                            assert!(compare(kind, &pair[1].1, &pair[1].1).is_none(), "{filter}: {pair:?}");
                        }
                    }
                }
                let names: BTreeSet<String> = sorted.iter().map(|(name, _)| name.clone()).collect();
                assert_eq!((names, sorted.len()), (expected.clone(), expected.len()), "{kind}: {filter}");
            }
            assert_eq!(look_up(&service, &filter).await, expected, "{kind}: {filter}");
            let export = service.request(Method::GET, &format!("/v1/items?collection=lamps&{query}"));
            let export = Reply::of(export.header("accept", "application/x-ndjson")).await;
            let exported: BTreeSet<String> = export
                .text
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(exported, expected, "{kind}: {filter}");
        }
    }
    assert!(found_some > 80 && found_all > 600, "{found_some} filters find {found_all} items");
}

/// How many rows this connection has read, those of tables that it read from the beginning
/// included.
async fn rows_read(conn: &mut sqlx::PgConnection) -> i64 {
    let read = "SELECT (sum(seq_tup_read) + sum(idx_tup_fetch))::bigint
         FROM pg_stat_xact_user_tables WHERE relname IN ('items', 'item_values')";
    sqlx::query_scalar(read).fetch_one(conn).await.unwrap()
}

/// More items than a page examines, with two indexes.
async fn seed_many(service: &TestService) {
    index_attributes(service, &[("v", "number"), ("flag", "boolean")]).await;
    service
        .database
        .execute(
            "INSERT INTO items (id, collection, name, attributes)
             SELECT gen_random_uuid(), 'lamps', 'x', jsonb_build_object('v', n, 'flag', n % 2 = 0)
             FROM generate_series(1, 60000) AS n;
             INSERT INTO item_values (item_id, index_id, type, number, flag)
             SELECT items.id, indexes.id, type, CASE type WHEN 'number' THEN (attributes -> 'v')::numeric END,
                 CASE type WHEN 'boolean' THEN (attributes -> 'flag')::boolean END
             FROM items, collection_indexes AS indexes;
             ANALYZE items, item_values",
        )
        .await;
}

#[tokio::test]
async fn pages_by_an_attribute_read_little_wherever_they_are() {
    let service = TestService::start().await;
    seed_many(&service).await;
    let mut tx = service.pool.begin_in_order().await.unwrap();
    let indexes = {
        let lamps = ItemFilter { collection: Some("lamps".to_owned()), ..ItemFilter::within(Within::All) };
        index::of_list(&mut tx, &lamps).await.unwrap()
    };
    tx.commit().await.unwrap();
    let read = async |filter: &str, index: &Index, start: Start<ItemKey>, is_descending| {
        let condition = (!filter.is_empty()).then(|| Filter::parse(filter, ITEM_FIELDS).unwrap());
        let filter =
            ItemFilter { collection: Some("lamps".to_owned()), condition, ..ItemFilter::within(Within::All) };
        let order = Order { sort: ItemSort::Attribute, is_descending };
        let page = PageRequest { start, order, limit: 50, bytes: usize::MAX };
        let mut tx = service.pool.begin_in_order().await.unwrap();
        let before = rows_read(&mut tx).await;
        let found = item::walk_by_attribute(&mut tx, &filter, index, &page, 20_000).await.unwrap();
        let rows = rows_read(&mut tx).await - before;
        tx.commit().await.unwrap();
        (found.rows.len(), rows)
    };
    for index in &indexes {
        for is_descending in [false, true] {
            let value = if index.path == "v" { "50000" } else { "true" };
            let key = AttributeKey { index: index.id, value: Some(value.to_owned()), id: uuid::Uuid::nil() };
            let key = ItemKey::Attribute(key);
            for start in [Start::First, Start::After(key.clone()), Start::Before(key)] {
                let (items, rows) = read("", index, start.clone(), is_descending).await;
                assert!(items == 50 && rows < 250, "{}: {items} of {rows} rows, {start:?}", index.path);
            }
        }
    }
    for (filter, expected) in [
        ("attributes.v > 40000 and attributes.v <= 40030", 30),
        ("attributes.v in (5, 7, 9)", 3),
        ("attributes.v = 30000 and name = \"x\"", 1),
        ("attributes.v > 70000", 0),
        ("attributes.v < 10 and attributes.v > 20", 0),
    ] {
        let (items, rows) = read(filter, &indexes[0], Start::First, true).await;
        assert!(items == expected && rows < 250, "{filter}: {items} of {rows} rows");
    }
    // With another sort, what is rare and far from the beginning is looked up.
    for (filter, expected) in [("attributes.v < 4", 3), ("attributes.v in (1, 30000)", 2)] {
        let page = service.get(&format!("/v1/items?collection=lamps&sort=name&{}", encode(filter))).await;
        let found = page.body["data"].as_array().unwrap().len();
        assert!(found == expected && page.body["next_cursor"].is_null(), "{filter}: {page:?}");
    }
}

/// Fills the collection with this many items in the order of their values, by SQL.
async fn fill(service: &TestService, count: u32) {
    index_attributes(service, &[("v", "number"), ("w", "number")]).await;
    let indexer = Indexer::start(&service.pool);
    is_indexed(service).await;
    indexer.stop().await;
    let items = format!(
        "INSERT INTO items (id, collection, name, attributes, created_at)
         SELECT gen_random_uuid(), 'lamps', 'n' || n, jsonb_build_object('v', n, 'w', n % 100),
             timestamptz '2026-01-01' + n * interval '1 second'
         FROM generate_series(1, {count}) n"
    );
    service.database.execute(&items).await;
    let values = "INSERT INTO item_values (item_id, index_id, type, number)
                  SELECT items.id, indexes.id, 'number', (attributes ->> path)::numeric
                  FROM items, collection_indexes indexes";
    service.database.execute(values).await;
    service.database.execute("ANALYZE items, item_values").await;
}

#[tokio::test]
async fn conditions_that_many_items_satisfy_one_by_one_are_looked_up_together() {
    let service = TestService::start().await;
    fill(&service, 30_000).await;
    let v = "attributes.v";
    for (filter, expected) in [
        (format!("{v} >= 15000 and {v} < 15003"), &["n15000", "n15001", "n15002"][..]),
        (format!("{v} > 9 and {v} > 8 and {v} < 20000 and {v} in (14, 15)"), &["n14", "n15"]),
        (
            format!("{v} < 7010 and attributes.w > 8 and attributes.w < 10 and {v} > 6800"),
            &["n6809", "n6909", "n7009"],
        ),
    ] {
        assert_eq!(look_up(&service, &filter).await, expected.iter().map(|name| (*name).into()).collect());
    }
    // More items than are looked up: a page goes on where a walk has ended.
    let page = service.get(&format!("{LIST}{v} < 25000 and attributes.w = 5&limit=2")).await;
    assert_eq!((page.status.as_u16(), page.body["data"].as_array().unwrap().len()), (200, 2), "{page:?}");
    let page = service.get(&format!("{LIST}{v} < 25000 and {v} > 1 and name = \"none\"")).await;
    assert!(page.body["next_cursor"].is_string(), "{page:?}");
}
