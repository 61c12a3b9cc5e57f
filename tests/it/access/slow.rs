//! Requests whose bodies arrive after their keys have changed.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, guarded};
use crate::support::{
    eventually,
    service::{Reply, streamed_body},
};

const ALL: &str = "read:* write:* delete:* purge:* manage:*";
/// Longer than what the service knows of a key is enough to begin a transaction.
const LONG: Duration = Duration::from_millis(200);

/// Sends the heads of requests of this client, then makes the change, then sends the bodies.
async fn responses(
    admin: &Client<'_>,
    client: &Client<'_>,
    requests: &[(&str, &str, &str)],
    change: (Method, Option<Value>),
) -> Vec<Reply> {
    let verified = count_verified(client).await;
    let mut bodies = Vec::new();
    let responses = requests.iter().map(|(path, media_type, text)| {
        let (sender, body) = streamed_body();
        bodies.push((sender, *text));
        let request = client.service.request(Method::POST, path).header("authorization", &client.field);
        Reply::of(request.header("content-type", *media_type).body(body))
    });
    let responses = join_all(responses.collect::<Vec<_>>());
    let send = async {
        for (sender, text) in &bodies {
            sender.send(Ok(text.as_bytes()[..1].to_vec())).await.unwrap();
        }
        let mut arrived = verified + u64::try_from(requests.len()).unwrap();
        eventually("the heads have arrived", async || {
            arrived += 1;
            count_verified(client).await == arrived
        })
        .await;
        let arrived_at = Instant::now();
        let path = format!("/v1/keys/{}", client.key.id());
        let (method, body) = change;
        assert!(admin.send(method, &path, &[], body.as_ref()).await.status.is_success());
        while arrived_at.elapsed() < LONG {
            assert_eq!(admin.get("/v1/items").await.status, 200);
        }
        for (sender, text) in bodies {
            sender.send(Ok(text.as_bytes()[1..].to_vec())).await.unwrap();
        }
    };
    tokio::join!(responses, send).0
}

/// How many requests had a valid key, with this one.
async fn count_verified(client: &Client<'_>) -> u64 {
    let metrics = client.get("/metrics").await.text;
    let valid = "curio_authentications_total{result=\"valid\"} ";
    metrics.lines().find_map(|line| line.strip_prefix(valid)).map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_arrives_after_its_key_has_changed_changes_nothing() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    let json = "application/json";
    let requests = [
        ("/v1/keys", json, r#"{"name": "X", "grants": ["manage:own"]}"#),
        ("/v1/items", json, r#"{"name": "X"}"#),
        ("/v1/items/import", "application/x-ndjson", "{\"name\": \"X\"}\n"),
    ];
    let revoked = Client::new(&service, "write:* manage:*").await;
    for reply in responses(&admin, &revoked, &requests, (Method::DELETE, None)).await {
        reply.is_problem(401, "unauthorized");
        assert!(reply.header("www-authenticate").unwrap().ends_with("error=\"invalid_token\""), "{reply:?}");
    }
    let restricted = Client::new(&service, "write:* manage:*").await;
    let fewer = (Method::PATCH, Some(json!({ "grants": ["read:*"] })));
    for reply in responses(&admin, &restricted, &requests, fewer).await {
        reply.is_problem(403, "insufficient-scope");
    }
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(service.database.number("SELECT count(*) FROM api_keys").await, 3);
}

#[tokio::test]
async fn an_import_has_the_grants_that_its_key_has_by_now() {
    let service = guarded().await;
    let client = Client::new(&service, "read:*").await;
    let import = async || {
        let request =
            service.request(Method::POST, "/v1/items/import").header("authorization", &client.field);
        let request = request.header("content-type", "application/x-ndjson");
        Reply::of(request.body("{\"name\": \"X\"}\n")).await
    };
    // This process remembers the key; others have changed it since.
    import().await.is_problem(403, "insufficient-scope");
    let change = |grant| format!("UPDATE api_keys SET grants = ARRAY['{grant}']");
    service.database.execute(&change("write:*")).await;
    assert_eq!(import().await.status, 200);
    service.database.execute(&change("read:*")).await;
    import().await.is_problem(403, "insufficient-scope");
}

/// Makes insertions wait for a lock.
const WAIT: &str = "
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW;
    END $$;
    CREATE TRIGGER wait BEFORE INSERT ON items FOR EACH STATEMENT EXECUTE FUNCTION wait()";
const WAITING: &str = "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted";

#[tokio::test(flavor = "multi_thread")]
async fn an_import_locks_nothing_that_its_key_may_not_write() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    admin.create_collection("own").await;
    let item = admin.create("default", "Lamp").await;
    let path = format!("/v1/items/{}", item["id"].as_str().unwrap());
    service.database.execute(WAIT).await;
    let client = Client::new(&service, "read:default write:own").await;
    let lines = [json!({ "id": item["id"], "name": "X" }), json!({ "name": "X", "collection": "own" })];
    let lines = lines.map(|line| line.to_string()).join("\n");
    for on_conflict in ["replace", "ignore", "error"] {
        let mut holder = service.database.connect().await;
        sqlx::raw_sql("SELECT pg_advisory_lock(7)").execute(&mut holder).await.unwrap();
        let url = format!("/v1/items/import?on_error=skip&on_conflict={on_conflict}");
        let request = service.request(Method::POST, &url).header("authorization", &client.field);
        let request = request.header("content-type", "application/x-ndjson").body(lines.clone());
        let change = async {
            eventually("the import waits", async || service.database.number(WAITING).await == 1).await;
            let patch = json!({ "name": on_conflict });
            assert_eq!(admin.send(Method::PATCH, &path, &[], Some(&patch)).await.status, 200);
            sqlx::raw_sql("SELECT pg_advisory_unlock(7)").execute(&mut holder).await.unwrap();
        };
        let (reply, ()) = tokio::join!(Reply::of(request), change);
        assert_eq!((&reply.body["created"], &reply.body["failed"]), (&json!(1), &json!(1)), "{reply:?}");
        assert_eq!(reply.body["errors"][0]["code"], "insufficient_scope", "{on_conflict}");
    }
    assert_eq!(admin.get(&path).await.body["version"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_key_changes_meanwhile_stores_nothing() {
    let service = guarded().await;
    let admin = Client::new(&service, ALL).await;
    service.database.execute(WAIT).await;
    let changes = [
        (Method::DELETE, None, 401),
        (Method::PATCH, Some(json!({ "grants": ["read:*"] })), 503),
        (Method::PATCH, Some(json!({ "name": "Y" })), 200),
    ];
    for (method, body, status) in changes {
        let mut holder = service.database.connect().await;
        sqlx::raw_sql("SELECT pg_advisory_lock(7)").execute(&mut holder).await.unwrap();
        let client = Client::new(&service, "write:*").await;
        let request = service.request(Method::POST, "/v1/items/import");
        let request =
            request.header("authorization", &client.field).header("content-type", "application/x-ndjson");
        let change = async {
            eventually("the import waits", async || service.database.number(WAITING).await == 1).await;
            let path = format!("/v1/keys/{}", client.key.id());
            assert!(admin.send(method, &path, &[], body.as_ref()).await.status.is_success());
            sqlx::raw_sql("SELECT pg_advisory_unlock(7)").execute(&mut holder).await.unwrap();
        };
        let (reply, ()) = tokio::join!(Reply::of(request.body("{\"name\": \"X\"}\n")), change);
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(service.database.count_items().await, i64::from(status == 200));
    }
}
