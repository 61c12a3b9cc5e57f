//! What may not be read does not exist.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, guarded};
use crate::support::service::{Reply, TestService};

const ALL: &str = "read:* write:* delete:* purge:* manage:*";
const OWN: &str = "read:own write:own delete:own purge:own manage:own";

pub struct World<'a> {
    pub admin: Client<'a>,
    pub own: Client<'a>,
}

pub async fn world(service: &TestService) -> World<'_> {
    let admin = Client::new(service, ALL).await;
    for key in ["own", "foreign"] {
        let body = json!({ "key": key, "title": "X", "indexed": [{ "path": "price", "type": "number" }] });
        assert_eq!(admin.post("/v1/collections", &body).await.status, 201);
    }
    World { own: Client::new(service, OWN).await, admin }
}

pub fn id(item: &Value) -> &str {
    item["id"].as_str().unwrap()
}

/// What a response tells: everything but the id of the request, and the ids that it was asked for.
pub fn told(reply: &Reply, id: &str) -> (u16, Option<String>, String) {
    let mut body = reply.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    let etag = reply.header("etag").map(str::to_owned);
    (reply.status.as_u16(), etag, body.to_string().replace(id, "{id}"))
}

const MISSING: &str = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";

/// A live and a deleted item that the client may not read.
async fn foreign_items(admin: &Client<'_>) -> [Value; 2] {
    let [live, deleted] = [admin.create("foreign", "Secret").await, admin.create("foreign", "Old").await];
    let path = format!("/v1/items/{}", id(&deleted));
    assert_eq!(admin.send(Method::DELETE, &path, &[], None).await.status, 204);
    [live, deleted]
}

/// A request for an item: the method, the end of the path, header fields and a body.
type Request<'a> = (Method, &'a str, &'a [(&'a str, &'a str)], Option<&'a Value>);

#[tokio::test]
async fn requests_for_a_foreign_item_are_as_for_a_missing_one() {
    let service = guarded().await;
    let World { admin, own } = world(&service).await;
    let items = foreign_items(&admin).await;
    let patch = json!({ "name": "X" });
    let (get, put) = (Method::GET, Method::PUT);
    let in_foreign = json!({ "name": "X", "collection": "foreign" });
    let in_own = json!({ "name": "X", "collection": "own" });
    let requests: [Request<'_>; 14] = [
        (get.clone(), "", &[], None),
        (get.clone(), "", &[("if-none-match", "\"1\"")], None),
        (get, "", &[("if-match", "\"7\"")], None),
        (Method::HEAD, "", &[], None),
        (Method::PATCH, "", &[], Some(&patch)),
        (Method::PATCH, "", &[("if-match", "\"7\"")], Some(&patch)),
        (Method::PATCH, "", &[("if-match", "*")], Some(&patch)),
        (Method::DELETE, "", &[], None),
        (Method::DELETE, "", &[("if-match", "\"7\"")], None),
        (Method::DELETE, "?purge=true", &[], None),
        (Method::POST, "/restore", &[], None),
        (put.clone(), "", &[("if-match", "\"1\"")], Some(&in_own)),
        (put.clone(), "", &[("if-match", "*")], Some(&in_foreign)),
        (put, "", &[], Some(&in_foreign)),
    ];
    for (method, suffix, fields, body) in requests {
        let send = async |id: &str| {
            let reply = own.send(method.clone(), &format!("/v1/items/{id}{suffix}"), fields, body).await;
            told(&reply, id)
        };
        let of_missing = send(MISSING).await;
        assert!(of_missing.0 >= 400, "{method} {suffix}: {of_missing:?}");
        for item in &items {
            assert_eq!(send(id(item)).await, of_missing, "{method} {suffix} {fields:?}");
        }
    }
    for operation in [json!({ "op": "update", "patch": {} }), json!({ "op": "delete", "if_match": "\"9\"" })]
    {
        let send = async |id: &str| {
            let mut operation = operation.clone();
            operation["id"] = id.into();
            told(&own.post("/v1/items/batch", &json!({ "operations": [operation] })).await, id)
        };
        assert_eq!(send(id(&items[0])).await, send(MISSING).await);
    }
}

#[tokio::test]
async fn that_an_id_is_in_use_is_all_that_is_told_of_it() {
    let service = guarded().await;
    let World { admin, own } = world(&service).await;
    let [live, deleted] = foreign_items(&admin).await;
    let in_own = json!({ "name": "X", "collection": "own" });
    let replace = async |item: &Value| {
        let path = format!("/v1/items/{}", id(item));
        told(&own.send(Method::PUT, &path, &[], Some(&in_own)).await, id(item))
    };
    let of_live = replace(&live).await;
    assert!(of_live.0 == 409 && !of_live.2.contains("etag"), "{of_live:?}");
    assert_eq!(replace(&deleted).await, of_live);
    let import = async |id: &str, collection: &str, query: &str| {
        let line = json!({ "id": id, "name": "X", "collection": collection });
        let path = format!("/v1/items/import{query}");
        own.send(Method::POST, &path, &[("content-type", "application/x-ndjson")], Some(&line)).await
    };
    for query in ["", "?on_conflict=ignore", "?on_conflict=error"] {
        let reply = import(id(&live), "own", query).await;
        reply.is_problem(409, "conflict");
        assert_eq!(reply.faults(), [("#/id".to_owned(), "taken".to_owned())]);
        let (one, other) =
            (import(id(&live), "foreign", query).await, import(MISSING, "nowhere", query).await);
        assert_eq!(told(&one, id(&live)), told(&other, MISSING));
    }
    assert_eq!(admin.get(&format!("/v1/items/{}", id(&live))).await.body, live);
}

#[tokio::test]
async fn requests_for_a_foreign_collection_are_as_for_a_missing_one() {
    let service = guarded().await;
    let World { admin, own } = world(&service).await;
    let schema = json!({ "required": ["price"], "properties": { "price": { "type": "number" } } });
    let schema = json!({ "title": "X", "schema": schema });
    assert_eq!(admin.send(Method::PUT, "/v1/collections/foreign", &[], Some(&schema)).await.status, 200);
    let check = json!({ "schema": true });
    let empty = json!({});
    let title = json!({ "title": "X" });
    let (get, put, patch) = (Method::GET, Method::PUT, Method::PATCH);
    let requests: [(Method, &str, Option<&Value>); 10] = [
        (get.clone(), "/v1/collections/{}", None),
        (get.clone(), "/v1/collections/{}/schemas", None),
        (get.clone(), "/v1/collections/{}/schemas/1", None),
        (Method::POST, "/v1/collections/{}/schema-check", Some(&check)),
        (patch, "/v1/collections/{}", Some(&empty)),
        (Method::DELETE, "/v1/collections/{}", None),
        (put, "/v1/collections/{}", Some(&title)),
        (get.clone(), "/v1/items?collection={}", None),
        (get.clone(), "/v1/items?collection={}&sort=attributes.price", None),
        (get.clone(), "/v1/items?collection={}&filter=attributes.price=%22x%22", None),
    ];
    for (method, path, body) in requests {
        let send =
            async |key: &str| told(&own.send(method.clone(), &path.replace("{}", key), &[], body).await, key);
        assert_eq!(send("foreign").await, send("nowhere").await, "{method} {path}");
    }
    for body in [json!({ "name": "X" }), json!({ "name": "X", "attributes": { "price": 1 } })] {
        let create = async |key: &str| {
            let mut body = body.clone();
            body["collection"] = key.into();
            let batch = json!({ "operations": [{ "op": "create", "item": body }] });
            let (one, many) = (own.post("/v1/items", &body).await, own.post("/v1/items/batch", &batch).await);
            (told(&one, key), told(&many, key))
        };
        assert_eq!(create("foreign").await, create("nowhere").await);
        assert_eq!(create("foreign").await.0.0, 422);
    }
    // An item that names no collection belongs to `default`.
    let in_default = own.post("/v1/items", &json!({ "name": "X" })).await;
    assert_eq!((in_default.status.as_u16(), &*in_default.faults()[0].0), (422, "#/collection"));
    let batch = json!({ "operations": [{ "op": "create", "item": { "name": "X" } }] });
    assert_eq!(own.post("/v1/items/batch", &batch).await.status, 422);
}

/// Lists of all kinds.
const QUERIES: [&str; 25] = [
    "",
    "limit=2",
    "limit=2&sort=created_at",
    "limit=2&include_deleted=true",
    "status=draft",
    "status=draft&status=active&limit=2",
    "name_prefix=La",
    "sort=name&limit=2",
    "sort=-name&limit=2&include_deleted=true",
    "sort=name&collection=own&filter=attributes.price%20%3E%202",
    "sort=name&collection=foreign",
    "filter=version%20%3E%3D%201&limit=2",
    "filter=attributes.price%20%3E%202",
    "filter=attributes.price%20%3D%203",
    "filter=collection%20%3D%20%22foreign%22",
    "filter=collection%20!%3D%20%22own%22",
    "q=lamp&limit=2",
    "q=lamp&sort=created_at&limit=2",
    "q=lentern",
    "q=secrte",
    "q=secret",
    "collection=own&sort=attributes.price&limit=2",
    "collection=own&filter=attributes.price%20%3E%202",
    "collection=foreign",
    "collection=foreign&q=secret",
];

/// The responses to all kinds of lists, and along all their cursors.
async fn lists(client: &Client<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for query in QUERIES {
        let mut path = format!("/v1/items?{query}");
        for page in 0.. {
            assert!(page < 20, "{query} has no end");
            let reply = client.send(Method::GET, &path, &[("prefer", "count=exact")], None).await;
            assert_eq!(reply.status, 200, "{query}: {reply:?}");
            told.push(format!("{query}: {}", reply.text));
            match reply.link("next") {
                Some(next) => path = next,
                None => break,
            }
        }
        if !query.contains("limit") && !query.contains("sort") {
            for format in ["application/x-ndjson", "text/csv"] {
                let path = format!("/v1/items?{query}");
                let reply = client.send(Method::GET, &path, &[("accept", format)], None).await;
                let mut lines: Vec<&str> = reply.text.lines().collect();
                lines.sort_unstable();
                told.push(format!("{query} {format}: {lines:?}"));
            }
        }
    }
    for path in ["/v1/collections?limit=1", "/v1/keys?include_revoked=true"] {
        let reply = client.send(Method::GET, path, &[("prefer", "count=exact")], None).await;
        told.push(format!("{path}: {}", reply.text));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_contain_and_tell_only_what_may_be_read() {
    let service = guarded().await;
    let World { admin, .. } = world(&service).await;
    admin.create_collection("acme.more").await;
    let create = async |collection: &str, name: &str, price: u32| {
        let body = json!({ "collection": collection, "name": name, "attributes": { "price": price } });
        let reply = admin.post("/v1/items", &body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.body
    };
    for price in 0..5 {
        create("own", "Lamp", price).await;
        create("acme.more", "Lamp lantern", price).await;
    }
    let gone = create("own", "Old lamp", 9).await;
    let path = format!("/v1/items/{}", id(&gone));
    assert_eq!(admin.send(Method::DELETE, &path, &[], None).await.status, 204);
    let clients = [
        Client::new(&service, "read:own manage:own").await,
        Client::new(&service, "read:own read:acme.more").await,
        Client::new(&service, "write:own delete:own read:acme.* write:acme.more").await,
    ];
    let mut before = Vec::new();
    for client in &clients {
        before.push(lists(client).await);
    }
    // Each item once, whatever the number of grants.
    for lists in &before[1..] {
        assert!(
            lists[0].contains("\"total_count\":10") && lists[0].matches("\"id\"").count() == 10,
            "{lists:?}"
        );
    }
    for price in 0..30 {
        create("foreign", ["Lamp", "Lentern", "Secret lamp"][price as usize % 3], price).await;
    }
    let secret = create("foreign", "Secret", 3).await;
    let path = format!("/v1/items/{}", id(&secret));
    assert_eq!(admin.send(Method::DELETE, &path, &[], None).await.status, 204);
    admin.create_collection("another").await;
    Client::new(&service, "read:foreign").await;
    for (client, before) in clients.iter().zip(before) {
        for (now, before) in lists(client).await.into_iter().zip(before) {
            assert_eq!(now, before);
        }
    }
    // A cursor belongs to a key.
    let cursor = clients[1].get("/v1/items?limit=1").await.link("next").unwrap();
    assert_eq!(clients[1].get(&cursor).await.status, 200);
    clients[2].get(&cursor).await.is_problem(400, "malformed-request");
}

#[tokio::test]
async fn a_list_without_a_collection_is_of_at_most_64_collections() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let below = Client::new(&service, "read:acme.*").await;
    let seed = "INSERT INTO collections (id, key, title)
                SELECT gen_random_uuid(), 'acme.c' || n, 'X' FROM generate_series(1, 64) AS n";
    service.database.execute(seed).await;
    let item = admin.create("acme.c64", "Lamp").await;
    assert_eq!(below.get("/v1/items").await.body["data"], json!([item]));
    admin.create_collection("acme.c65").await;
    let rejected = below.get("/v1/items").await;
    rejected.is_problem(400, "malformed-request");
    assert_eq!(rejected.faults(), [("collection".to_owned(), "required".to_owned())]);
    assert_eq!(below.get("/v1/items?collection=acme.c64").await.body["data"], json!([item]));
    assert_eq!(admin.get("/v1/items").await.status, 200);
}

#[tokio::test]
async fn what_may_be_read_and_not_written_is_403_in_every_part_of_a_request() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    for key in ["own", "readable"] {
        admin.create_collection(key).await;
    }
    let client = Client::new(&service, "write:own read:readable").await;
    let (own, readable) = (admin.create("own", "X").await, admin.create("readable", "X").await);
    let other = admin.create("own", "Y").await;
    let batch = json!({ "operations": [
        { "op": "update", "id": id(&own), "patch": {} },
        { "op": "update", "id": id(&readable), "if_match": "\"9\"", "patch": {} },
        { "op": "create", "item": { "name": "X", "collection": "readable" } },
        { "op": "delete", "id": id(&other) },
    ] });
    let reply = client.post("/v1/items/batch", &batch).await;
    reply.is_problem(403, "insufficient-scope");
    let places: Vec<_> = reply.faults().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["#/operations/1", "#/operations/2", "#/operations/3"]);
    let grant = "Bearer realm=\"curio\", error=\"insufficient_scope\", scope=\"write:readable\"";
    assert_eq!(reply.header("www-authenticate"), Some(grant));
    let lines =
        [json!({ "name": "A", "collection": "own" }), json!({ "name": "B", "collection": "readable" })];
    let lines = lines.map(|line| line.to_string()).join("\n");
    let import = async |query: &str| {
        let request = service.request(Method::POST, &format!("/v1/items/import{query}"));
        let request =
            request.header("authorization", &client.field).header("content-type", "application/x-ndjson");
        Reply::of(request.body(lines.clone())).await
    };
    import("").await.is_problem(403, "insufficient-scope");
    let skipped = import("?on_error=skip").await;
    assert_eq!((&skipped.body["created"], &skipped.body["failed"]), (&json!(1), &json!(1)), "{skipped:?}");
    assert_eq!(skipped.body["errors"][0]["code"], "insufficient_scope");
}

#[tokio::test]
async fn a_list_by_name_of_many_items_needs_read_of_all() {
    let service = guarded().await;
    let World { admin, own } = world(&service).await;
    let seed = "INSERT INTO items (id, collection, name)
                SELECT gen_random_uuid(), 'own', 'Lamp ' || n FROM generate_series(1, 20000) AS n";
    service.database.execute(seed).await;
    let page = own.get("/v1/items?sort=name&limit=2").await;
    assert_eq!(page.status, 200, "{page:?}");
    let names: Vec<_> = page.body["data"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(names, ["Lamp 1", "Lamp 10"]);
    admin.create("own", "One more").await;
    for query in ["sort=name", "sort=-name&collection=own"] {
        own.get(&format!("/v1/items?{query}")).await.is_problem(403, "insufficient-scope");
    }
    assert_eq!(admin.get("/v1/items?sort=name&collection=own").await.status, 200);
}
