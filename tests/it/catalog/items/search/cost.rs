//! What a search costs.

use curio::postgres::{
    catalog::{
        models::{ItemFilter, Search, Term, Within},
        operations::item::{self, Candidates, ItemKey},
    },
    keyset::{PageRequest, SortKey, Start},
};
use reqwest::Method;
use serde_json::json;

use super::{create, found, search};
use crate::{
    catalog::items::finding::slow_down_look_ups,
    support::{database::TestDatabase, service::TestService},
};

const MAX_EXAMINED: u32 = 20_000;

/// 60,000 items; all have a word, a few another.
const SEED: &str = "INSERT INTO items (id, collection, name, created_at)
     SELECT gen_random_uuid(), 'default',
         'item ' || n || CASE WHEN n IN (1, 25000, 60000) THEN ' precious' ELSE '' END,
         timestamptz '2026-01-01' + n * interval '1 millisecond'
     FROM generate_series(1, 60000) n; ANALYZE items";

fn filter(words: &[&str]) -> ItemFilter {
    let term = |word: &&str| Term { texts: vec![(*word).to_owned()], is_phrase: false, is_excluded: false };
    let search = Search { terms: words.iter().map(term).collect(), spelling: None };
    ItemFilter { search: Some(search), ..ItemFilter::within(Within::All) }
}

#[tokio::test]
async fn a_search_reads_a_bounded_number_of_items() {
    let database = TestDatabase::new().await;
    database.execute(SEED).await;
    let mut conn = database.connect().await;
    sqlx::raw_sql("BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        .execute(&mut conn)
        .await
        .unwrap();
    let order = ItemKey::RELEVANCE.unwrap();
    let page = PageRequest { start: Start::First, order, limit: 50, bytes: 4 << 20 };
    let mut before = 0;
    let read = "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'items'";
    for (words, candidates, rows, most) in [
        (&["precious"][..], Candidates::LookUp, 3, 3),
        (&["prec", "25000"], Candidates::LookUp, 1, 1),
        (&["none"], Candidates::LookUp, 0, 0),
        (&["precious"], Candidates::Walk(MAX_EXAMINED), 1, MAX_EXAMINED),
        (&["item"], Candidates::Walk(MAX_EXAMINED), 50, 1_001),
    ] {
        if let Candidates::Walk(_) = candidates {
            sqlx::raw_sql("SET LOCAL enable_indexscan = on").execute(&mut conn).await.unwrap();
        }
        let found = item::search(&mut conn, &filter(words), &page, candidates).await.unwrap();
        assert_eq!(found.rows.len(), rows, "{words:?}");
        let (scans, fetched): (i64, i64) = sqlx::query_as(read).fetch_one(&mut conn).await.unwrap();
        assert_eq!(scans, 0, "{words:?}: the table was read from its beginning");
        assert!(fetched - before <= i64::from(most), "{words:?}: {} items were read", fetched - before);
        before = fetched;
    }
}

#[tokio::test]
async fn a_rare_word_and_its_misspelling_are_found_in_the_index_and_a_common_one_along_the_list() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    let all = ["item 60000 precious", "item 25000 precious", "item 1 precious"];
    assert_eq!(found(&service.get(&search("precious", "")).await), all);
    assert_eq!(found(&service.get(&search("precious", "&sort=-created_at")).await), all);
    // The newest names have it; and those that only the index has.
    assert_eq!(found(&service.get(&search("prceious", "")).await), all);
    create(&service, "violin", json!({})).await;
    service.database.execute("UPDATE items SET created_at = '2020-01-01' WHERE name = 'violin'").await;
    assert_eq!(found(&service.get(&search("voilin", "")).await), ["violin"]);
    assert_eq!(
        found(&service.get(&search("item", "&limit=1")).await),
        ["item 59999"],
        "the newest of the best"
    );
}

#[tokio::test]
async fn a_search_walks_if_the_index_takes_too_long() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    slow_down_look_ups(&service, 2.0).await;
    for q in ["precious", "prceious"] {
        let page = service.send(Method::GET, &search(q, ""), &[("prefer", "count=exact")], None).await;
        assert_eq!(found(&page), ["item 60000 precious"], "{q}");
        assert_eq!(page.body["total_count_exact"], false, "{q}");
    }
}

/// Its page is short, but not all that there is.
#[tokio::test]
async fn the_matches_of_a_common_word_are_more_than_its_page() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    let rename = "UPDATE items SET name = 'often ' || name";
    let database = &service.database;
    database.execute(&format!("{rename} WHERE created_at < '2026-01-01 00:00:30'")).await;
    database
        .execute(&format!("{rename} WHERE id IN (SELECT id FROM items ORDER BY created_at DESC LIMIT 30)"))
        .await;
    let url = search("often", "&limit=200");
    let page = service.send(Method::GET, &url, &[("prefer", "count=exact")], None).await;
    assert_eq!((found(&page).len(), &page.body["next_cursor"]), (30, &json!(null)));
    assert!(page.body["total_count"].as_i64() > Some(30), "{}", page.body["total_count"]);
    assert_eq!(page.body["total_count_exact"], false);
}

/// The server may have been busy.
#[tokio::test]
async fn an_item_that_is_not_among_the_newest_is_found_at_the_second_attempt() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    slow_down_look_ups(&service, 0.15).await;
    assert_eq!(found(&service.get(&search("25000", "")).await), ["item 25000 precious"]);
}

#[tokio::test]
async fn a_word_is_common_if_the_statistics_say_so_and_many_items_have_it() {
    let database = TestDatabase::new().await;
    database.execute(SEED).await;
    // One of a hundred items.
    database.execute("UPDATE items SET name = 'often ' || name WHERE name LIKE '%99'; ANALYZE items").await;
    let mut conn = database.connect().await;
    for (items, common) in [("60000", &["item"][..]), ("1e8", &["item", "often"])] {
        database
            .execute(&format!("UPDATE pg_class SET reltuples = {items} WHERE oid = 'items'::regclass"))
            .await;
        for word in ["item", "often", "precious", "none"] {
            let is_common = item::is_common(&mut conn, &filter(&[word])).await.unwrap();
            assert_eq!(is_common, common.contains(&word), "{word} of {items}");
        }
    }
}
