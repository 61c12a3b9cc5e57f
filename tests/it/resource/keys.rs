//! Idempotency-Key: asking again does nothing again, whatever became of the first answer.

use std::time::Duration;

use curio::postgres::{database::DatabaseOptions, service::operations::idempotency_key};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{
    database::TestDatabase,
    eventually,
    log::Log,
    process::Process,
    proxy::{Mode, Moment, Proxy},
    service::{Answer, TestService, options, path},
};

async fn create(service: &TestService, key: &str, name: &str) -> Answer {
    let body = json!({ "name": name });
    service.send(Method::POST, "/v1/items", &[("idempotency-key", key)], Some(&body)).await
}

async fn keys(service: &TestService) -> i64 {
    service.database.number("SELECT count(*) FROM idempotency_keys").await
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_does_nothing() {
    let log = Log::capture();
    let service = TestService::start().await;
    let first = create(&service, "\"8e03978e\"", "Lamp").await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (StatusCode::CREATED, None), "{first:?}");
    for key in ["\"8e03978e\"", "8e03978e"] {
        let again = create(&service, key, "Lamp").await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        for name in ["location", "etag", "content-type", "vary"] {
            assert_eq!(again.headers.get(name), first.headers.get(name), "{name}");
        }
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    assert_eq!(service.database.count_items().await, 1);
    assert_eq!(log.lines("item.created").len(), 1);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_patch_with_a_key_is_done_once_although_its_condition_fails_afterwards() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let fields = [("idempotency-key", "k"), ("if-match", "\"1\"")];
    for replayed in [None, Some("true")] {
        let answer = service.send(Method::PATCH, &item, &fields, Some(&json!({ "name": "x" }))).await;
        assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, Some("\"2\"")), "{answer:?}");
        assert_eq!(answer.header("idempotent-replayed"), replayed);
    }
    let minimal = [("idempotency-key", "m"), ("prefer", "return=minimal")];
    for _ in 0..2 {
        let answer = service.send(Method::PATCH, &item, &minimal, Some(&json!({}))).await;
        assert_eq!((answer.status, answer.header("etag")), (StatusCode::NO_CONTENT, Some("\"3\"")));
        assert_eq!(answer.header("preference-applied"), Some("return=minimal"));
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let service = TestService::start().await;
    let item = path(&create(&service, "k", "Lamp").await.body);
    let body = json!({ "name": "Lamp" });
    let key = ("idempotency-key", "k");
    for (method, address, fields, body) in [
        (Method::POST, "/v1/items", &[key][..], &json!({ "name": "Other" })),
        (Method::POST, "/v1/items", &[key, ("content-type", "application/json; charset=utf-8")], &body),
        (Method::POST, "/v1/items?", &[key], &body),
        (Method::PATCH, &item, &[key], &body),
    ] {
        let answer = service.send(method, address, fields, Some(body)).await;
        let faults = answer.is_problem(422, "validation-error").faults();
        assert_eq!(faults, [("Idempotency-Key".into(), "key_reused".into())]);
    }
    // Methods that are idempotent by themselves have no need of one.
    assert_eq!(service.send(Method::PUT, &item, &[key], Some(&body)).await.status, StatusCode::OK);
    assert_eq!(service.send(Method::DELETE, &item, &[key], None).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_before_anything_is_done() {
    let service = TestService::start().await;
    for key in ["", "\"\"", "a b", "\"a", &"k".repeat(256)] {
        let faults = create(&service, key, "Lamp").await.is_problem(400, "malformed-request").faults();
        assert_eq!(faults, [("Idempotency-Key".into(), "idempotency_key".into())], "{key}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = service.send(Method::POST, "/v1/items", &twice, Some(&json!({ "name": "Lamp" }))).await;
    answer.is_problem(400, "malformed-request");
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(create(&service, &"k".repeat(255), "Lamp").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_request_that_failed_keeps_nothing_and_its_key_can_be_used_again() {
    let service = TestService::start().await;
    create(&service, "k", "").await.is_problem(422, "validation-error");
    service.database.execute("ALTER TABLE items RENAME TO gone").await;
    create(&service, "k", "Lamp").await.is_problem(500, "internal-error");
    service.database.execute("ALTER TABLE gone RENAME TO items").await;
    assert_eq!(keys(&service).await, 0);
    assert_eq!(create(&service, "k", "Lamp").await.status, StatusCode::CREATED);

    // And where the key cannot be kept, the item is not there either.
    service.database.execute("ALTER TABLE idempotency_keys DROP COLUMN answer").await;
    let item = json!({ "name": "Other" });
    let answer = service
        .send(Method::POST, "/v1/items?validate_only=false", &[("idempotency-key", "l")], Some(&item))
        .await;
    answer.is_problem(500, "internal-error");
    assert_eq!(service.database.count_items().await, 1);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn whoever_gets_an_answer_finds_its_key_free() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    create(&service, "used", "Lamp").await;
    for _ in 0..50 {
        let stale = [("idempotency-key", "k"), ("if-match", "\"9\"")];
        let answer = service.send(Method::PATCH, &item, &stale, Some(&json!({}))).await;
        answer.is_problem(412, "precondition-failed");
        create(&service, "used", "Other").await.is_problem(422, "validation-error");
        assert_eq!(create(&service, "used", "Lamp").await.header("idempotent-replayed"), Some("true"));
    }
}

#[tokio::test]
async fn a_key_that_is_a_day_old_is_forgotten() {
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
    assert_eq!(create(&service, "k", "Lamp").await.text, second.text, "the new answer took its place");
}

#[tokio::test]
async fn keys_of_different_clients_do_not_meet() {
    let proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let service =
        TestService::start_with(curio::http::Options { trusted_proxies: proxies, ..options() }).await;
    let from = async |address: &str, name: &str| {
        let fields = [("idempotency-key", "k"), ("x-forwarded-for", address)];
        service.send(Method::POST, "/v1/items", &fields, Some(&json!({ "name": name }))).await
    };
    let (first, second) = (from("192.0.2.1", "a").await, from("192.0.2.2", "b").await);
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(from("192.0.2.1", "a").await.text, first.text);
}

#[tokio::test]
async fn sweeping_removes_old_keys_in_portions_and_waits_for_nobody() {
    let database = TestDatabase::new().await;
    let keys = |age: &str, count: u32| {
        format!(
            "INSERT INTO idempotency_keys (id, fingerprint, answer, created_at)
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
async fn a_service_sweeps_from_its_start() {
    let database = TestDatabase::new().await;
    database
        .execute(
            "INSERT INTO idempotency_keys (id, fingerprint, answer, created_at)
             SELECT sha256(n::text::bytea), sha256(''), '', now() - interval '2 days'
             FROM generate_series(1, 2500) n",
        )
        .await;
    let process = Process::serve(&database.url(), &[]).await;
    eventually("the keys are swept", async || !process.lines("idempotency_keys.swept").is_empty()).await;
    assert_eq!(process.lines("idempotency_keys.swept")[0]["keys"], 2500);
    assert_eq!(database.number("SELECT count(*) FROM idempotency_keys").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_creates_at_once_make_one_item() {
    let service = TestService::start().await;
    for round in 0..10 {
        let key = format!("round-{round}");
        let answers: Vec<Answer> = join_all((0..20).map(|_| create(&service, &key, "Lamp"))).await;
        let (done, busy): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == StatusCode::CREATED);
        assert!(done.iter().all(|answer| answer.text == done[0].text) && !done.is_empty(), "{answers:?}");
        for answer in busy {
            assert_eq!(answer.is_problem(409, "conflict").header("retry-after"), Some("1"));
        }
        assert_eq!(service.database.count_items().await, round + 1);
    }
    service.pool_is_clean().await;
}

/// A service whose connections to the database go through a proxy.
async fn behind_proxy() -> (TestService, Proxy) {
    let database = TestDatabase::new().await;
    let target = database.connect_options();
    let proxy = Proxy::to(target.get_host(), target.get_port()).await;
    let connect = target.host("127.0.0.1").port(proxy.address.port());
    let pool = DatabaseOptions { connect, ..database.options() };
    (TestService::on(database, pool, options()), proxy)
}

#[tokio::test]
async fn a_retry_after_any_cut_makes_one_item() {
    let (service, proxy) = behind_proxy().await;
    // The second is sent with BEGIN, the last with COMMIT.
    let statements =
        ["PREPARE curio_lock_key", "EXECUTE curio_lock_key", "INSERT INTO items", "EXECUTE curio_add_answer"];
    let mut items = 0;
    for statement in statements {
        for moment in [Moment::Before, Moment::Sent, Moment::Answered] {
            // New connections, so that the text of every statement is sent once more.
            proxy.set(Mode::Cut);
            let refused = service.get("/v1/items").await;
            assert!(refused.status == StatusCode::SERVICE_UNAVAILABLE || items == 0, "{refused:?}");
            proxy.set(Mode::Open);
            let key = format!("{statement}-{moment:?}").replace(' ', "-");
            proxy.cut_at(statement, moment);
            let cut = create(&service, &key, "Lamp").await;
            cut.is_problem(503, "unavailable");
            assert!(proxy.has_cut(), "{statement} was not sent");
            let mut answer = create(&service, &key, "Lamp").await;
            // The server may still be at the first request.
            eventually("the retry is answered", async || {
                if answer.status != StatusCode::CREATED {
                    answer.is_problem(409, "conflict");
                    answer = create(&service, &key, "Lamp").await;
                }
                answer.status == StatusCode::CREATED
            })
            .await;
            items += 1;
            assert_eq!(service.database.count_items().await, items, "{statement} {moment:?}");
            if (statement, moment) == ("EXECUTE curio_add_answer", Moment::Answered) {
                assert_eq!(answer.header("idempotent-replayed"), Some("true"), "it was committed");
            }
            assert_eq!(create(&service, &key, "Lamp").await.text, answer.text);
        }
    }
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_client_that_lost_the_answer_gets_it_again() {
    let service = TestService::start().await;
    let body = json!({ "name": "Lamp" }).to_string();
    let request = format!(
        "POST /v1/items HTTP/1.1\r\nhost: x\r\nidempotency-key: lost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut client = TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    eventually("the item is there", async || service.database.count_items().await == 1).await;
    client.set_zero_linger().unwrap();
    drop(client);
    let again = create(&service, "lost", "Lamp").await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (StatusCode::CREATED, Some("true")));
    assert_eq!(service.database.count_items().await, 1);
}

#[tokio::test]
async fn a_backend_that_dies_before_the_commit_leaves_neither_item_nor_key() {
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE idempotency_keys IN EXCLUSIVE MODE").execute(&mut holder).await.unwrap();
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'idempotency_keys'::regclass";
    let terminate = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks
                     WHERE NOT granted AND relation = 'idempotency_keys'::regclass";
    let (answer, ()) = tokio::join!(create(&service, "k", "Lamp"), async {
        eventually("the key waits", async || service.database.number(waiting).await == 1).await;
        assert_eq!(service.database.number(terminate).await, 1);
    });
    answer.is_problem(503, "unavailable");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    assert_eq!((service.database.count_items().await, keys(&service).await), (0, 0));
    assert_eq!(create(&service, "k", "Lamp").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_keyed_request_that_lost_is_run_again_whole() {
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
    let answer = tokio::time::timeout(Duration::from_secs(10), create(&service, "k", "Lamp")).await.unwrap();
    assert_eq!((answer.status, &answer.body["version"]), (StatusCode::CREATED, &Value::from(1)));
    assert_eq!((service.database.count_items().await, keys(&service).await), (1, 1));
}
