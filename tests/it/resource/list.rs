//! Pages: cursors, links, and walks of the whole list.

use std::collections::HashSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::RESOURCES;
use crate::support::{
    resource::{Api, Identity},
    service::Reply,
};

fn name(entity: &Value) -> &str {
    entity["id"].as_str().or(entity["key"].as_str()).unwrap()
}

fn ids(page: &Reply) -> Vec<String> {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|entity| name(entity).to_owned()).collect()
}

/// Follows a link from a page to the end.
async fn walk(api: &Api, first: &str, rel: &str) -> Vec<Reply> {
    let mut pages = vec![api.get(first).await];
    while let Some(next) = pages.last().unwrap().link(rel) {
        pages.push(api.get(&next).await);
    }
    pages
}

#[tokio::test]
async fn a_walk_of_ten_thousand_entities_in_either_direction_returns_each_once() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(10_000).await;
        let forth = walk(&api, &format!("{}?limit=200", resource.path), "next").await;
        let forth_ids: Vec<String> = forth.iter().flat_map(ids).collect();
        assert_eq!(forth.len(), 50);
        assert_eq!(forth_ids.iter().collect::<HashSet<_>>().len(), 10_000);
        // The order of those of the same time is visible if they are sorted by their UUIDs.
        let is_strict = resource.identity == Identity::Id;
        let keys: Vec<(&str, &str)> = forth
            .iter()
            .flat_map(|page| page.body["data"].as_array().unwrap())
            .map(|entity| (entity["created_at"].as_str().unwrap(), if is_strict { name(entity) } else { "" }))
            .collect();
        let in_order = |a, b| if is_strict { a > b } else { a >= b };
        assert!(keys.is_sorted_by(in_order), "the newest first, then the greater id");

        let last = forth.last().unwrap();
        let mut back_ids: Vec<String> = ids(last);
        let mut page = last.clone();
        while let Some(prev) = page.link("prev") {
            page = api.get(&prev).await;
            back_ids.splice(0..0, ids(&page));
        }
        assert_eq!(back_ids, forth_ids);

        let oldest_first = walk(&api, &format!("{}?sort=created_at&limit=200", resource.path), "next").await;
        let mut reversed: Vec<String> = oldest_first.iter().flat_map(ids).collect();
        reversed.reverse();
        assert_eq!(reversed, forth_ids);
        let middle = &oldest_first[25];
        assert_eq!(ids(&api.get(&middle.link("prev").unwrap()).await), ids(&oldest_first[24]));
    }
}

#[tokio::test]
async fn a_list_is_sorted_as_the_client_asks() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(5).await;
        let list = async |query: &str| api.get(&format!("{}?{query}", resource.path)).await;
        let newest = list("limit=2").await;
        let explicit = list("sort=-created_at&limit=2").await;
        assert_eq!(explicit.body, newest.body, "a cursor is of the order, however it is named");
        let cursor = newest.body["next_cursor"].as_str().unwrap();
        assert_eq!(ids(&list(&format!("sort=-created_at&limit=2&cursor={cursor}")).await).len(), 2);
        let other = list(&format!("sort=created_at&cursor={cursor}")).await;
        assert_eq!(other.is_problem(400, "malformed-request").faults()[0].1, "cursor_mismatch");
        for sort in ["", "-", "colour", "--created_at", "created_at,name"] {
            let faults = list(&format!("sort={sort}")).await.is_problem(400, "malformed-request").faults();
            assert_eq!(faults, [("sort".into(), "sort".into())]);
        }
    }
}

#[tokio::test]
async fn a_page_links_to_its_neighbours_and_keeps_the_other_parameters() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(5).await;
        let first = api.get(&format!("{}?limit=2", resource.path)).await;
        let next = first.link("next").unwrap();
        assert_eq!(
            next,
            format!("{}?limit=2&cursor={}", resource.path, first.body["next_cursor"].as_str().unwrap())
        );
        assert_eq!((&first.body["prev_cursor"], first.link("prev")), (&Value::Null, None));
        assert_eq!(first.link("first"), None);

        let middle = api.get(&next).await;
        assert!(middle.body["next_cursor"].is_string() && middle.body["prev_cursor"].is_string());
        assert_eq!(middle.link("first").as_deref(), Some(&*format!("{}?limit=2", resource.path)));
        assert_eq!(ids(&api.get(&middle.link("prev").unwrap()).await), ids(&first));

        let last = api.get(&middle.link("next").unwrap()).await;
        assert_eq!((ids(&last).len(), &last.body["next_cursor"]), (1, &Value::Null));
        assert_eq!(last.link("next"), None);
    }
}

#[tokio::test]
async fn an_empty_list_is_a_page_without_links() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let page = api.get(resource.path).await;
        assert_eq!(page.body, json!({ "data": [], "next_cursor": null, "prev_cursor": null }));
        assert_eq!((page.header("link"), page.header("cache-control")), (None, Some("private, no-cache")));
    }
}

#[tokio::test]
async fn an_empty_page_behind_a_cursor_leads_back() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(4).await;
        let first = api.get(&format!("{}?limit=2", resource.path)).await;
        let second = api.get(&first.link("next").unwrap()).await;
        let (kept, gone) = (ids(&first), ids(&second));
        let remove = async |ids: &[String]| {
            let ids: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
            let table = resource.table;
            api.database
                .execute(&format!(
                    "DELETE FROM {table} WHERE {} IN ({})",
                    resource.parameter(),
                    ids.join(", ")
                ))
                .await;
        };

        remove(&gone).await;
        let empty = api.get(&first.link("next").unwrap()).await;
        assert_eq!((ids(&empty).len(), &empty.body["next_cursor"]), (0, &Value::Null));
        let cursor = empty.body["prev_cursor"].as_str().unwrap();
        assert!(empty.link("prev").unwrap().ends_with(cursor) && empty.link("next").is_none());
        let back = api.get(&empty.link("prev").unwrap()).await;
        assert_eq!((ids(&back), &back.body["prev_cursor"]), (kept.clone(), &Value::Null));
        assert!(back.body["next_cursor"].is_string());

        remove(&kept[..1]).await;
        let last = api.get(&format!("{}?limit=1", resource.path)).await;
        assert_eq!(ids(&last), kept[1..]);
        let before = api.get(&back.link("next").unwrap()).await.link("prev").unwrap();
        assert_eq!(ids(&api.get(&before).await), kept[1..]);
        remove(&kept[1..]).await;
        let empty = api.get(&before).await;
        assert_eq!((ids(&empty).len(), &empty.body["prev_cursor"]), (0, &Value::Null));
        let next = empty.link("next").unwrap();
        assert_eq!(ids(&api.get(&next).await).len(), 0, "{next}");
        assert_eq!(api.get(&next).await.body["next_cursor"], Value::Null);

        // The page behind an empty one begins with the row in front of which that one was.
        api.seed(3).await;
        let last = walk(&api, &format!("{}?limit=1", resource.path), "next").await.pop().unwrap();
        let before = last.link("prev").unwrap();
        remove(&ids(&api.get(resource.path).await)[..2]).await;
        let empty = api.get(&before).await;
        assert_eq!(ids(&empty).len(), 0);
        assert_eq!(ids(&api.get(&empty.link("next").unwrap()).await), ids(&last));
    }
}

#[tokio::test]
async fn a_walk_during_writes_returns_every_entity_that_existed_throughout_exactly_once() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(1_000).await;
        let all = walk(&api, &format!("{}?limit=200", resource.path), "next").await;
        let all: Vec<String> = all.iter().flat_map(ids).collect();
        let (doomed, stayed): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(n, _)| n % 10 == 7);
        let mut doomed = doomed.chunks(10);
        let mut seen = Vec::new();
        let mut page = api.get(&format!("{}?limit=50", resource.path)).await;
        loop {
            seen.extend(ids(&page));
            api.create("new").await;
            let some: Vec<String> =
                doomed.next().into_iter().flatten().map(|(_, id)| format!("'{id}'")).collect();
            if !some.is_empty() {
                let table = resource.table;
                api.database
                    .execute(&format!(
                        "DELETE FROM {table} WHERE {} IN ({})",
                        resource.parameter(),
                        some.join(", ")
                    ))
                    .await;
            }
            let Some(next) = page.link("next") else { break };
            page = api.get(&next).await;
        }
        let distinct: HashSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "nothing twice");
        for (_, id) in stayed {
            assert!(distinct.contains(id), "{id} is missing");
        }
    }
}

#[tokio::test]
async fn a_cursor_that_the_service_did_not_give_is_rejected() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(9).await;
        let list = async |query: &str| api.get(&format!("{}?{query}", resource.path)).await;
        let page = list("limit=2").await;
        let cursor = page.body["next_cursor"].as_str().unwrap();
        let mut tampered = cursor.to_owned();
        tampered.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
        for cursor in [&*tampered, "abc", ""] {
            let reply = list(&format!("limit=2&cursor={cursor}")).await;
            let faults = reply.is_problem(400, "malformed-request").faults();
            assert_eq!(faults, [("cursor".into(), "cursor".into())], "{cursor}");
        }
        let other_size = list(&format!("limit=1&cursor={cursor}")).await;
        assert_eq!(ids(&other_size).len(), 1, "the size may change from page to page");
    }
}

#[tokio::test]
async fn a_query_is_rejected_for_every_fault_at_once() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let list = async |query: &str| api.get(&format!("{}?{query}", resource.path)).await;
        let reply = list("limit=abc&colour=red&cursor=a&cursor=b").await;
        assert_eq!(
            reply.is_problem(400, "malformed-request").faults(),
            [("colour", "unknown_parameter"), ("cursor", "repeated"), ("limit", "limit")]
                .map(|(parameter, code)| (parameter.into(), code.into()))
        );
        for limit in ["0", "201", "-1", "1.5", "", "99999999999999999999", "%00", "%FF", "%zz"] {
            let reply = list(&format!("limit={limit}")).await;
            assert_eq!(reply.is_problem(400, "malformed-request").faults()[0].0, "limit", "{limit}");
        }
        for limit in ["1", "200"] {
            assert_eq!(list(&format!("limit={limit}")).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn the_entities_of_a_list_are_counted_on_request() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        api.seed(5).await;
        let all = ids(&api.get(resource.path).await).len();
        let mut url = format!("{}?limit=2", resource.path);
        for _ in 0..2 {
            for (prefer, is_counted) in [("count=exact", true), ("count=none", false), ("", false)] {
                let page = api.send(Method::GET, &url, &[("prefer", prefer)], None).await;
                assert_eq!(ids(&page).len(), 2);
                assert!(page.header("vary").unwrap().contains("prefer"));
                assert_eq!(page.header("preference-applied"), is_counted.then_some("count=exact"));
                let total = [&page.body["total_count"], &page.body["total_count_exact"]];
                let expected =
                    if is_counted { [json!(all), json!(true)] } else { [Value::Null, Value::Null] };
                assert_eq!(total, [&expected[0], &expected[1]]);
            }
            url = api.get(&url).await.link("next").unwrap();
        }
        let whole = api.send(Method::GET, resource.path, &[("prefer", "count=exact")], None).await;
        assert_eq!((ids(&whole).len(), &whole.body["total_count"]), (all, &json!(all)));
    }
}
