//! Lists of items in the order of their names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::service::{Reply, TestService, path};

/// Names in the order of their code points, which is no language's.
const NAMES: [&str; 8] = ["#1", "10", "9", "Z", "a", "a", "ab", "\u{e4}"];

fn names(page: &Reply) -> Vec<&str> {
    assert_eq!(page.status, 200, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

/// The names of all pages from this one on, in the order of reading.
async fn walk(service: &TestService, first: &str, rel: &str) -> Vec<String> {
    let (mut found, mut url) = (Vec::new(), Some(first.to_owned()));
    while let Some(next) = url {
        let page = service.get(&next).await;
        let mut names: Vec<_> = names(&page).into_iter().map(str::to_owned).collect();
        if rel == "prev" {
            names.reverse();
        }
        found.extend(names);
        url = page.link(rel);
    }
    found
}

#[tokio::test]
async fn names_are_sorted_by_code_points_in_both_directions() {
    let service = TestService::start().await;
    for name in ["a", "\u{e4}", "9", "ab", "Z", "#1", "a", "10"] {
        assert_eq!(service.post("/v1/items", &json!({ "name": name })).await.status, 201);
    }
    for rest in ["&limit=1", "&limit=3", "&limit=200", "&limit=2&include_deleted=true"] {
        let ascending = walk(&service, &format!("/v1/items?sort=name{rest}"), "next").await;
        assert_eq!(ascending, NAMES, "{rest}");
        let mut descending = walk(&service, &format!("/v1/items?sort=-name{rest}"), "next").await;
        descending.reverse();
        assert_eq!(descending, NAMES, "{rest}");
    }
    let page = service.get("/v1/items?sort=name&limit=3").await;
    let last = service.get(&page.link("next").unwrap()).await;
    let back = walk(&service, &last.link("prev").unwrap(), "prev").await;
    assert_eq!(back, ["9", "10", "#1"]);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    for other in ["sort=-name", "sort=created_at", "limit=3"] {
        let faults = service.get(&format!("/v1/items?{other}&cursor={cursor}")).await;
        assert_eq!(faults.is_problem(400, "malformed-request").faults()[0].1, "cursor_mismatch", "{other}");
    }
    for sort in ["Name", "name,id", "--name", "status"] {
        let reply = service.get(&format!("/v1/items?sort={sort}")).await;
        let detail = &reply.is_problem(400, "malformed-request").body["errors"][0]["detail"];
        assert_eq!(
            detail,
            "must be -created_at or created_at or -name or name or -attributes.<path> or attributes.<path>"
        );
    }
}

#[tokio::test]
async fn a_list_by_name_has_every_filter() {
    let service = TestService::start().await;
    for (name, status, color) in [
        ("lamp c", "active", "red"),
        ("lamp a", "draft", "red"),
        ("lamp b", "active", "blue"),
        ("sofa", "active", "red"),
        ("lamp d", "active", "red"),
    ] {
        let body = json!({ "name": name, "status": status, "attributes": { "color": color } });
        let item = service.post("/v1/items", &body).await.body;
        if name == "lamp d" {
            service.delete(&path(&item)).await;
        }
    }
    for (query, expected) in [
        ("name_prefix=lamp", &["lamp a", "lamp b", "lamp c"][..]),
        ("name_prefix=lamp&include_deleted=true", &["lamp a", "lamp b", "lamp c", "lamp d"]),
        ("status=active", &["lamp b", "lamp c", "sofa"]),
        ("collection=default&status=draft", &["lamp a"]),
        ("filter=attributes.color%3D%22red%22", &["lamp a", "lamp c", "sofa"]),
        ("filter=attributes.color%3D%22red%22&name_prefix=lamp&status=active", &["lamp c"]),
        ("created_before=2020-01-01T00:00:00Z", &[]),
        ("collection=none", &[]),
    ] {
        for limit in [1, 50] {
            let found = walk(&service, &format!("/v1/items?sort=name&limit={limit}&{query}"), "next").await;
            assert_eq!(found, expected, "{query}");
        }
    }
}

#[tokio::test]
async fn a_walk_by_name_finds_each_item_once_while_others_write() {
    let service = TestService::start().await;
    // More than a page examines, of which few match, many with the same name.
    service
        .database
        .execute(
            "INSERT INTO items (id, collection, name, status)
             SELECT gen_random_uuid(), 'default', 'item ' || n / 100,
                 CASE WHEN n % 9000 = 0 THEN 'active' ELSE 'draft' END
             FROM generate_series(1, 50000) n; ANALYZE items",
        )
        .await;
    for (query, most) in [("status=active", 5), ("status=active&limit=1", 8)] {
        let mut found = BTreeMap::new();
        let (mut pages, mut url) = (0, Some(format!("/v1/items?sort=-name&{query}")));
        while let Some(next) = url {
            let page = service.get(&next).await;
            for item in page.body["data"].as_array().unwrap() {
                *found.entry(item["id"].to_string()).or_insert(0) += 1;
            }
            pages += 1;
            assert!(pages <= most, "{query}: the walk does not end");
            let new = service.post("/v1/items", &json!({ "name": format!("item {}", 400 - pages) })).await;
            assert_eq!(service.delete(&format!("{}?purge=true", path(&new.body))).await.status, 204);
            url = page.link("next");
        }
        assert!(pages >= 3, "{query}: a page examines too much");
        assert_eq!(found.into_values().collect::<Vec<_>>(), [1; 5], "{query}");
    }
}

#[tokio::test]
async fn the_cursor_of_the_longest_name_is_as_long_as_the_document_allows() {
    let service = TestService::start().await;
    let name = "\u{1f4a9}".repeat(200);
    for _ in 0..2 {
        assert_eq!(service.post("/v1/items", &json!({ "name": name })).await.status, 201);
    }
    let page = service.get("/v1/items?sort=name&limit=1").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let document: Value = serde_json::from_str(curio::http::document_text()).unwrap();
    let most = &document["components"]["schemas"]["ItemPage"]["properties"]["next_cursor"]["maxLength"];
    assert!((1001..=most.as_u64().unwrap()).contains(&(cursor.len() as u64)), "{}", cursor.len());
    let next = service.get(&page.link("next").unwrap()).await;
    assert_eq!((names(&next), next.link("next")), (vec![&*name], None));
}
