//! Deleting so that it can be undone, undoing it, and deleting for good.

use curio::postgres::{
    catalog::{
        models::{ItemFilter, Status},
        operations::item,
    },
    keyset::Start,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    database::TestDatabase,
    service::{Answer, TestService, path},
};

async fn restore(service: &TestService, item: &str, fields: &[(&str, &str)]) -> Answer {
    service.send(Method::POST, &format!("{item}/restore"), fields, None).await
}

fn names(page: &Answer) -> Vec<&str> {
    page.body["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_deleted_item_can_be_restored_as_it_was_in_a_new_version() {
    let service = TestService::start().await;
    let created =
        service.post("/v1/items", &json!({ "name": "Lamp", "attributes": { "a": 1.10 } })).await.body;
    let item = path(&created);
    restore(&service, &item, &[]).await.is_problem(409, "conflict");
    assert_eq!(service.delete(&item).await.status, StatusCode::NO_CONTENT);
    service.get(&item).await.is_problem(404, "not-found");

    let restored = restore(&service, &item, &[]).await;
    assert_eq!((restored.status, restored.header("etag")), (StatusCode::OK, Some("\"3\"")), "{restored:?}");
    for same in ["id", "name", "status", "attributes", "created_at"] {
        assert_eq!(restored.body[same], created[same], "{same}");
    }
    assert_eq!((&restored.body["version"], &restored.body["deleted_at"]), (&json!(3), &Value::Null));
    assert_eq!(service.get(&item).await.body, restored.body);
    restore(&service, &item, &[("if-match", "\"9\"")]).await.is_problem(409, "conflict");
    restore(&service, "/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", &[])
        .await
        .is_problem(404, "not-found");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn restoring_can_be_limited_to_the_version_that_was_seen() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    service.delete(&item).await;
    let seen = &service.get("/v1/items?include_deleted=true").await.body["data"][0];
    assert_eq!((&seen["version"], seen["deleted_at"].is_string()), (&json!(2), true));
    let stale = restore(&service, &item, &[("if-match", "\"1\"")]).await;
    assert_eq!(stale.is_problem(412, "precondition-failed").body["current_etag"], "\"2\"");
    assert_eq!(restore(&service, &item, &[("if-match", "\"2\"")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn purging_removes_the_row_of_an_item_deleted_or_not() {
    let service = TestService::start().await;
    for deleted_before in [false, true] {
        let item = path(&service.create("Lamp").await);
        let mut version = 1;
        if deleted_before {
            service.delete(&item).await;
            version = 2;
        }
        let purge = format!("{item}?purge=true");
        let stale = service.send(Method::DELETE, &purge, &[("if-match", "\"9\"")], None).await;
        assert_eq!(
            stale.is_problem(412, "precondition-failed").body["current_etag"],
            format!("\"{version}\"")
        );
        assert_eq!(service.delete(&purge).await.status, StatusCode::NO_CONTENT);
        assert_eq!(service.database.count_items().await, 0);
        service.delete(&purge).await.is_problem(404, "not-found");
        restore(&service, &item, &[]).await.is_problem(404, "not-found");
        assert_eq!(service.put(&item, &json!({ "name": "New" })).await.status, StatusCode::CREATED);
        service.delete(&purge).await;
    }
    let item = path(&service.create("Lamp").await);
    let answer = service.delete(&format!("{item}?purge=1")).await;
    assert_eq!(answer.is_problem(400, "malformed-request").faults(), [("purge".into(), "boolean".into())]);
}

#[tokio::test]
async fn lists_include_what_was_deleted_only_when_asked() {
    let service = TestService::start().await;
    for (name, status) in [("a", "draft"), ("b", "active"), ("c", "draft"), ("d", "active"), ("e", "draft")] {
        let item = service.post("/v1/items", &json!({ "name": name, "status": status })).await.body;
        if "bce".contains(name) {
            service.delete(&path(&item)).await;
        }
    }
    assert_eq!(names(&service.get("/v1/items").await), ["d", "a"]);
    assert_eq!(names(&service.get("/v1/items?include_deleted=false").await), ["d", "a"]);
    let mut walked = Vec::new();
    let mut address = "/v1/items?include_deleted=true&limit=2".to_owned();
    loop {
        let page = service.get(&address).await;
        walked.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page.body["next_cursor"].as_str() else {
            let back = format!(
                "/v1/items?include_deleted=true&limit=2&cursor={}",
                page.body["prev_cursor"].as_str().unwrap()
            );
            assert_eq!(names(&service.get(&back).await), ["c", "b"]);
            break;
        };
        address = format!("/v1/items?include_deleted=true&limit=2&cursor={cursor}");
    }
    assert_eq!(walked, ["e", "d", "c", "b", "a"]);
    assert_eq!(names(&service.get("/v1/items?include_deleted=true&status=active").await), ["d", "b"]);
    assert_eq!(
        names(&service.get("/v1/items?include_deleted=true&status=active&status=draft").await).len(),
        5
    );
    let mixed = service.get(&format!("{address}&status=draft")).await;
    assert_eq!(
        mixed.is_problem(400, "malformed-request").faults(),
        [("cursor".into(), "cursor_mismatch".into())]
    );
}

#[tokio::test]
async fn lists_of_what_lives_and_of_everything_are_read_from_indexes() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO items (id, name, created_at, deleted_at)
             SELECT gen_random_uuid(), 'x', now() - n * interval '1 second', CASE WHEN n % 10 > 0 THEN now() END
             FROM generate_series(1, 20000) n; ANALYZE items",
        )
        .await;
    let mut conn = database.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut conn).await.unwrap();
    for include_deleted in [false, true] {
        for status in [vec![], vec![Status::Draft]] {
            let filter = ItemFilter { include_deleted, status, ..ItemFilter::default() };
            let (items, more) = item::list(&mut conn, &filter, Start::Newest, 50).await.unwrap();
            assert_eq!((items.len(), more), (50, true));
        }
    }
    let read =
        "SELECT seq_scan, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'";
    let (scans, rows): (i64, i64) = sqlx::query_as(read).fetch_one(&mut conn).await.unwrap();
    assert_eq!(scans, 0, "the table was read from its beginning");
    assert!(rows < 1000, "{rows} rows were read for four pages of 50");
}
