//! What a list of some collections reads.

use chrono::{TimeDelta, Utc};
use curio::{
    access::{Action, Grants},
    postgres::{
        catalog::{
            models::{ItemFilter, Status, Within},
            operations::{
                collection,
                item::{self, ItemKey},
            },
        },
        keyset::{Newest, Order, PageRequest, SortKey, Start},
    },
};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_list_reads_nothing_of_other_collections() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO collections (id, key, title) VALUES
                 (gen_random_uuid(), 'acme.a', 'A'), (gen_random_uuid(), 'acme.b', 'B');
             INSERT INTO items (id, collection, name, created_at, deleted_at)
             SELECT gen_random_uuid(), CASE WHEN n % 500 = 0 THEN 'acme.a' WHEN n % 500 = 1 THEN 'acme.b' ELSE 'default' END,
                 'x', now() - n * interval '1 second', CASE WHEN n % 1000 = 0 THEN now() END
             FROM generate_series(1, 30000) AS n;
             ANALYZE items",
        )
        .await;
    let mut conn = database.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut conn).await.unwrap();
    let within = || Within::Of(vec!["acme.a".into(), "acme.b".into()]);
    let page = PageRequest { start: Start::First, order: ItemKey::DEFAULT, limit: 200, bytes: usize::MAX };
    for include_deleted in [false, true] {
        let filter = ItemFilter { include_deleted, ..ItemFilter::within(within()) };
        let (expected, candidates) = if include_deleted { (120, 120) } else { (90, 90) };
        let found = item::list(&mut conn, &filter, &page).await.unwrap();
        assert_eq!((found.rows.len(), found.more), (expected, false));
        assert!(found.rows.is_sorted_by(|one, other| one.created_at >= other.created_at));
        let draft = ItemFilter { status: vec![Status::Draft], ..filter.clone() };
        assert_eq!(item::walk(&mut conn, &draft, &page, 20_000).await.unwrap().rows.len(), expected);
        assert_eq!(item::sample(&mut conn, &filter, 10_001).await.unwrap().candidates, candidates);
        assert_eq!(item::newest_names(&mut conn, &filter, 1_000).await.unwrap().len(), expected);
    }
    let read =
        "SELECT seq_scan, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'";
    let (scans, rows): (i64, i64) = sqlx::query_as(read).fetch_one(&mut conn).await.unwrap();
    assert_eq!(scans, 0, "the table was read from its beginning");
    assert!(rows < 2_000, "{rows} rows were read for eight lists of about a hundred");
}

/// PostgreSQL does not know that all items of a collection or status are old. It may expect
/// enough of them among the newest of all.
#[tokio::test]
async fn a_page_reads_nothing_of_other_collections_and_statuses_that_are_newer() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO collections (id, key, title) VALUES
                 (gen_random_uuid(), 'acme.a', 'A'), (gen_random_uuid(), 'acme.b', 'B');
             INSERT INTO items (id, collection, status, name, created_at)
             SELECT gen_random_uuid(), CASE WHEN n <= 60000 THEN 'default' WHEN n % 2 = 0 THEN 'acme.a' ELSE 'acme.b' END,
                 CASE WHEN n <= 60000 THEN 'draft' ELSE 'archived' END, 'x', now() - n * interval '1 second'
             FROM generate_series(1, 70000) AS n;
             ANALYZE items",
        )
        .await;
    let of = |keys: &[&str]| Within::Of(keys.iter().map(|key| (*key).to_owned()).collect());
    let all = || ItemFilter::within(Within::All);
    let filters = [
        ItemFilter::within(of(&["acme.a"])),
        ItemFilter::within(of(&["acme.a", "acme.b"])),
        ItemFilter { collection: Some("acme.a".into()), ..ItemFilter::within(of(&["acme.a", "acme.b"])) },
        ItemFilter { collection: Some("acme.a".into()), ..all() },
        ItemFilter { status: vec![Status::Archived], ..all() },
    ];
    let after = Some(Utc::now() - TimeDelta::days(1));
    let before = Some(Utc::now());
    for filter in filters {
        let new = ItemFilter { created_after: after, ..filter.clone() };
        for filter in [filter, new.clone(), ItemFilter { created_before: before, ..new }] {
            for include_deleted in [false, true] {
                check_pages(&database, &ItemFilter { include_deleted, ..filter.clone() }).await;
            }
        }
    }
}

/// Reads pages in each direction.
async fn check_pages(database: &TestDatabase, filter: &ItemFilter) {
    let mut conn = database.connect().await;
    // That is likely for plans for any values. Between two times, those expect hardly any items.
    let mode = if filter.created_before.is_none() { "force_generic_plan" } else { "auto" };
    let begin = AssertSqlSafe(format!("SET plan_cache_mode = {mode}; BEGIN"));
    sqlx::raw_sql(begin).execute(&mut conn).await.unwrap();
    for is_descending in [true, false] {
        let order = Order { is_descending, ..ItemKey::DEFAULT };
        let mut page = PageRequest { start: Start::First, order, limit: 20, bytes: usize::MAX };
        for _ in 0..8 {
            let found = item::list(&mut conn, filter, &page).await.unwrap();
            assert_eq!((found.rows.len(), found.more), (20, true), "{filter:?}");
            let last = found.rows.last().unwrap();
            let key = ItemKey::new(order.sort, last.created_at, last.name.clone(), last.id);
            page.start = Start::After(key);
            let found = item::walk(&mut conn, filter, &page, 100).await.unwrap();
            assert_eq!((found.rows.len(), found.more), (20, true), "{filter:?}");
        }
    }
    let read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'";
    let rows: i64 = sqlx::query_scalar(read).fetch_one(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    assert!(rows < 5_000, "{rows} items were read for 32 pages: {filter:?}");
}

#[tokio::test]
async fn a_list_of_named_collections_reads_no_others() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO collections (id, key, title)
             SELECT gen_random_uuid(), 'acme.c' || n, 'C' FROM generate_series(1, 3000) AS n",
        )
        .await;
    let grants = ["read:acme.c1", "read:acme.c2999", "read:acme.none"];
    let grants = Grants::new(grants.map(|grant| grant.parse().unwrap()).into());
    let scope = grants.scope(Action::Read);
    let mut conn = database.connect().await;
    sqlx::raw_sql("BEGIN; SET LOCAL enable_seqscan = off").execute(&mut conn).await.unwrap();
    let page = PageRequest { start: Start::First, order: Newest::DEFAULT, limit: 50, bytes: usize::MAX };
    let found = collection::list(&mut conn, scope, &page).await.unwrap();
    assert_eq!((found.rows.len(), found.more), (2, false));
    assert_eq!(collection::count(&mut conn, scope).await.unwrap().count, 2);
    let read =
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'collections'";
    let rows: i64 = sqlx::query_scalar(read).fetch_one(&mut conn).await.unwrap();
    assert!(rows < 20, "{rows} collections were read for two");
}
