//! The filters of the list of items.

use curio::postgres::{
    catalog::{
        models::{ItemFilter, ItemSort, Status, Within},
        operations::item::{self, ItemKey},
    },
    keyset::{Order, PageRequest, SortKey, Start},
};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{
    database::TestDatabase,
    service::{Reply, TestService, path},
};

/// Fills the table with items of every status, of which seven at a time share the time of creation.
async fn seed(service: &TestService, count: u32) {
    let sql = format!(
        "INSERT INTO items (id, collection, name, status, created_at)
         SELECT gen_random_uuid(), 'default', 'item ' || n, (ARRAY['draft', 'active', 'archived'])[n % 3 + 1],
                timestamptz '2026-01-01' + (n / 7) * interval '1 millisecond'
         FROM generate_series(1, {count}) n"
    );
    service.database.execute(&sql).await;
}

fn ids(page: &Reply) -> Vec<String> {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
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
        let reply = service.post("/v1/items", &json!({ "name": name, "status": status })).await;
        assert_eq!(reply.status, StatusCode::CREATED);
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
async fn created_after_and_created_before_bound_a_half_open_interval() {
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
async fn every_fault_of_a_query_is_reported_at_once() {
    let service = TestService::start().await;
    let reply = service
        .get("/v1/items?limit=abc&status=gone&created_after=yesterday&colour=red&cursor=a&cursor=b")
        .await;
    assert_eq!(
        reply.is_problem(400, "malformed-request").faults(),
        [
            ("colour", "unknown_parameter"),
            ("created_after", "date_time"),
            ("cursor", "repeated"),
            ("limit", "limit"),
            ("status", "enum"),
        ]
        .map(|(parameter, code)| (parameter.into(), code.into()))
    );
    for limit in ["0", "201", "-1", "1.5", "", "99999999999999999999", "%00", "%FF", "%zz"] {
        let reply = service.get(&format!("/v1/items?limit={limit}")).await;
        assert_eq!(reply.is_problem(400, "malformed-request").faults()[0].0, "limit", "{limit}");
    }
    let three = "status=draft&status=draft&status=active";
    assert_eq!(service.get(&format!("/v1/items?{three}")).await.status, StatusCode::OK);
    let long = format!("created_after=2026-01-01T00:00:00.{}Z", "0".repeat(45));
    for (query, fault) in
        [(format!("{three}&status=draft"), ("status", "repeated")), (long, ("created_after", "date_time"))]
    {
        let reply = service.get(&format!("/v1/items?{query}")).await;
        let fault = (fault.0.to_owned(), fault.1.to_owned());
        assert_eq!(reply.is_problem(400, "malformed-request").faults(), [fault], "{query}");
    }
    for limit in ["1", "200"] {
        assert_eq!(service.get(&format!("/v1/items?limit={limit}")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn lengths_are_counted_in_characters_as_the_document_does() {
    let service = TestService::start().await;
    let filled =
        |begin: &str, length: usize| format!("{begin}{}\"", "\u{1f4a1}".repeat(length - begin.len() - 1));
    for (parameter, begin, longest, code) in
        [("filter", "name = \"", 4_096, "length"), ("fields", "attributes.\"", 1_024, "fields")]
    {
        let list = async |length| {
            let value = filled(begin, length);
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair(parameter, &value).finish();
            service.get(&format!("/v1/items?{query}")).await
        };
        assert_eq!(list(longest).await.status, StatusCode::OK, "{parameter}");
        let fault = (parameter.to_owned(), code.to_owned());
        assert_eq!(list(longest + 1).await.is_problem(400, "malformed-request").faults(), [fault]);
    }
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_or_belongs_to_another_list_is_rejected() {
    let service = TestService::start().await;
    seed(&service, 9).await;
    let page = service.get("/v1/items?limit=2&status=draft").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let fault = async |query: &str| {
        let reply = service.get(&format!("/v1/items?{query}")).await;
        reply.is_problem(400, "malformed-request").faults()[0].clone()
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
    assert_eq!(ids(&other_size).len(), 1, "only the size may change from page to page");
}

#[tokio::test]
async fn a_filter_that_admits_every_status_is_no_filter() {
    let service = TestService::start().await;
    seed(&service, 5).await;
    let all = "status=archived&status=draft&status=active";
    for (first, second) in [("", all), (all, "")] {
        let page = service.get(&format!("/v1/items?limit=2&{first}")).await;
        let cursor = page.body["next_cursor"].as_str().unwrap();
        let next = service.get(&format!("/v1/items?limit=2&cursor={cursor}&{second}")).await;
        assert_eq!((next.status, ids(&next).len()), (StatusCode::OK, 2), "{next:?}");
    }
}

#[tokio::test]
async fn links_of_a_page_keep_the_filters() {
    let service = TestService::start().await;
    seed(&service, 5).await;
    let filtered = service.get("/v1/items?name_prefix=item%20&limit=2&status=active&status=draft").await;
    let next = filtered.link("next").unwrap();
    assert!(
        next.starts_with("/v1/items?name_prefix=item%20&limit=2&status=active&status=draft&cursor="),
        "{next}"
    );
    assert_eq!(ids(&service.get(&next).await).len(), 1);
}

#[tokio::test]
async fn filters_combine_with_deleted_items() {
    let service = TestService::start().await;
    for (name, status) in [("a", "draft"), ("b", "active"), ("c", "draft"), ("d", "active"), ("e", "draft")] {
        let item = service.post("/v1/items", &json!({ "name": name, "status": status })).await.body;
        if "bce".contains(name) {
            service.delete(&path(&item)).await;
        }
    }
    let list = async |query: &str| service.get(&format!("/v1/items?include_deleted=true&{query}")).await;
    let names = |page: &Reply| -> Vec<String> {
        let data = page.body["data"].as_array().unwrap().iter();
        data.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&list("status=active").await), ["d", "b"]);
    assert_eq!(names(&list("status=active&status=draft").await).len(), 5);
    let first = list("limit=2").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let other = list(&format!("limit=2&cursor={cursor}&status=draft")).await;
    assert_eq!(
        other.is_problem(400, "malformed-request").faults(),
        [("cursor".into(), "cursor_mismatch".into())]
    );
}

fn first_page(order: Order<ItemSort>) -> PageRequest<ItemKey> {
    PageRequest { start: Start::First, order, limit: 50, bytes: 4 << 20 }
}

#[tokio::test]
async fn lists_with_and_without_deleted_items_are_read_from_indexes() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO collections (id, key, title) VALUES (gen_random_uuid(), 'rare', 'Rare');
             INSERT INTO items (id, collection, name, created_at, deleted_at)
             SELECT gen_random_uuid(), CASE WHEN n % 200 = 0 THEN 'rare' ELSE 'default' END, 'x', now() - n * interval '1 second', CASE WHEN n % 10 > 0 THEN now() END
             FROM generate_series(1, 20000) n; ANALYZE items",
        )
        .await;
    let mut conn = database.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut conn).await.unwrap();
    for include_deleted in [false, true] {
        for (status, collection) in [
            (vec![], None),
            (vec![Status::Draft], None),
            (vec![], Some("default".to_owned())),
            (vec![], Some("rare".to_owned())),
        ] {
            let filter =
                ItemFilter { collection, include_deleted, status, ..ItemFilter::within(Within::All) };
            let page = first_page(ItemKey::DEFAULT);
            let page = item::list(&mut conn, &filter, &page).await.unwrap();
            assert_eq!((page.rows.len(), page.more), (50, true));
        }
        let filter =
            ItemFilter { include_deleted, name_prefix: Some("x".into()), ..ItemFilter::within(Within::All) };
        for is_descending in [false, true] {
            let page = first_page(Order { sort: ItemSort::Name, is_descending });
            assert_eq!(filter.is_in_order(page.order.sort), include_deleted);
            let page = item::walk(&mut conn, &filter, &page, 1000).await.unwrap();
            assert_eq!((page.rows.len(), page.more), (50, true));
        }
    }
    let read =
        "SELECT seq_scan, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'";
    let (scans, rows): (i64, i64) = sqlx::query_as(read).fetch_one(&mut conn).await.unwrap();
    assert_eq!(scans, 0, "the table was read from its beginning");
    assert!(rows < 4000, "{rows} rows were read for twelve pages of 50");
}
