//! Faults from outside: a database that restarts or drops connections, clients that disconnect.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    locks::small_service,
    support::{
        DatabaseOptions, Options,
        database::TestDatabase,
        eventually,
        log::Log,
        proxy::{Mode, Proxy},
        service::{Reply, TestService, options, path},
    },
};

/// How long the service may take to recover. Tests allow twice as much, for a busy machine.
const RECOVERY: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_statement_that_takes_too_long_is_rejected_with_503() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions { statement_timeout: Duration::from_secs(1), ..database.options() };
    let service = TestService::on(database, pool, options());
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
                CREATE TRIGGER slow BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION slow()";
    service.database.execute(slow).await;
    service.post("/v1/items", &json!({ "name": "Lamp" })).await.is_problem(503, "unavailable");
    service.database.execute("DROP TRIGGER slow ON items").await;
    service.create("Lamp").await;
    service.pool_is_clean().await;
}

/// A commit that waits for a standby does not, either.
#[tokio::test]
async fn statements_that_do_not_notice_that_their_client_has_left_are_ended() {
    let database = TestDatabase::new().await;
    let pool = database.options();
    let most = i64::try_from(pool.max_connections).unwrap();
    let options = Options { request_timeout: Duration::from_millis(300), ..options() };
    let service = TestService::on(database, pool, options);
    let slow =
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql SET client_connection_check_interval = 0
                    AS $$ BEGIN PERFORM pg_sleep(9); RETURN NEW; END $$;
                CREATE TRIGGER slow BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION slow()";
    service.database.execute(slow).await;
    let processes = "SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name = 'curio'";
    for _ in 0..3 {
        let item = json!({ "name": "Lamp" });
        let created = (0..4).map(|_| service.post("/v1/items", &item));
        for reply in join_all(created).await {
            reply.is_problem(503, "unavailable");
        }
        assert!(service.database.number(processes).await <= most + 1, "one more ends others");
    }
    let asleep = format!("{processes} AND wait_event = 'PgSleep'");
    eventually("all are ended", async || service.database.number(&asleep).await == 0).await;
}

#[tokio::test]
async fn terminated_backends_are_replaced() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    for _ in 0..5 {
        assert!(service.database.terminate_connections().await > 0);
        // The terminated connection may fail one request, and none after it.
        let first = service.get(&path).await;
        if first.status != StatusCode::OK {
            first.is_problem(503, "unavailable");
        }
        eventually("responds again", async || service.get(&path).await.status == StatusCode::OK).await;
    }
    service.create("Other").await;
    service.pool_is_clean().await;
}

#[tokio::test]
async fn readyz_replaces_a_connection_that_the_server_closed() {
    let service = TestService::start().await;
    for _ in 0..2 {
        assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
        assert!(service.database.terminate_connections().await > 0);
        // A result is reused for a second.
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_migration_that_alters_a_column_fails_no_write_and_few_reads() {
    let service = TestService::start().await;
    service.open_all_connections(3).await;
    let item = path(&service.create("Lamp").await);
    for width in [300, 400] {
        // Every connection has prepared the statements.
        let all = (0..6).map(|_| service.get(&item));
        futures_util::future::join_all(all).await;
        let alter = format!("ALTER TABLE items ALTER COLUMN status TYPE varchar({width})");
        service.database.execute(&alter).await;
        let written = service.patch(&item, &json!({ "attributes": { "width": width } })).await;
        assert_eq!(written.status, StatusCode::OK, "{written:?}");
        service.create("Other").await;
        // A read is not run again; the one that fails has all connections replaced.
        let failed = service.get(&item).await.status != StatusCode::OK;
        assert!(!failed || service.get(&item).await.status == StatusCode::OK);
    }
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_unreachable_database_is_503_until_it_is_reachable_again() {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, ..database.options() };
    let service = TestService::on(database, pool, options());
    let path = path(&service.create("Lamp").await);

    proxy.set(Mode::Cut);
    for _ in 0..3 {
        let reply = service.get(&path).await;
        assert_eq!(reply.is_problem(503, "unavailable").header("retry-after"), Some("1"));
        service.post("/v1/items", &json!({ "name": "x" })).await.is_problem(503, "unavailable");
    }
    eventually("readyz sees it", async || {
        service.get("/readyz").await.status == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    assert_eq!(service.get("/livez").await.status, StatusCode::OK);
    proxy.set(Mode::Open);
    assert_eq!(service.get(&path).await.status, StatusCode::OK);
    service.create("Other").await;
}

#[tokio::test]
async fn a_wrong_search_path_is_not_used_after_it_was_corrected() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let set = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = nowhere', current_database()); END $$";
    service.database.execute(set).await;
    service.database.terminate_connections().await;
    eventually("no table is found", async || service.get(&item).await.status == 500).await;
    service.open_all_connections(4).await;
    service.database.execute(&set.replace("SET search_path = nowhere", "RESET search_path")).await;
    let first = service.get(&item).await.status;
    assert!(first == 500 || first == 200);
    for _ in 0..8 {
        assert_eq!(service.get(&item).await.status, StatusCode::OK);
        service.create("Lamp").await;
    }
}

#[tokio::test]
async fn a_database_that_was_read_only_is_written_again_at_once() {
    let service = TestService::start().await;
    let path = path(&service.create("Lamp").await);
    let mut operator = service.database.connect().await;
    let set = async |operator: &mut PgConnection, clause: &str, value: &str| {
        let database = service.database.connect_options();
        let name = database.get_database().unwrap();
        let alter = format!("ALTER DATABASE {name} {clause} default_transaction_read_only{value}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(alter)).execute(operator).await.unwrap();
    };
    set(&mut operator, "SET", " = on").await;
    service.database.terminate_connections().await;
    eventually("reads are served", async || service.get(&path).await.status == StatusCode::OK).await;
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.body["checks"]["database"], "read-only");
    service.post("/v1/items", &json!({ "name": "x" })).await.is_problem(503, "unavailable");

    // Every connection is read-only when the database is writable again.
    service.open_all_connections(4).await;
    set(&mut operator, "RESET", "").await;
    service.post("/v1/items", &json!({ "name": "x" })).await.is_problem(503, "unavailable");
    let all = futures_util::future::join_all((0..4).map(|_| service.create("Other"))).await;
    assert_eq!(all.len(), 4);
    eventually("readyz sees it", async || service.get("/readyz").await.status == StatusCode::OK).await;
    assert_eq!(service.database.count_items().await, 5);
}

/// A PostgreSQL server that this test alone uses.
struct Server {
    script: String,
    folder: tempfile::TempDir,
}

impl Server {
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.script);
        command.args(arguments).env("CURIO_POSTGRES_STATE", self.folder.path()).env_remove("DATABASE_URL");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.run(&["stop", "test"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_recovers_from_a_restart_of_postgresql_in_time() {
    let server = Server {
        script: concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres").into(),
        folder: tempfile::tempdir().unwrap(),
    };
    let url = server.run(&["start", "test"]);
    let process = crate::support::process::Process::serve(&url, &[("CURIO_MIGRATE_ON_START", "true")]).await;
    let client = reqwest::Client::new();
    let create = async || {
        let request = client.post(format!("{}/v1/items", process.address)).json(&json!({ "name": "Lamp" }));
        Reply::of(request).await
    };
    // The restart breaks several connections of the pool.
    for reply in futures_util::future::join_all((0..8).map(|_| create())).await {
        assert_eq!(reply.status, StatusCode::CREATED);
    }
    server.run(&["stop", "test"]);
    create().await.is_problem(503, "unavailable");
    assert_eq!(server.run(&["start", "test"]), url, "the server came back where it was");
    let start = Instant::now();
    eventually("creates again", async || create().await.status == StatusCode::CREATED).await;
    assert!(start.elapsed() < 2 * RECOVERY, "{:?}", start.elapsed());
    for reply in futures_util::future::join_all((0..8).map(|_| create())).await {
        assert_eq!(reply.status, StatusCode::CREATED, "no broken connection is left: {reply:?}");
    }
}

#[tokio::test]
async fn a_client_that_disconnects_midway_leaves_nothing() {
    let log = Log::capture();
    let service = TestService::start().await;
    let body = r#"{"name":"Lamp"}"#;
    let request = format!(
        "POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for left in 0..5 {
        let mut holder = service.database.connect().await;
        sqlx::raw_sql("BEGIN; LOCK TABLE items IN SHARE MODE").execute(&mut holder).await.unwrap();
        let mut client = TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap();
        client.write_all(request.as_bytes()).await.unwrap();
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
        eventually("the insert waits", async || service.database.number(waiting).await == 1).await;
        drop(client);
        // The request is dropped with its connection; only then may the insert continue.
        eventually("the request is gone", async || log.lines("request.abandoned").len() == left + 1).await;
        holder.close().await.unwrap();
        service.pool_is_clean().await;
    }
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(log.lines("item.created"), [] as [Value; 0], "{}", log.text());
    service.create("Lamp").await;
}

#[tokio::test]
async fn the_statements_of_clients_that_left_are_ended() {
    let service = small_service(4, Duration::from_secs(9)).await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
    let mut clients = Vec::new();
    for _ in 0..4 {
        let mut client = TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap();
        let path = "/v1/items/00000000-0000-4000-8000-000000000000";
        client.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
        client.set_zero_linger().unwrap();
        clients.push(client);
    }
    eventually("all statements wait", async || service.database.number(waiting).await == 4).await;
    drop(clients);
    let start = Instant::now();
    eventually("no statement waits", async || service.database.number(waiting).await == 0).await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
    holder.close().await.unwrap();
    assert_eq!(service.get("/v1/items").await.status, StatusCode::OK);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_connection_reset_in_the_middle_of_a_response_affects_no_other_client() {
    let service = TestService::start().await;
    let large = json!({ "name": "Lamp", "attributes": { "text": "x".repeat(60_000) } });
    for _ in 0..100 {
        assert_eq!(service.post("/v1/items", &large).await.status, StatusCode::CREATED);
    }
    for _ in 0..10 {
        let mut client = TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap();
        client.write_all(b"GET /v1/items?limit=200 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut some = [0; 1000];
        client.read_exact(&mut some).await.unwrap();
        assert!(some.starts_with(b"HTTP/1.1 200 OK"));
        // Closing with unread data sends a reset.
        client.set_zero_linger().unwrap();
        drop(client);
    }
    let whole = Reply::of(service.request(Method::GET, "/v1/items?limit=50")).await;
    assert_eq!(whole.body["data"].as_array().unwrap().len(), 50);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_rejected_with_503_and_rolled_back() {
    let mut options = options();
    options.request_timeout = Duration::from_millis(300);
    let service = TestService::start_with(options).await;
    service
        .database
        .execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;
             CREATE TRIGGER slow BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION slow()",
        )
        .await;
    let reply = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
    assert_eq!(reply.is_problem(503, "unavailable").header("retry-after"), Some("1"));
    service.pool_is_clean().await;
    assert_eq!(service.database.count_items().await, 0);
}

#[tokio::test]
async fn probes_query_the_database_once_a_second_at_most() {
    let database = TestDatabase::new().await;
    let pool = database.options();
    let target = &pool.connect;
    let proxy = Proxy::to(target.get_host(), target.get_port()).await;
    let connect = target.clone().host("127.0.0.1").port(proxy.address.port());
    let service = TestService::on(database, DatabaseOptions { connect, ..pool }, options());
    assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
    let (start, before) = (Instant::now(), proxy.round_trips());
    for _ in 0..100 {
        assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
    }
    let seconds = usize::try_from(start.elapsed().as_secs()).unwrap();
    // A statement takes two at most.
    let (trips, most) = (proxy.round_trips() - before, 2 * (1 + seconds));
    assert!(trips <= most, "{trips} instead of {most}");
}
