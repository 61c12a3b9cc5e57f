//! Pages: cursors, links, filters, and walks of the whole list.

use std::collections::HashSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::service::{Answer, TestService};

fn ids(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// The address behind `rel`, without the service's own part.
fn link(service: &TestService, page: &Answer, rel: &str) -> Option<String> {
    let mark = format!("; rel=\"{rel}\"");
    let entry = page.header("link")?.split(", ").find(|entry| entry.ends_with(&mark))?;
    let url = entry.strip_prefix('<').unwrap().split('>').next().unwrap();
    Some(url.strip_prefix(&service.address).unwrap_or_else(|| panic!("{url} is not absolute")).to_owned())
}

/// Fills the table with items of which several share each moment of creation.
async fn seed(service: &TestService, count: u32) {
    let sql = format!(
        "INSERT INTO items (id, name, status, created_at)
         SELECT gen_random_uuid(), 'item ' || n, (ARRAY['draft', 'active', 'archived'])[n % 3 + 1],
                timestamptz '2026-01-01' + (n / 7) * interval '1 millisecond'
         FROM generate_series(1, {count}) n"
    );
    service.database.execute(&sql).await;
}

/// Follows a link from a page to the end.
async fn walk(service: &TestService, first: &str, rel: &str) -> Vec<Answer> {
    let mut pages = vec![service.get(first).await];
    while let Some(next) = link(service, pages.last().unwrap(), rel) {
        pages.push(service.get(&next).await);
    }
    pages
}

#[tokio::test]
async fn a_walk_of_ten_thousand_items_in_both_directions_returns_each_once() {
    let service = TestService::start().await;
    seed(&service, 10_000).await;
    let forth = walk(&service, "/v1/items?limit=200", "next").await;
    let forth_ids: Vec<String> = forth.iter().flat_map(ids).collect();
    assert_eq!(forth.len(), 50);
    assert_eq!(forth_ids.iter().collect::<HashSet<_>>().len(), 10_000);
    let keys: Vec<(&str, &str)> = forth
        .iter()
        .flat_map(|page| page.body["data"].as_array().unwrap())
        .map(|item| (item["created_at"].as_str().unwrap(), item["id"].as_str().unwrap()))
        .collect();
    assert!(keys.is_sorted_by(|a, b| a > b), "the newest first, then the greater id");

    let last = forth.last().unwrap();
    let mut back_ids: Vec<String> = ids(last);
    let mut page = last.clone();
    while let Some(prev) = link(&service, &page, "prev") {
        page = service.get(&prev).await;
        back_ids.splice(0..0, ids(&page));
    }
    assert_eq!(back_ids, forth_ids);
}

#[tokio::test]
async fn a_page_links_to_its_neighbours_and_keeps_the_other_parameters() {
    let service = TestService::start().await;
    seed(&service, 5).await;
    let first = service.get("/v1/items?limit=2").await;
    let next = link(&service, &first, "next").unwrap();
    assert_eq!(next, format!("/v1/items?limit=2&cursor={}", first.body["next_cursor"].as_str().unwrap()));
    assert_eq!((&first.body["prev_cursor"], link(&service, &first, "prev")), (&Value::Null, None));
    assert_eq!(link(&service, &first, "first"), None);

    let middle = service.get(&next).await;
    assert!(middle.body["next_cursor"].is_string() && middle.body["prev_cursor"].is_string());
    assert_eq!(link(&service, &middle, "first").as_deref(), Some("/v1/items?limit=2"));
    assert_eq!(ids(&service.get(&link(&service, &middle, "prev").unwrap()).await), ids(&first));

    let last = service.get(&link(&service, &middle, "next").unwrap()).await;
    assert_eq!((ids(&last).len(), &last.body["next_cursor"]), (1, &Value::Null));
    assert_eq!(link(&service, &last, "next"), None);

    let filtered = service.get("/v1/items?name_prefix=item%20&limit=2&status=active&status=draft").await;
    let next = link(&service, &filtered, "next").unwrap();
    assert!(
        next.starts_with("/v1/items?name_prefix=item%20&limit=2&status=active&status=draft&cursor="),
        "{next}"
    );
    assert_eq!(ids(&service.get(&next).await).len(), 1);
}

#[tokio::test]
async fn an_empty_list_is_a_page_without_links() {
    let service = TestService::start().await;
    let page = service.get("/v1/items").await;
    assert_eq!(page.body, json!({ "data": [], "next_cursor": null, "prev_cursor": null }));
    assert_eq!((page.header("link"), page.header("cache-control")), (None, Some("private, no-cache")));
}

#[tokio::test]
async fn a_walk_during_writes_returns_every_item_that_was_there_all_along_exactly_once() {
    let service = TestService::start().await;
    seed(&service, 1_000).await;
    let doomed = "DELETE FROM items WHERE id IN (SELECT id FROM items WHERE name LIKE 'item %7' LIMIT 10)";
    let mut seen = Vec::new();
    let mut page = service.get("/v1/items?limit=50").await;
    loop {
        seen.extend(
            page.body["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        service.create("new").await;
        service.database.execute(doomed).await;
        let Some(next) = link(&service, &page, "next") else { break };
        page = service.get(&next).await;
    }
    let stayed = (1..=1_000).filter(|n| n % 10 != 7).map(|n| format!("item {n}"));
    let distinct: HashSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "nothing twice");
    for name in stayed {
        assert!(distinct.contains(&name), "{name} is missing");
    }
}

#[tokio::test]
async fn filters_select_and_combine() {
    let service = TestService::start().await;
    for (name, status) in [
        ("Lamp", "active"),
        ("lamp", "draft"),
        ("100%", "active"),
        ("1000", "archived"),
        ("a_b", "draft"),
        ("aXb", "draft"),
    ] {
        let answer = service.post("/v1/items", &json!({ "name": name, "status": status })).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    }
    let names = async |query: &str| {
        let page = service.get(&format!("/v1/items?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let mut names: Vec<String> = page.body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("status=active").await, ["100%", "Lamp"]);
    assert_eq!(names("status=active&status=archived").await, ["100%", "1000", "Lamp"]);
    assert_eq!(names("name_prefix=La").await, ["Lamp"]);
    assert_eq!(names("name_prefix=100%25").await, ["100%"], "a wildcard of LIKE is a plain character");
    assert_eq!(names("name_prefix=a_").await, ["a_b"]);
    assert_eq!(names("name_prefix=%5C").await, [""; 0]);
    assert_eq!(names("name_prefix=a&status=active").await, [""; 0]);
}

#[tokio::test]
async fn the_moments_of_creation_bound_a_half_open_interval() {
    let service = TestService::start().await;
    seed(&service, 21).await;
    let count = async |query: &str| ids(&service.get(&format!("/v1/items?{query}")).await).len();
    assert_eq!(count("created_after=2026-01-01T00:00:00.001Z").await, 15);
    assert_eq!(count("created_before=2026-01-01T00:00:00.001Z").await, 6);
    assert_eq!(
        count("created_after=2026-01-01T00:00:00.001Z&created_before=2026-01-01T00:00:00.002Z").await,
        7
    );
    assert_eq!(count("created_after=2026-01-01T01:00:00.001%2B01:00").await, 15, "any offset of RFC 3339");
    assert_eq!(count("created_before=0000-01-01T00:00:00Z").await, 0);
    assert_eq!(count("created_after=9999-12-31T23:59:60Z").await, 0);
}

#[tokio::test]
async fn every_fault_of_a_query_is_named_at_once() {
    let service = TestService::start().await;
    let answer = service
        .get("/v1/items?limit=abc&status=gone&created_after=yesterday&colour=red&cursor=a&cursor=b")
        .await;
    assert_eq!(
        answer.is_problem(400, "malformed-request").faults(),
        [
            ("colour", "unknown_parameter"),
            ("created_after", "date_time"),
            ("cursor", "repeated"),
            ("limit", "limit"),
            ("status", "enum"),
        ]
        .map(|(place, code)| (place.into(), code.into()))
    );
    for limit in ["0", "201", "-1", "1.5", "", "99999999999999999999", "%00", "%FF", "%zz"] {
        let answer = service.get(&format!("/v1/items?limit={limit}")).await;
        assert_eq!(answer.is_problem(400, "malformed-request").faults()[0].0, "limit", "{limit}");
    }
    let three = "status=draft&status=draft&status=active";
    assert_eq!(service.get(&format!("/v1/items?{three}")).await.status, StatusCode::OK);
    let long = format!("created_after=2026-01-01T00:00:00.{}Z", "0".repeat(45));
    for (query, fault) in
        [(format!("{three}&status=draft"), ("status", "repeated")), (long, ("created_after", "date_time"))]
    {
        let answer = service.get(&format!("/v1/items?{query}")).await;
        let fault = (fault.0.to_owned(), fault.1.to_owned());
        assert_eq!(answer.is_problem(400, "malformed-request").faults(), [fault], "{query}");
    }
    for limit in ["1", "200"] {
        assert_eq!(service.get(&format!("/v1/items?limit={limit}")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_or_belongs_elsewhere_is_refused() {
    let service = TestService::start().await;
    seed(&service, 9).await;
    let page = service.get("/v1/items?limit=2&status=draft").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let fault = async |query: &str| {
        let answer = service.get(&format!("/v1/items?{query}")).await;
        answer.is_problem(400, "malformed-request").faults()[0].clone()
    };
    let mut tampered = cursor.to_owned();
    tampered.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
    for (query, code) in [
        (format!("limit=2&status=draft&cursor={tampered}"), "cursor"),
        ("limit=2&status=draft&cursor=abc".to_owned(), "cursor"),
        ("limit=2&status=draft&cursor=".to_owned(), "cursor"),
        (format!("limit=2&cursor={cursor}"), "cursor_mismatch"),
        (format!("limit=2&status=active&cursor={cursor}"), "cursor_mismatch"),
    ] {
        assert_eq!(fault(&query).await, ("cursor".to_owned(), code.to_owned()), "{query}");
    }
    let other_size = service.get(&format!("/v1/items?limit=1&status=draft&cursor={cursor}")).await;
    assert_eq!(ids(&other_size).len(), 1, "only the size may change on the way");
}
