//! The resource `/v1/keys`.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, guarded};
use crate::support::service::{Reply, TestService};

const ALL: &str = "read:* write:* delete:* purge:* manage:*";

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member}: {value}"))
}

/// A request with a secret as it was shown.
async fn with_secret(service: &TestService, secret: &str) -> Reply {
    let field = format!("Bearer {secret}");
    service.send(Method::GET, "/v1/items", &[("authorization", &field)], None).await
}

#[tokio::test]
async fn a_key_is_shown_once_and_used_at_once() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let body = json!({ "name": " Importer ", "grants": ["read:acme.*", "write:acme.*"], "expires_at": "2100-01-01T00:00:00Z" });
    let created = admin.post("/v1/keys", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let (key, secret) = (&created.body["key"], text(&created.body, "secret"));
    let id = text(key, "id");
    assert_eq!(created.header("location"), Some(&*format!("/v1/keys/{id}")));
    assert_eq!((created.header("etag"), created.header("cache-control")), (Some("\"1\""), Some("no-store")));
    assert!(secret.starts_with(&format!("curio_{id}_")), "{created:?}");
    assert_eq!((text(key, "name"), &key["grants"]), ("Importer", &json!(["write:acme.*"])));
    assert_eq!(text(key, "expires_at"), "2100-01-01T00:00:00.000000Z");
    assert_eq!(with_secret(&service, secret).await.status, 200);
    let path = format!("/v1/keys/{id}");
    let read = admin.get(&path).await;
    assert_eq!((read.body.clone(), read.header("etag")), (key.clone(), Some("\"1\"")));
    let known = admin.send(Method::GET, &path, &[("if-none-match", "\"1\"")], None).await;
    assert_eq!(known.status, 304);
    for page in [&read, &admin.get("/v1/keys").await] {
        assert!(!page.text.contains(&secret["curio_12345678_".len()..]), "{page:?}");
    }
}

#[tokio::test]
async fn a_replay_shows_no_secret_and_nothing_stores_it() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let body = json!({ "name": "X", "grants": ["read:*"] });
    let fields = [("idempotency-key", "k"), ("prefer", "return=minimal")];
    let first = admin.send(Method::POST, "/v1/keys", &fields, Some(&body)).await;
    let secret = text(&first.body, "secret");
    let again = admin.send(Method::POST, "/v1/keys", &fields, Some(&body)).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!((&again.body["key"], &again.body["secret"]), (&first.body["key"], &Value::Null));
    assert!(text(&again.body, "detail").contains("shown once"));
    let stored = format!(
        "SELECT count(*) FROM idempotency_keys WHERE strpos(encode(response, 'escape'), '{}') > 0",
        &secret["curio_12345678_".len()..]
    );
    assert_eq!(service.database.number(&stored).await, 0);
    let rotate = format!("/v1/keys/{}/rotate", text(&first.body["key"], "id"));
    let grace = json!({ "grace_seconds": 60 });
    let fields = [("idempotency-key", "r")];
    let rotated = admin.send(Method::POST, &rotate, &fields, Some(&grace)).await;
    assert_eq!((rotated.status.as_u16(), rotated.header("etag")), (200, Some("\"2\"")), "{rotated:?}");
    let again = admin.send(Method::POST, &rotate, &fields, Some(&grace)).await;
    assert_eq!((&again.body["secret"], &again.body["key"]), (&Value::Null, &rotated.body["key"]));
    assert_eq!(with_secret(&service, text(&rotated.body, "secret")).await.status, 200);
}

#[tokio::test]
async fn what_is_done_to_keys_needs_a_key_that_is_valid_now() {
    let service = guarded().await;
    let other = Client::new(&service, "read:acme.*").await;
    // As another replica makes them, which this one does not notice at once.
    for (change, status) in [
        ("revoked_at = now()", 401),
        ("expires_at = now()", 401),
        ("hash = sha256('other')", 401),
        ("grants = ARRAY['read:acme.*']", 403),
    ] {
        let client = Client::new(&service, "manage:acme.*").await;
        assert_eq!(client.get("/v1/items").await.status, 200);
        let id = client.key.id();
        let change = format!("UPDATE api_keys SET {change} WHERE key_id = '{id}'");
        service.database.execute(&change).await;
        let key = json!({ "name": "X", "grants": ["manage:acme.*"] });
        assert_eq!(client.post("/v1/keys", &key).await.status, status, "{change}");
        for target in [id, other.key.id()] {
            let path = format!("/v1/keys/{target}");
            let rotate = client.post(&format!("{path}/rotate"), &json!({ "grace_seconds": 0 })).await;
            let update = client.send(Method::PATCH, &path, &[], Some(&key)).await;
            let revoke = client.send(Method::DELETE, &path, &[], None).await;
            // A key that one may not give does not exist.
            let status = if status == 403 { 404 } else { status };
            for reply in [rotate, update, revoke] {
                assert_eq!(reply.status, status, "{change}: {reply:?}");
            }
        }
    }
    assert_eq!(service.database.number("SELECT count(*) FROM api_keys").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_change_themselves_and_each_other_do_not_deadlock() {
    let service = guarded().await;
    let grants = "manage:acme.*";
    let (one, other) = (Client::new(&service, grants).await, Client::new(&service, grants).await);
    let body = json!({ "name": "Y" });
    let writes = (0..48).map(async |n: usize| {
        let (by, target) = if n.is_multiple_of(2) { (&one, &other) } else { (&other, &one) };
        let target = if n.is_multiple_of(3) { by.key.id() } else { target.key.id() };
        by.send(Method::PATCH, &format!("/v1/keys/{target}"), &[], Some(&body)).await
    });
    for reply in join_all(writes).await {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(service.database.number(deadlocks).await, 0);
    assert_eq!(service.database.number("SELECT sum(version)::bigint FROM api_keys").await, 50);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_client_does_not_wait_for_a_key_that_it_may_not_change() {
    let service = guarded().await;
    let (own, foreign) =
        (Client::new(&service, "manage:own").await, Client::new(&service, "manage:foreign").await);
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; SELECT FROM api_keys WHERE grants = '{manage:foreign}' FOR UPDATE")
        .execute(&mut holder)
        .await
        .unwrap();
    let path = format!("/v1/keys/{}", foreign.key.id());
    let rotate = own.post(&format!("{path}/rotate"), &json!({ "grace_seconds": 0 })).await;
    let update = own.send(Method::PATCH, &path, &[], Some(&json!({ "name": "X" }))).await;
    let revoke = own.send(Method::DELETE, &path, &[], None).await;
    for reply in [rotate, update, revoke] {
        reply.is_problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_dry_run_makes_no_key_and_no_secret() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let path = format!("/v1/keys/{}", admin.key.id());
    let body = json!({ "name": "X", "grants": ["read:*"] });
    let dry = admin.post("/v1/keys?validate_only=true", &body).await;
    assert_eq!((dry.status.as_u16(), &dry.body["secret"]), (201, &Value::Null), "{dry:?}");
    assert!(text(&dry.body, "detail").contains("dry run"));
    let dry = admin.post(&format!("{path}/rotate?validate_only=true"), &json!({ "grace_seconds": 0 })).await;
    assert_eq!((dry.status.as_u16(), &dry.body["secret"]), (200, &Value::Null), "{dry:?}");
    assert_eq!(
        admin.send(Method::DELETE, &format!("{path}?validate_only=true"), &[], None).await.status,
        204
    );
    assert_eq!(service.database.number("SELECT count(*) FROM api_keys").await, 1);
    assert_eq!(admin.get(&path).await.body["version"], 1);
}

#[tokio::test]
async fn the_secret_before_a_rotation_is_valid_for_the_grace_period() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let created = admin.post("/v1/keys", &json!({ "name": "X", "grants": ["read:*"] })).await.body;
    let path = format!("/v1/keys/{}/rotate", text(&created["key"], "id"));
    let rotate = async |seconds: u32| admin.post(&path, &json!({ "grace_seconds": seconds })).await.body;
    let is_valid = async |body: &Value| with_secret(&service, text(body, "secret")).await.status == 200;
    assert!(is_valid(&created).await);
    let second = rotate(3600).await;
    assert!(is_valid(&created).await && is_valid(&second).await);
    // What it makes must not outlast it.
    let client = |secret: &Value| Client {
        service: &service,
        field: format!("Bearer {}", text(secret, "secret")),
        key: admin.key.clone(),
    };
    let key = json!({ "name": "Y", "grants": ["manage:acme.*"] });
    let manager = admin.post("/v1/keys", &key).await.body;
    let path_of_manager = format!("/v1/keys/{}/rotate", text(&manager["key"], "id"));
    let renewed = admin.post(&path_of_manager, &json!({ "grace_seconds": 60 })).await.body;
    client(&manager).post("/v1/keys", &key).await.is_problem(422, "validation-error");
    client(&manager)
        .post(&path_of_manager, &json!({ "grace_seconds": 0 }))
        .await
        .is_problem(422, "validation-error");
    assert_eq!(client(&renewed).post("/v1/keys", &key).await.status, 201);
    // The period ends, and what this process knows of the key is renewed by the next change.
    service
        .database
        .execute("UPDATE api_keys SET previous_until = now() WHERE previous_hash IS NOT NULL")
        .await;
    let third = rotate(3600).await;
    assert!(!is_valid(&created).await && is_valid(&second).await && is_valid(&third).await);
    let fourth = admin.post(&path, &json!({ "grace_seconds": 0.0 })).await.body;
    assert!(!is_valid(&third).await && !is_valid(&second).await && is_valid(&fourth).await);
    for seconds in [json!(-1), json!(604_801), json!(null), json!("1")] {
        admin.post(&path, &json!({ "grace_seconds": seconds })).await.is_problem(422, "validation-error");
    }
    admin.post(&path, &json!({})).await.is_problem(422, "validation-error");
}

#[tokio::test]
async fn a_revoked_key_is_invalid_at_once_and_stays_in_the_list() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let client = Client::new(&service, "read:*").await;
    assert_eq!(client.get("/v1/items").await.status, 200);
    let path = format!("/v1/keys/{}", client.key.id());
    let stale = admin.send(Method::DELETE, &path, &[("if-match", "\"7\"")], None).await;
    stale.is_problem(412, "precondition-failed");
    assert_eq!(admin.send(Method::DELETE, &path, &[("if-match", "\"1\"")], None).await.status, 204);
    client.get("/v1/items").await.is_problem(401, "unauthorized");
    for method in [Method::GET, Method::DELETE] {
        admin.send(method, &path, &[], None).await.is_problem(404, "not-found");
    }
    admin.send(Method::PATCH, &path, &[], Some(&json!({}))).await.is_problem(404, "not-found");
    admin.post(&format!("{path}/rotate"), &json!({ "grace_seconds": 0 })).await.is_problem(404, "not-found");
    assert_eq!(admin.get("/v1/keys").await.body["data"].as_array().unwrap().len(), 1);
    let all = admin.get("/v1/keys?include_revoked=true").await;
    assert_eq!(all.body["data"][0]["id"], client.key.id().as_str());
    assert!(all.body["data"][0]["revoked_at"].is_string());
}

#[tokio::test]
async fn a_change_of_grants_counts_at_once_and_no_key_gives_more_than_it_has() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let manager = Client::new(&service, "write:acme.* manage:acme.*").await;
    let client = Client::new(&service, "read:acme.*").await;
    let path = format!("/v1/keys/{}", client.key.id());
    admin.create_collection("acme.lamps").await;
    let patch = async |by: &Client<'_>, body: Value| by.send(Method::PATCH, &path, &[], Some(&body)).await;
    assert_eq!(
        client.post("/v1/items", &json!({ "name": "X", "collection": "acme.lamps" })).await.status,
        403
    );
    let changed = patch(&manager, json!({ "grants": ["write:acme.lamps"] })).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    assert_eq!(
        client.post("/v1/items", &json!({ "name": "X", "collection": "acme.lamps" })).await.status,
        201
    );
    for (grant, missing) in [
        ("delete:acme.lamps", "delete:acme.lamps"),
        ("read:*", "read:*"),
        ("read:other", "read:other"),
        ("write:acme", "write:acme"),
    ] {
        let expected = format!("Bearer realm=\"curio\", error=\"insufficient_scope\", scope=\"{missing}\"");
        let created = manager.post("/v1/keys", &json!({ "name": "X", "grants": [grant] })).await;
        for reply in [created, patch(&manager, json!({ "grants": [grant] })).await] {
            reply.is_problem(403, "insufficient-scope");
            assert_eq!(reply.header("www-authenticate"), Some(&*expected));
        }
    }
    // Who may read all does not manage all.
    let reader = Client::new(&service, "read:* manage:acme.*").await;
    let created = reader.post("/v1/keys", &json!({ "name": "X", "grants": ["read:other"] })).await;
    assert!(created.header("www-authenticate").unwrap().ends_with("scope=\"manage:other\""), "{created:?}");
    // A key that allows more than one's own does not exist.
    assert_eq!(patch(&admin, json!({ "grants": ["purge:acme.lamps"] })).await.status, 200);
    for method in [Method::GET, Method::DELETE, Method::PATCH] {
        let body = (method == Method::PATCH).then(|| json!({}));
        manager.send(method, &path, &[], body.as_ref()).await.is_problem(404, "not-found");
    }
    let listed = manager.send(Method::GET, "/v1/keys", &[("prefer", "count=exact")], None).await;
    assert_eq!((listed.body["data"].as_array().unwrap().len(), &listed.body["total_count"]), (1, &json!(1)));
    assert_eq!(listed.body["data"][0]["id"], manager.key.id().as_str());
}

#[tokio::test]
async fn all_faults_of_a_key_are_reported_at_once() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let grants: Vec<String> = (0..65).map(|n| format!("read:c{n}")).collect();
    for (body, places) in [
        (json!({}), vec!["#/grants", "#/name"]),
        (
            json!({ "name": "", "grants": [], "expires_at": "soon", "id": "x", "more": 1 }),
            vec!["#/expires_at", "#/grants", "#/more", "#/name"],
        ),
        (json!({ "name": "X", "grants": ["read:*", "fly:*", "read:A"] }), vec!["#/grants/1", "#/grants/2"]),
        (json!({ "name": "X", "grants": grants }), vec!["#/grants"]),
        (json!({ "name": "X", "grants": ["read:*"], "expires_at": "9".repeat(60) }), vec!["#/expires_at"]),
        // In UTC, neither is of a year of four digits.
        (
            json!({ "name": "X", "grants": ["read:*"], "expires_at": "9999-12-31T23:59:59-23:59" }),
            vec!["#/expires_at"],
        ),
        (
            json!({ "name": "X", "grants": ["read:*"], "expires_at": "0000-01-01T00:00:00+23:59" }),
            vec!["#/expires_at"],
        ),
        (json!({ "name": "X", "grants": "read:*" }), vec!["#/grants"]),
    ] {
        let faults = async |body: &Value| {
            admin.post("/v1/keys", body).await.is_problem(422, "validation-error").faults()
        };
        let found = faults(&body).await;
        assert!(found.iter().map(|(place, _)| place).eq(&places), "{body}: {found:?}");
        // A fault has the same code next to one of structure.
        let mut mixed = body.clone();
        mixed["other"] = json!(1);
        let mut expected = found.clone();
        expected.push(("#/other".into(), "unknown_field".into()));
        expected.sort();
        let mut mixed = faults(&mixed).await;
        mixed.sort();
        assert_eq!(mixed, expected, "{body}");
    }
    let grants = admin.post("/v1/keys", &json!({ "name": "X", "grants": ["fly:*", 7] })).await;
    let expected = [("#/grants/0".into(), "grant".into()), ("#/grants/1".into(), "type".into())];
    assert_eq!(grants.is_problem(422, "validation-error").faults(), expected);
    admin.get("/v1/keys/short").await.is_problem(400, "malformed-request");
    admin
        .send(Method::PUT, &format!("/v1/keys/{}", admin.key.id()), &[], Some(&json!({})))
        .await
        .is_problem(405, "method-not-allowed");
}

#[tokio::test]
async fn keys_are_listed_in_pages() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    for _ in 0..4 {
        Client::new(&service, "read:*").await;
    }
    let (mut path, mut ids) = ("/v1/keys?limit=2".to_owned(), Vec::new());
    loop {
        let page = admin.get(&path).await;
        ids.extend(page.body["data"].as_array().unwrap().iter().map(|key| text(key, "id").to_owned()));
        match page.link("next") {
            Some(next) => path = next,
            None => break,
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn a_key_makes_and_changes_none_that_outlasts_it() {
    let service = guarded().await;
    let admin = Client::new(&service, "read:* manage:*").await;
    let create = async |client: &Client<'_>, expires_at: Value| {
        let body = json!({ "name": "X", "grants": ["manage:acme.*"], "expires_at": expires_at });
        client.post("/v1/keys", &body).await
    };
    let expiry = json!("2100-01-01T00:00:00.000000Z");
    let made = create(&admin, expiry.clone()).await;
    let secret = made.body["secret"].as_str().unwrap();
    let expiring =
        Client { service: &service, field: format!("Bearer {secret}"), key: secret.parse().unwrap() };
    let rejected = |reply: &Reply| {
        let faults = reply.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("#/expires_at".to_owned(), "expiry".to_owned())]);
    };
    rejected(&create(&expiring, Value::Null).await);
    rejected(&create(&expiring, json!("2100-01-01T00:00:00.000001Z")).await);
    assert_eq!(create(&expiring, expiry).await.status, 201);
    let patch = async |key: &Value, body: Value| {
        let path = format!("/v1/keys/{}", key["id"].as_str().unwrap());
        expiring.send(Method::PATCH, &path, &[], Some(&body)).await
    };
    rejected(&patch(&made.body["key"], json!({ "expires_at": null })).await);
    assert_eq!(patch(&made.body["key"], json!({ "expires_at": "2099-01-01T00:00:00Z" })).await.status, 200);
    // One that outlasts it gets no other grants, and so no longer life of its own.
    let permanent = create(&admin, Value::Null).await.body["key"].take();
    for change in [json!({ "grants": ["read:acme.*"] }), json!({ "name": "Y" }), json!({})] {
        rejected(&patch(&permanent, change).await);
    }
    let shorter = json!({ "grants": ["read:acme.*"], "expires_at": "2099-01-01T00:00:00Z" });
    assert_eq!(patch(&permanent, shorter).await.status, 200);
    let permanent = create(&admin, Value::Null).await.body["key"].take();
    let rotate = format!("/v1/keys/{}/rotate", permanent["id"].as_str().unwrap());
    rejected(&expiring.post(&rotate, &json!({ "grace_seconds": 0 })).await);
}
