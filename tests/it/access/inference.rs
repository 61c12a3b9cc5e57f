//! What cannot be inferred of items that may not be read: from counts, results, conflicts or waits.

use reqwest::Method;
use serde_json::json;
use sqlx::Executor;

use super::{
    Client, guarded,
    secrecy::{World, id, told, world},
};
use crate::support::service::Reply;

/// The length of a long list with these parameters.
async fn estimate(client: &Client<'_>, parameters: &str) -> i64 {
    let url = format!("/v1/items?limit=1&{parameters}");
    let page = client.send(Method::GET, &url, &[("prefer", "count=exact")], None).await;
    assert_eq!(page.body["total_count_exact"], false, "{page:?}");
    page.body["total_count"].as_i64().unwrap()
}

#[tokio::test]
async fn the_estimated_length_of_a_list_tells_nothing_of_foreign_values() {
    let service = guarded().await;
    let World { own, .. } = world(&service).await;
    let items = "INSERT INTO items (id, collection, name, status)
                 SELECT gen_random_uuid(), 'own', 'plain ' || n, 'draft' FROM generate_series(1, 20100) n
                 UNION ALL
                 SELECT gen_random_uuid(), 'foreign', 'Secret', 'archived' FROM generate_series(1, 20000)";
    service.database.execute(items).await;
    service.database.execute("ANALYZE items").await;
    for within in ["", "collection=own&"] {
        for foreign in ["filter=name = \"Secret\"", "filter=name > \"S\" and name < \"T\"", "status=archived"]
        {
            assert_eq!(estimate(&own, &format!("{within}{foreign}")).await, 0, "{within}{foreign}");
        }
        assert!(estimate(&own, &format!("{within}status=draft")).await > 15_000, "{within}");
    }
}

#[tokio::test]
async fn the_estimated_length_of_a_list_tells_nothing_of_when_foreign_items_were_created() {
    let service = guarded().await;
    let World { own, .. } = world(&service).await;
    // All of one's own are newer than the foreign ones.
    let items = "INSERT INTO items (id, collection, name, created_at)
                 SELECT gen_random_uuid(), 'own', 'x', '2030-01-01' FROM generate_series(1, 20100)
                 UNION ALL
                 SELECT gen_random_uuid(), 'foreign', 'x', '2029-01-01'::timestamptz + n * interval '10 min'
                 FROM generate_series(1, 20000) n";
    service.database.execute("ALTER TABLE items SET (autovacuum_enabled = off)").await;
    service.database.execute(items).await;
    service.database.execute("ANALYZE items").await;
    for within in ["", "collection=own&"] {
        let all = estimate(&own, within).await;
        for time in ["2029-01-01", "2029-03-01", "2029-05-01", "2029-12-31"] {
            let newer = format!("{within}created_after={time}T00:00:00Z");
            assert_eq!(estimate(&own, &newer).await, all, "{newer}");
        }
        let older = format!("{within}created_before=2030-01-02T00:00:00Z");
        assert_eq!(estimate(&own, &older).await, all, "{older}");
    }
}

#[tokio::test]
async fn a_misspelled_word_is_found_whatever_words_foreign_items_have() {
    let service = guarded().await;
    let World { own, .. } = world(&service).await;
    let items = "INSERT INTO items (id, collection, name, created_at)
                 SELECT gen_random_uuid(), 'own', CASE n WHEN 1 THEN 'quokkabook' ELSE 'plain ' || n END,
                     now() + n * interval '1 ms'
                 FROM generate_series(1, 1100) n";
    service.database.execute(items).await;
    let found = async || own.get("/v1/items?q=quokkabokk").await.body["data"][0]["name"].clone();
    assert_eq!(found().await, "quokkabook");
    // So many that looking for them takes longer than an index is asked.
    let foreign = "INSERT INTO items (id, collection, name)
                   SELECT gen_random_uuid(), 'foreign', 'quokkabokk ' || n FROM generate_series(1, 20000) n";
    service.database.execute(foreign).await;
    assert_eq!(found().await, "quokkabook");
}

#[tokio::test]
async fn an_id_of_a_foreign_item_tells_nothing_of_those_who_write_it() {
    let service = guarded().await;
    let World { admin, own } = world(&service).await;
    let foreign = admin.create("foreign", "Secret").await;
    let path = format!("/v1/items/{}", id(&foreign));
    let put = async || {
        let reply =
            own.send(Method::PUT, &path, &[], Some(&json!({ "name": "X", "collection": "own" }))).await;
        told(&reply, id(&foreign))
    };
    let import = async || {
        let line = json!({ "id": foreign["id"], "name": "X", "collection": "own" }).to_string();
        let request = service.request(Method::POST, "/v1/items/import").header("authorization", &own.field);
        let request = request.header("content-type", "application/x-ndjson").body(line);
        told(&Reply::of(request).await, id(&foreign))
    };
    let quiet = (put().await, import().await);
    assert_eq!(quiet.0.0, 409, "{quiet:?}");
    let mut writer = service.database.connect().await;
    writer.execute("BEGIN; UPDATE items SET name = 'Changed'").await.unwrap();
    assert_eq!((put().await, import().await), quiet);
}

#[tokio::test]
async fn a_list_of_few_own_items_asks_no_index_that_all_collections_share() {
    let service = guarded().await;
    let World { admin, own } = world(&service).await;
    // Statements of look-ups fail: their transactions only read.
    let items = "INSERT INTO items (id, collection, name, attributes, created_at)
                 SELECT gen_random_uuid(), 'own', CASE n WHEN 1 THEN 'old lamp' ELSE 'new ' || n END,
                     jsonb_build_object('n', n), now() + n * interval '1 ms'
                 FROM generate_series(1, 1100) n;
                 CREATE FUNCTION fail() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'looked up'; END $$;
                 ALTER TABLE items RENAME TO all_items; CREATE VIEW items AS SELECT * FROM all_items
                 WHERE current_setting('transaction_read_only') = 'off' OR fail()";
    service.database.execute(items).await;
    for query in ["name_prefix=old", "filter=attributes.n = 1", "q=lamp"] {
        let path = format!("/v1/items?{query}");
        admin.get(&path).await.is_problem(500, "internal-error");
        let found = own.send(Method::GET, &path, &[("prefer", "count=exact")], None).await;
        assert_eq!(found.body["data"][0]["name"], "old lamp", "{query}: {found:?}");
        assert_eq!(
            (&found.body["total_count"], &found.body["next_cursor"]),
            (&json!(1), &json!(null)),
            "{query}"
        );
    }
}
