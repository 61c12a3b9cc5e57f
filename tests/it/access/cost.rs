//! What a list of some collections reads.

use curio::postgres::{
    catalog::{
        models::{ItemFilter, Status, Within},
        operations::item::{self, ItemKey},
    },
    keyset::{PageRequest, SortKey, Start},
};

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
