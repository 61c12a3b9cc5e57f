//! The storage of idempotency keys: form, lifetime, scope, and requests that break off midway.

use std::time::Duration;

use curio::postgres::service::operations::idempotency_key;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{
    DatabaseOptions, Options,
    database::TestDatabase,
    eventually,
    process::Process,
    proxy::{CutAt, Mode, Proxy},
    service::{Reply, TestService, options, path},
};

async fn create(service: &TestService, key: &str, name: &str) -> Reply {
    let body = json!({ "name": name });
    service.send(Method::POST, "/v1/items", &[("idempotency-key", key)], Some(&body)).await
}

async fn keys(service: &TestService) -> i64 {
    service.database.number("SELECT count(*) FROM idempotency_keys").await
}

#[tokio::test]
async fn a_malformed_key_is_rejected_before_anything_is_written() {
    let service = TestService::start().await;
    for key in ["", "\"\"", "a b", "\"a", &"k".repeat(256)] {
        let faults = create(&service, key, "Lamp").await.is_problem(400, "malformed-request").faults();
        assert_eq!(faults, [("Idempotency-Key".into(), "idempotency_key".into())], "{key}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let reply = service.send(Method::POST, "/v1/items", &twice, Some(&json!({ "name": "Lamp" }))).await;
    reply.is_problem(400, "malformed-request");
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(create(&service, &"k".repeat(255), "Lamp").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_key_is_free_as_soon_as_its_response_arrives() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    create(&service, "used", "Lamp").await;
    for _ in 0..50 {
        let stale = [("idempotency-key", "k"), ("if-match", "\"9\"")];
        let reply = service.send(Method::PATCH, &item, &stale, Some(&json!({}))).await;
        reply.is_problem(412, "precondition-failed");
        create(&service, "used", "Other").await.is_problem(422, "validation-error");
        assert_eq!(create(&service, "used", "Lamp").await.header("idempotent-replayed"), Some("true"));
    }
}

#[tokio::test]
async fn a_key_expires_after_a_day() {
    let service = TestService::start().await;
    let first = create(&service, "k", "Lamp").await;
    let age = async |interval: &str| {
        let sql = format!("UPDATE idempotency_keys SET created_at = now() - interval '{interval}'");
        service.database.execute(&sql).await;
    };
    age("23 hours 59 minutes").await;
    assert_eq!(create(&service, "k", "Lamp").await.text, first.text);
    age("24 hours").await;
    let second = create(&service, "k", "Lamp").await;
    assert_eq!((second.status, second.header("idempotent-replayed")), (StatusCode::CREATED, None));
    assert_ne!(second.body["id"], first.body["id"]);
    assert_eq!(create(&service, "k", "Lamp").await.text, second.text, "the new response replaced it");
}

#[tokio::test]
async fn keys_of_different_clients_are_independent() {
    let proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let service = TestService::start_with(Options { trusted_proxies: proxies, ..options() }).await;
    let from = async |address: &str, name: &str| {
        let fields = [("idempotency-key", "k"), ("x-forwarded-for", address)];
        service.send(Method::POST, "/v1/items", &fields, Some(&json!({ "name": name }))).await
    };
    let (first, second) = (from("192.0.2.1", "a").await, from("192.0.2.2", "b").await);
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(from("192.0.2.1", "a").await.text, first.text);
}

#[tokio::test]
async fn sweeping_removes_expired_keys_in_batches_and_does_not_wait() {
    let database = TestDatabase::new().await;
    let keys = |age: &str, count: u32| {
        format!(
            "INSERT INTO idempotency_keys (id, fingerprint, response, created_at)
             SELECT sha256((random()::text || n)::bytea), sha256(''), '', now() - interval '{age}'
             FROM generate_series(1, {count}) n;"
        )
    };
    database.execute(&keys("25 hours", 25)).await;
    database.execute(&keys("23 hours", 5)).await;
    let mut holder = database.connect().await;
    let hold =
        "BEGIN; SELECT FROM idempotency_keys WHERE created_at < now() - interval '1 day' LIMIT 3 FOR UPDATE";
    sqlx::raw_sql(hold).execute(&mut holder).await.unwrap();
    let mut conn = database.connect().await;
    for swept in [10, 10, 2, 0] {
        assert_eq!(idempotency_key::sweep(&mut conn, 10).await.unwrap(), swept);
    }
    assert_eq!(database.number("SELECT count(*) FROM idempotency_keys").await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sweeps_after_its_start() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO idempotency_keys (id, fingerprint, response, created_at)
             SELECT sha256(n::text::bytea), sha256(''), '', now() - interval '2 days'
             FROM generate_series(1, 2500) n",
        )
        .await;
    let process = Process::serve(&database.url(), &[]).await;
    eventually("the keys are swept", async || !process.lines("idempotency_keys.swept").is_empty()).await;
    assert_eq!(process.lines("idempotency_keys.swept")[0]["keys"], 2500);
    assert_eq!(database.number("SELECT count(*) FROM idempotency_keys").await, 0);
}

/// A service whose connections to the database go through a proxy.
async fn behind_proxy() -> (TestService, Proxy) {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, ..database.options() };
    (TestService::on(database, pool, options()), proxy)
}

#[tokio::test]
async fn a_retry_after_any_lost_connection_makes_one_item() {
    let (service, proxy) = behind_proxy().await;
    // The first is batched with BEGIN.
    let statements = [
        "pg_try_advisory_xact_lock",
        "SELECT fingerprint",
        "INSERT INTO items",
        "INSERT INTO idempotency_keys",
        "COMMIT",
    ];
    let mut items = 0;
    for statement in statements {
        for at in [CutAt::Arrival, CutAt::Execution, CutAt::Response] {
            // On new connections the text of every statement is sent again.
            proxy.set(Mode::Cut);
            let rejected = service.get("/v1/items").await;
            assert!(rejected.status == StatusCode::SERVICE_UNAVAILABLE || items == 0, "{rejected:?}");
            proxy.set(Mode::Open);
            let key = format!("{statement}-{at:?}").replace(' ', "-");
            proxy.cut_at(statement, at);
            let cut = create(&service, &key, "Lamp").await;
            cut.is_problem(503, "unavailable");
            assert!(proxy.has_cut(), "{statement} was not sent");
            let mut reply = create(&service, &key, "Lamp").await;
            // The server may still be running the first request.
            eventually("the retry succeeds", async || {
                if reply.status != StatusCode::CREATED {
                    reply.is_problem(409, "conflict");
                    reply = create(&service, &key, "Lamp").await;
                }
                reply.status == StatusCode::CREATED
            })
            .await;
            items += 1;
            assert_eq!(service.database.count_items().await, items, "{statement} {at:?}");
            if (statement, at) == ("COMMIT", CutAt::Response) {
                assert_eq!(reply.header("idempotent-replayed"), Some("true"), "it was committed");
            }
            assert_eq!(create(&service, &key, "Lamp").await.text, reply.text);
        }
    }
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_client_that_lost_the_response_gets_it_by_a_retry() {
    let service = TestService::start().await;
    let body = json!({ "name": "Lamp" }).to_string();
    let request = format!(
        "POST /v1/items HTTP/1.1\r\nhost: x\r\nidempotency-key: lost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut client = TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    eventually("the item exists", async || service.database.count_items().await == 1).await;
    client.set_zero_linger().unwrap();
    drop(client);
    let again = create(&service, "lost", "Lamp").await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (StatusCode::CREATED, Some("true")));
    assert_eq!(service.database.count_items().await, 1);
}

#[tokio::test]
async fn a_backend_that_dies_before_the_commit_leaves_no_item_and_no_key() {
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE idempotency_keys IN EXCLUSIVE MODE").execute(&mut holder).await.unwrap();
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'idempotency_keys'::regclass";
    let terminate = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks
                     WHERE NOT granted AND relation = 'idempotency_keys'::regclass";
    let (reply, ()) = tokio::join!(create(&service, "k", "Lamp"), async {
        eventually("the key waits", async || service.database.number(waiting).await == 1).await;
        assert_eq!(service.database.number(terminate).await, 1);
    });
    reply.is_problem(503, "unavailable");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    assert_eq!((service.database.count_items().await, keys(&service).await), (0, 0));
    assert_eq!(create(&service, "k", "Lamp").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_keyed_request_that_lost_a_conflict_is_retried_whole() {
    let service = TestService::start().await;
    service
        .database
        .execute(
            "CREATE SEQUENCE losses;
             CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('losses') <= 2 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER lose BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION lose()",
        )
        .await;
    let reply = tokio::time::timeout(Duration::from_secs(10), create(&service, "k", "Lamp")).await.unwrap();
    assert_eq!((reply.status, &reply.body["version"]), (StatusCode::CREATED, &Value::from(1)));
    assert_eq!((service.database.count_items().await, keys(&service).await), (1, 1));
}
