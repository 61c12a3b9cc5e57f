//! Finding items by a condition, at a bounded cost.

use std::collections::BTreeSet;

use curio::postgres::{
    catalog::{
        models::{ITEM_FIELDS, ItemFilter, ItemSort, Status, Within},
        operations::item::{self, ItemKey},
    },
    keyset::{PageRequest, SortKey, Start},
};
use curio_filter::Filter;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    proxy::Proxy,
    service::{Reply, TestService, options, path},
};

/// The most items that a page examines (HTTP.md, "Finding").
const MAX_EXAMINED: u32 = 20_000;

fn names(page: &Reply) -> Vec<&str> {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

/// The URL of a list with a filter.
fn list(filter: &str, rest: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish();
    format!("/v1/items?{query}{rest}")
}

#[tokio::test]
async fn a_filter_finds_items_by_fields_and_attributes() {
    let service = TestService::start().await;
    for (name, status, attributes) in [
        ("a", "draft", json!({ "price": 9.5, "tags": ["red", "big"], "size": { "width": 3 } })),
        ("b", "active", json!({ "price": "9.5", "tags": "red", "strange key": true })),
        ("c", "archived", json!({ "price": 100, "sold_at": "2026-01-01T00:00:00+01:00" })),
        ("d", "active", json!({})),
    ] {
        let body = json!({ "name": name, "status": status, "attributes": attributes });
        assert_eq!(service.post("/v1/items", &body).await.status, StatusCode::CREATED);
    }
    for (filter, expected) in [
        ("attributes.price < 10", "a"),
        ("attributes.price = 1e2", "c"),
        ("not (attributes.price < 10)", "d c b"),
        ("attributes.price = null", "d"),
        (r#"attributes.tags : "red""#, "a"),
        (r#"attributes."strange key" = true"#, "b"),
        (r#"attributes.size : "width" and attributes.size.width in (2, 3)"#, "a"),
        ("attributes.sold_at < 2026-01-01T00:00:00Z", "c"),
        (r#"status = "active" and name != "b" or name < "b""#, "d a"),
        (r#"collection = "default" and version = 1 and created_at > 2026-01-01T00:00:00Z"#, "d c b a"),
        (r#"name = "' OR true --""#, ""),
    ] {
        let page = service.get(&list(filter, "")).await;
        assert_eq!(names(&page).join(" "), expected, "{filter}");
        assert!(page.body["next_cursor"].is_null(), "{filter}");
    }
    let both = service.get(&list("attributes.price < 10", "&status=active")).await;
    assert_eq!(names(&both), [""; 0], "other parameters narrow it further");
}

#[tokio::test]
async fn a_faulty_filter_is_rejected_with_the_column_of_the_fault() {
    let service = TestService::start().await;
    for (filter, column) in [
        ("name = ", "column 8"),
        ("name = \"a\" and or", "column 16"),
        ("status = \"gone\"", "column 10"),
        ("color = \"red\"", "column 1"),
        ("attributes.a < true", "column 16"),
    ] {
        let reply = service.get(&list(filter, "")).await;
        reply.is_problem(400, "malformed-request");
        let error = &reply.body["errors"][0];
        assert_eq!((error["parameter"].as_str(), error["code"].as_str()), (Some("filter"), Some("filter")));
        assert!(error["detail"].as_str().unwrap().contains(column), "{filter}: {error}");
    }
    let fault = async |filter: &str| {
        service.get(&list(filter, "")).await.is_problem(400, "malformed-request").faults()[0].1.clone()
    };
    // The longest text, in the most bytes of a URL; `Link` does not repeat it.
    let longest = format!("name != \"{}{}\"", "\u{1f600}".repeat(1040), "a".repeat(3046));
    assert_eq!(fault(&format!("{longest} ")).await, "length");
    for name in ["a", "b", "c"] {
        service.post("/v1/items", &json!({ "name": name })).await;
    }
    let first = service.get(&list(&longest, "&limit=1")).await;
    assert_eq!((names(&first), first.header("link")), (vec!["c"], None));
    let next = format!("&limit=1&cursor={}", first.body["next_cursor"].as_str().unwrap());
    assert_eq!(names(&service.get(&list(&longest, &next)).await), ["b"]);
    assert_eq!(fault(&vec!["version = 1"; 65].join(" or ")).await, "filter");
}

#[tokio::test]
async fn a_cursor_belongs_to_a_filter_however_it_is_spaced_and_ordered() {
    let service = TestService::start().await;
    for name in ["a", "b", "c"] {
        service.post("/v1/items", &json!({ "name": name })).await;
    }
    let page = service.get(&list("version=1 and name > \"\"", "&limit=2")).await;
    let cursor = format!("&limit=2&cursor={}", page.body["next_cursor"].as_str().unwrap());
    for spelling in ["version = 1  and name>\"\"", "name > \"\" and version in (1, 1) and version = 1"] {
        assert_eq!(names(&service.get(&list(spelling, &cursor)).await), ["a"], "{spelling}");
    }
    let other = service.get(&list("version = 2 and name > \"\"", &cursor)).await;
    assert_eq!(other.is_problem(400, "malformed-request").faults()[0].1, "cursor_mismatch");
}

/// More items than two pages examine; the first, the 25,000th and the last are rare. Each third
/// one is deleted.
const SEED: &str = "INSERT INTO items (id, collection, name, attributes, created_at, deleted_at)
     SELECT gen_random_uuid(), 'default', 'item ' || n,
            CASE WHEN n IN (1, 25000, 60000) THEN '{\"rare\": true}'::jsonb ELSE '{}' END,
            timestamptz '2026-01-01' + (n / 7) * interval '1 millisecond', CASE WHEN n % 3 = 2 THEN now() END
     FROM generate_series(1, 60000) n; ANALYZE items";

#[tokio::test]
async fn a_walk_finds_every_match_once_in_both_directions_while_others_write() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    for (rest, pages) in [("", 2), ("&include_deleted=true", 3), ("&limit=1", 3)] {
        // No index serves this.
        let mut url = list("attributes.rare in (true, 1)", rest);
        let mut found = Vec::new();
        let mut back = None;
        let mut walked = 0;
        loop {
            let page = service.get(&url).await;
            found.extend(names(&page).into_iter().map(str::to_owned));
            walked += 1;
            assert!(walked < 9, "{rest}: the walk does not end");
            let new =
                service.post("/v1/items", &json!({ "name": "new", "attributes": { "rare": true } })).await;
            assert_eq!(service.delete(&format!("{}?purge=true", path(&new.body))).await.status, 204);
            let Some(next) = page.link("next") else { break };
            back = Some(url);
            url = next;
        }
        assert_eq!(found, ["item 60000", "item 25000", "item 1"], "{rest}");
        assert!(walked >= pages, "{rest}: {walked} pages");
        // From the last page back to the first.
        let mut found = BTreeSet::new();
        let mut walked = 0;
        url = service.get(&url).await.link("prev").unwrap_or_else(|| back.unwrap());
        loop {
            let page = service.get(&url).await;
            found.extend(names(&page).into_iter().map(str::to_owned));
            walked += 1;
            assert!(walked < 9, "{rest}: the walk back does not end");
            let Some(prev) = page.link("prev") else { break };
            url = prev;
        }
        assert!(found.contains("item 60000") && found.contains("item 25000"), "{rest}: {found:?}");
    }
}

#[tokio::test]
async fn a_page_examines_a_bounded_number_of_items_and_stops_when_it_is_full() {
    let database = TestDatabase::new().await;
    database.execute(SEED).await;
    let mut conn = database.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut conn).await.unwrap();
    let mut before = 0;
    let read = "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'";
    let condition = |text| ItemFilter {
        condition: Filter::parse(text, ITEM_FIELDS).ok(),
        ..ItemFilter::within(Within::All)
    };
    let collection = Some("default".to_owned());
    for (filter, most) in [
        (condition("attributes.rare = true"), 2 * MAX_EXAMINED),
        (ItemFilter { include_deleted: true, ..condition("attributes.rare = true") }, 2 * MAX_EXAMINED + 4),
        (condition("attributes.rare = null"), 100),
        (ItemFilter { include_deleted: true, ..condition("attributes.rare = null") }, 200),
        (
            ItemFilter { name_prefix: Some("none".into()), ..ItemFilter::within(Within::All) },
            2 * MAX_EXAMINED,
        ),
        (
            ItemFilter { status: vec![Status::Active], collection, ..ItemFilter::within(Within::All) },
            4 * MAX_EXAMINED,
        ),
        (
            ItemFilter { status: vec![Status::Active, Status::Archived], ..ItemFilter::within(Within::All) },
            2 * MAX_EXAMINED,
        ),
    ] {
        assert!(!filter.is_in_order(ItemSort::Created));
        let page = PageRequest { start: Start::First, order: ItemKey::DEFAULT, limit: 50, bytes: 4 << 20 };
        let page = item::walk(&mut conn, &filter, &page, MAX_EXAMINED).await.unwrap();
        assert!(page.more && (page.rows.len() == 50) == page.rest.is_none(), "{filter:?}");
        let (scans, rows): (i64, i64) = sqlx::query_as(read).fetch_one(&mut conn).await.unwrap();
        assert_eq!(scans, 0, "{filter:?}: the table was read from its beginning");
        assert!(rows - before <= i64::from(most), "{filter:?}: {} items were read", rows - before);
        before = rows;
    }
}

#[tokio::test]
async fn a_rare_value_is_found_in_the_index_on_attributes() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    let rare = r#"attributes.rare = true and name > "item""#;
    for (rest, expected) in [
        ("", "item 60000, item 25000, item 1"),
        ("&include_deleted=true&limit=3", "item 60000, item 25000, item 1"),
        ("&created_before=2026-01-01T00:00:01Z", "item 1"),
        ("&status=active", ""),
    ] {
        let page = service.get(&list(rare, rest)).await;
        assert_eq!(names(&page).join(", "), expected, "{rest}");
        assert!(page.link("next").is_none(), "{rest}: a page of the index is whole");
    }
    let first = service.get(&list(rare, "&limit=2")).await;
    let second = service.get(&first.link("next").unwrap()).await;
    assert_eq!((names(&second), second.link("next")), (vec!["item 1"], None));
    let back = service.get(&second.link("prev").unwrap()).await;
    assert_eq!(names(&back), ["item 60000", "item 25000"]);
}

/// Makes each item that a read-only transaction finds, as a look-up does, take so many seconds.
pub async fn slow_down_look_ups(service: &TestService, seconds: f32) {
    let view = format!(
        "ALTER TABLE items RENAME TO all_items; CREATE VIEW items AS SELECT * FROM all_items
         WHERE current_setting('transaction_read_only') = 'off' OR pg_sleep({seconds}) IS NOT NULL"
    );
    service.database.execute(&view).await;
}

#[tokio::test]
async fn a_page_walks_on_if_the_index_takes_too_long() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    slow_down_look_ups(&service, 1.0).await;
    let page = service.get(&list("attributes.rare = true", "")).await;
    assert_eq!(names(&page), ["item 60000"]);
    let next = service.get(&page.link("next").unwrap()).await;
    assert_eq!(names(&next), ["item 25000", "item 1"]);
}

#[tokio::test]
async fn a_short_list_is_counted_and_a_long_one_is_estimated() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    for (rest, expected, is_exact) in [
        // Counted along the list.
        ("created_before=2026-01-01T00:00:00.1Z", 466..=466, true),
        ("created_after=2026-01-01T00:00:08Z&filter=version%3D2", 0..=0, true),
        // In an index.
        ("filter=attributes.rare%3Dtrue", 3..=3, true),
        ("name_prefix=item%201", 7_409..=7_409, true),
        // Estimated.
        ("", 38_000..=42_000, false),
        ("include_deleted=true", 58_000..=62_000, false),
        ("name_prefix=item", 38_000..=42_000, false),
        ("filter=name%3E%22item%2045%22", 13_000..=15_000, false),
        // Of the oldest, by the statistics of the column.
        ("filter=name%3C%22item%203%22", 12_000..=18_000, false),
        ("filter=attributes.rare%3C1", 0..=0, false),
    ] {
        let url = format!("/v1/items?limit=1&{rest}");
        let page = service.send(Method::GET, &url, &[("prefer", "count=exact")], None).await;
        let total = (page.body["total_count"].as_i64().unwrap(), page.body["total_count_exact"].as_bool());
        assert!(expected.contains(&total.0) && total.1 == Some(is_exact), "{rest}: {total:?}");
    }
}

/// What is counted by a statement of its own may differ from the page.
#[tokio::test]
async fn the_items_of_a_list_that_is_one_page_are_not_counted_again() {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, max_connections: 1, ..database.options() };
    let service = TestService::on(database, pool, options());
    service.create("Lamp").await;
    // The fewest of several runs, as in `a_schema_costs_a_write_no_round_trip`.
    let mut fewest = [usize::MAX; 2];
    for _ in 0..5 {
        for (fewest, prefer) in fewest.iter_mut().zip(["count=none", "count=exact"]) {
            let before = proxy.round_trips();
            let page = service.send(Method::GET, "/v1/items", &[("prefer", prefer)], None).await;
            assert_eq!(page.body["total_count"].as_i64(), (prefer == "count=exact").then_some(1));
            *fewest = (*fewest).min(proxy.round_trips() - before);
        }
    }
    assert_eq!(fewest, [1, 1]);
}
