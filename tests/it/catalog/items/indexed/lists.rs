//! Lists in the order of an attribute.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Indexer, LAMPS, create, index, is_indexed};
use crate::support::service::{Reply, TestService, path};

fn values(page: &Reply) -> Vec<Value> {
    assert_eq!(page.status, 200, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| spelled(&item["attributes"]["v"])).collect()
}

/// A value in one spelling: PostgreSQL writes numbers out.
fn spelled(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap()),
        other => other.clone(),
    }
}

/// The values of all pages from this one on, in the order of reading.
async fn walk(service: &TestService, first: &str, rel: &str) -> Vec<Value> {
    let (mut found, mut url) = (Vec::new(), Some(first.to_owned()));
    while let Some(next) = url {
        let page = service.get(&next).await;
        let mut values = values(&page);
        if rel == "prev" {
            values.reverse();
        }
        found.extend(values);
        url = page.link(rel);
    }
    found
}

/// For each type: values in order, and others, which have none.
fn kinds() -> [(&'static str, Vec<Value>, Vec<Value>); 4] {
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    [
        (
            "number",
            vec![
                number("-1e300"),
                number("-2.5"),
                json!(0),
                number("1e-300"),
                json!(9),
                json!(10),
                number("1e300"),
            ],
            vec![json!("5"), json!(null), json!(true), json!([1])],
        ),
        (
            "string",
            vec![
                json!(""),
                json!("#"),
                json!("10"),
                json!("9"),
                json!("Z"),
                json!("a"),
                json!("é"),
                json!("\u{ffff}"),
                json!("😀"),
            ],
            vec![json!(1), json!({}), json!(false)],
        ),
        ("boolean", vec![json!(false), json!(true)], vec![json!("true"), json!(0)]),
        (
            "timestamp",
            vec![
                json!("0001-01-01T00:00:00+15:59"),
                json!("2026-01-01T00:00:00+01:00"),
                json!("2026-01-01T00:00:00Z"),
                json!("9999-12-31T23:59:59-15:59"),
            ],
            vec![json!("2026-02-30T00:00:00Z"), json!(2026), json!("soon")],
        ),
    ]
}

#[tokio::test]
async fn values_are_in_order_in_both_directions_and_missing_ones_last() {
    let service = TestService::start().await;
    for (kind, ordered, others) in kinds() {
        service.database.execute("DELETE FROM item_values; DELETE FROM items").await;
        index(&service, &[]).await;
        index(&service, &[("v", kind)]).await;
        let indexer = Indexer::start(&service.pool);
        is_indexed(&service).await;
        indexer.stop().await;
        for value in ordered.iter().rev().chain(&others) {
            create(&service, &json!({ "v": value })).await;
        }
        let ordered: Vec<Value> = ordered.iter().map(spelled).collect();
        let others: Vec<Value> = others.iter().map(spelled).collect();
        let backwards: Vec<Value> = ordered.iter().rev().cloned().collect();
        let reversed = |mut values: Vec<Value>| {
            values.reverse();
            values
        };
        let missing = others.clone();
        for limit in [1, 2, 3, 50, 200] {
            let url = format!("/v1/items?collection=lamps&sort=attributes.v&limit={limit}");
            let all = walk(&service, &url, "next").await;
            assert_eq!(all, [ordered.clone(), missing.clone()].concat(), "{kind}, {limit}");
            let url = format!("/v1/items?collection=lamps&sort=-attributes.v&limit={limit}");
            let all = walk(&service, &url, "next").await;
            assert_eq!(all, [backwards.clone(), reversed(missing.clone())].concat(), "{kind}, {limit}");
        }
        // Back from the last page.
        let mut last = service.get("/v1/items?collection=lamps&sort=attributes.v&limit=2").await;
        while let Some(next) = last.link("next") {
            last = service.get(&next).await;
        }
        let mut all = [ordered, missing].concat();
        all.truncate(all.len() - values(&last).len());
        assert_eq!(walk(&service, &last.link("prev").unwrap(), "prev").await, reversed(all), "{kind}");
    }
}

#[tokio::test]
async fn a_list_by_attribute_has_every_filter() {
    let service = TestService::start().await;
    index(&service, &[("v", "number")]).await;
    for (v, name, status) in [(1, "a", "active"), (2, "b", "draft"), (3, "ab", "active"), (4, "a", "active")]
    {
        let body = json!({ "collection": "lamps", "name": name, "status": status, "attributes": { "v": v } });
        let item = service.post("/v1/items", &body).await.body;
        if v == 4 {
            service.delete(&path(&item)).await;
        }
    }
    service.post("/v1/items", &json!({ "name": "a", "attributes": { "v": 5 } })).await;
    for (query, expected) in [
        ("", &[1.0, 2.0, 3.0][..]),
        ("&include_deleted=true", &[1.0, 2.0, 3.0, 4.0]),
        ("&name_prefix=a", &[1.0, 3.0]),
        ("&status=active", &[1.0, 3.0]),
        ("&filter=attributes.v%3E1", &[2.0, 3.0]),
        ("&filter=attributes.v%3E1&status=active&include_deleted=true", &[3.0, 4.0]),
        ("&created_before=2020-01-01T00:00:00Z", &[]),
    ] {
        for limit in [1, 50] {
            let url = format!("/v1/items?collection=lamps&sort=attributes.v&limit={limit}{query}");
            assert_eq!(walk(&service, &url, "next").await, expected, "{query}");
        }
    }
    let counted = service.request(Method::GET, "/v1/items?collection=lamps&sort=-attributes.v");
    let counted = Reply::of(counted.header("prefer", "count=exact")).await;
    assert_eq!(counted.body["total_count"], 3);
}

#[tokio::test]
async fn an_attribute_that_is_not_indexed_is_no_order() {
    let service = TestService::start().await;
    index(&service, &[("v", "number"), ("size.width", "string")]).await;
    create(&service, &json!({ "v": 1 })).await;
    create(&service, &json!({ "v": 2 })).await;
    for (query, code) in [
        ("collection=lamps&sort=attributes.w", "not_indexed"),
        ("collection=lamps&sort=attributes.size", "not_indexed"),
        ("collection=none&sort=attributes.v", "not_indexed"),
        ("sort=attributes.v", "sort"),
        ("collection=lamps&sort=attributes.", "sort"),
        ("collection=lamps&sort=attributes.a..b", "sort"),
        ("collection=lamps&sort=attributes", "sort"),
    ] {
        let reply = service.get(&format!("/v1/items?{query}")).await;
        let fault = ("sort".to_owned(), code.to_owned());
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), [fault], "{query}");
    }
    let query = service.request(Method::from_bytes(b"QUERY").unwrap(), "/v1/items");
    let query = Reply::of(query.json(&json!({ "collection": "lamps", "sort": "attributes.w" }))).await;
    let fault = ("#/sort".to_owned(), "not_indexed".to_owned());
    assert_eq!(query.is_problem(422, "validation-error").faults(), [fault]);
    let url = "/v1/items?collection=lamps&limit=1&sort=";
    assert_eq!(service.get(&format!("{url}-attributes.%22size%22%20.%20width")).await.status, 200);
    let cursor = service.get(&format!("{url}attributes.v")).await.body["next_cursor"].clone();
    let cursor = cursor.as_str().unwrap();
    let mismatch = [("cursor".to_owned(), "cursor_mismatch".to_owned())];
    for sort in ["-attributes.v", "attributes.size.width", "name", "created_at"] {
        let reply = service.get(&format!("{url}{sort}&cursor={cursor}")).await;
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), mismatch, "{sort}");
    }
    let quoted = service.get(&format!("{url}attributes.%22v%22&cursor={cursor}")).await;
    assert_eq!(values(&quoted), [json!(2.0)], "the same list in another spelling");
    index(&service, &[]).await;
    index(&service, &[("v", "string")]).await;
    let indexer = Indexer::start(&service.pool);
    is_indexed(&service).await;
    let reply = service.get(&format!("{url}attributes.v&cursor={cursor}")).await;
    assert_eq!(reply.is_problem(400, "malformed-request").faults(), mismatch, "another index");
    indexer.stop().await;
}

#[tokio::test]
async fn the_longest_values_fit_into_a_cursor_and_their_order_is_that_of_their_beginnings() {
    let service = TestService::start().await;
    index(&service, &[("v", "string"), ("n", "number")]).await;
    let long = "💩".repeat(200);
    let digits = format!("-{}.{}", "9".repeat(308), "3".repeat(400));
    for n in 0..3 {
        let digits: Value = serde_json::from_str(&format!("{digits}{n}")).unwrap();
        create(&service, &json!({ "v": format!("{long}{}", 2 - n), "n": digits })).await;
    }
    for sort in ["v", "n"] {
        let url = format!("/v1/items?collection=lamps&sort=attributes.{sort}&limit=1");
        assert_eq!(walk(&service, &url, "next").await.len(), 3);
    }
    let filter = format!("attributes.v = \"{long}1\"");
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", &filter).finish();
    let page = service.get(&format!("/v1/items?collection=lamps&sort=attributes.v&{query}")).await;
    assert_eq!(values(&page), [format!("{long}1")], "comparisons are exact");
}

#[tokio::test]
async fn a_walk_finds_each_item_once_while_others_write() {
    let service = TestService::start().await;
    index(&service, &[("v", "number")]).await;
    // More than a page examines, of which few match, many with the same value.
    service
        .database
        .execute(
            "INSERT INTO items (id, collection, name, status, attributes)
             SELECT gen_random_uuid(), 'lamps', 'x', CASE WHEN n % 9000 = 0 THEN 'active' ELSE 'draft' END,
                 CASE WHEN n > 30000 THEN '{}' ELSE jsonb_build_object('v', n / 100) END
             FROM generate_series(1, 50000) n;
             INSERT INTO item_values (item_id, index_id, type, number)
             SELECT items.id, indexes.id, 'number', (attributes -> 'v')::numeric
             FROM items, collection_indexes AS indexes;
             ANALYZE items, item_values",
        )
        .await;
    for (sort, query) in [("-", "status=active"), ("", "status=active&limit=1")] {
        let mut found = BTreeMap::new();
        let (mut pages, mut url) =
            (0, Some(format!("/v1/items?collection=lamps&sort={sort}attributes.v&{query}")));
        while let Some(next) = url {
            let page = service.get(&next).await;
            for item in page.body["data"].as_array().unwrap() {
                *found.entry(item["id"].to_string()).or_insert(0) += 1;
            }
            pages += 1;
            assert!(pages <= 12, "{query}: the walk does not end");
            let new = create(&service, &json!({ "v": pages * 40 })).await;
            assert_eq!(service.delete(&format!("{}?purge=true", path(&new))).await.status, 204);
            url = page.link("next");
        }
        assert!(pages >= 3, "{query}: a page examines too much");
        assert_eq!(found.into_values().collect::<Vec<_>>(), [1; 5], "{query}");
    }
    assert_eq!(service.patch(LAMPS, &json!({ "title": "y" })).await.status, 200);
}
