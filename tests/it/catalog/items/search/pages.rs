//! Pages of a search.

use std::collections::BTreeMap;

use serde_json::json;

use super::{create, found, search};
use crate::support::service::{TestService, path};

/// The names of all pages from this one on, in the order of reading.
async fn walk(service: &TestService, first: &str, rel: &str) -> Vec<String> {
    let (mut all, mut url) = (Vec::new(), Some(first.to_owned()));
    while let Some(next) = url {
        let page = service.get(&next).await;
        let mut names: Vec<_> = found(&page).into_iter().map(str::to_owned).collect();
        if rel == "prev" {
            names.reverse();
        }
        all.extend(names);
        url = page.link(rel);
    }
    all
}

#[tokio::test]
async fn a_search_is_walked_in_both_directions() {
    let service = TestService::start().await;
    for name in [
        "one lamp, and more words than that",
        "lampshade",
        "lamp",
        "old lamp",
        "new lamp",
        "lamp oil for no shade",
    ] {
        create(&service, name, json!({})).await;
    }
    let all = walk(&service, &search("lamp", "&limit=200"), "next").await;
    assert_eq!((all.len(), &*all[0]), (6, "lamp"));
    assert_eq!(&all[1..3], ["new lamp", "old lamp"], "the newest first among equals");
    assert_eq!(all.last().unwrap(), "lampshade");
    for q in ["lamp", "lmap", "LAMP"] {
        for limit in 1..=6 {
            let first = search(q, &format!("&limit={limit}"));
            assert_eq!(walk(&service, &first, "next").await, all, "{q} by {limit}");
            let mut last = first;
            while let Some(next) = service.get(&last).await.link("next") {
                last = next;
            }
            let mut back = walk(&service, &last, "prev").await;
            back.reverse();
            assert!(all == back || limit > 1 && back.len() == 6, "{q} back by {limit}: {back:?}");
        }
    }
    let page = service.get(&search("lamp", "&limit=2")).await;
    let cursor = format!("&cursor={}", page.body["next_cursor"].as_str().unwrap());
    found(&service.get(&search(" \"lamp", &cursor).replace("%22", "")).await);
    found(&service.get(&search("LaMP", &cursor)).await);
    found(&service.get(&search("lamp.", &cursor)).await);
    found(&service.get(&search("lamp Lamp", &cursor)).await);
    let page = service.get(&search("lamp -sofa l", "&limit=2")).await;
    let of_many = format!("&cursor={}", page.body["next_cursor"].as_str().unwrap());
    found(&service.get(&search("l -SOFA lamp l", &of_many)).await);
    for (q, rest) in [
        ("lamps", ""),
        ("-lamp b", ""),
        ("\"lamp\"", ""),
        ("lamp", "&sort=-created_at"),
        ("lamp", "&status=draft"),
    ] {
        let reply = service.get(&search(q, &format!("{rest}{cursor}"))).await;
        assert_eq!(reply.is_problem(400, "malformed-request").faults()[0].1, "cursor_mismatch", "{q}{rest}");
    }
    let reply = service.get(&format!("/v1/items?limit=2{cursor}")).await;
    assert_eq!(reply.is_problem(400, "malformed-request").faults()[0].1, "cursor_mismatch");
}

/// 30,000 items, of which all have a common word, some 1,800 a less common one, and 297 a rare one.
/// A page of 200 is more than the newest 20,000 have of those, so that the index is tried again if
/// it takes too long.
const SEED: &str = "INSERT INTO items (id, collection, name, created_at)
     SELECT gen_random_uuid(), 'default',
         'item ' || n || CASE WHEN n % 20 = 0 OR n % 101 = 0 THEN ' brass' ELSE '' END
             || CASE WHEN n % 101 = 0 THEN ' rare' ELSE '' END || repeat(' x', n % 7),
         timestamptz '2026-01-01' + (n / 7) * interval '1 millisecond'
     FROM generate_series(1, 30000) n; ANALYZE items";

#[tokio::test]
async fn a_walk_finds_each_ranked_item_once_while_others_write() {
    let service = TestService::start().await;
    service.database.execute(SEED).await;
    // Found along the list, in the index, and in the index under another spelling.
    for (q, expected) in
        [("item", 1000), ("brass", 1000), ("rare brass", 297), ("brsas rare", 297), ("item 77", 111)]
    {
        let mut times = BTreeMap::new();
        let mut url = Some(search(q, "&limit=200"));
        while let Some(next) = url {
            let page = service.get(&next).await;
            let items = page.body["data"].as_array().unwrap();
            for item in items {
                *times.entry(item["name"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
            url = page.link("next");
            // The best match, which is new; and what was seen already is no reason to omit others.
            create(&service, "item brass rare 77", json!({})).await;
            assert_eq!(service.delete(&path(items.last().unwrap())).await.status, 204);
        }
        assert!(times.values().all(|times| *times == 1), "{q}");
        assert!(!times.contains_key("item brass rare 77"), "{q}");
        assert_eq!(times.len(), expected, "{q}");
        let restore =
            "DELETE FROM items WHERE name = 'item brass rare 77'; UPDATE items SET deleted_at = NULL";
        service.database.execute(restore).await;
    }
}
