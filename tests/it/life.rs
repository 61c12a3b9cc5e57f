//! The life of the process, seen from its sockets: start, file descriptors, shutdown.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    database::TestDatabase,
    eventually,
    process::{Process, curio, run},
    proxy::{Mode, Proxy},
    service::read_to_end,
};

async fn connect(process: &Process) -> TcpStream {
    TcpStream::connect(process.address.strip_prefix("http://").unwrap()).await.unwrap()
}

async fn ready(address: &str) -> (StatusCode, Value) {
    // A client of its own, because a kept connection says nothing about the listener.
    let reply = Client::new().get(format!("{address}/readyz")).send().await.unwrap();
    (reply.status(), reply.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_accepts_during_the_drain_delay_while_readyz_fails() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[("CURIO_DRAIN_DELAY", "1s")]).await;
    let start = Instant::now();
    process.signal("TERM");
    eventually("readyz fails", async || ready(&process.address).await.0 == StatusCode::SERVICE_UNAVAILABLE)
        .await;
    assert_eq!(ready(&process.address).await.1["checks"]["server"], "draining");
    let items = format!("{}/v1/items", process.address);
    let created = Client::new().post(&items).json(&json!({ "name": "Late" })).send().await.unwrap();
    assert_eq!(created.status(), StatusCode::CREATED);
    assert_eq!(created.headers()["connection"], "close", "the client moves to another connection");
    assert_eq!(process.end().await.code(), Some(0));
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_during_the_drain_delay_ends_the_process_at_once() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[("CURIO_DRAIN_DELAY", "10m")]).await;
    process.signal("TERM");
    eventually("it is stopping", async || !process.lines("serve.stopping").is_empty()).await;
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(143));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_without_a_whole_request_do_not_hold_the_exit() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[("CURIO_BODY_TIMEOUT", "10m")]).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut streams = Vec::new();
    for sent in [
        &b""[..],
        b"GET /v1/items HTTP/1.1\r\nhost: x\r\n",
        b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /",
        b"POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{",
        &preface[..10],
        &preface[..],
    ] {
        let mut stream = connect(&process).await;
        stream.write_all(sent).await.unwrap();
        streams.push(stream);
    }
    // The service has read what the others sent.
    assert_eq!(ready(&process.address).await.0, StatusCode::OK);
    let start = Instant::now();
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(streams);
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_respond_while_the_database_is_migrated() {
    let database = TestDatabase::empty().await;
    let mut holder = database.connect().await;
    sqlx::migrate::Migrate::lock(&mut holder).await.unwrap();
    let mut process = Process::spawn(&database.url(), &[("CURIO_MIGRATE_ON_START", "true")]);
    process.listens("serve.starting").await;
    let get =
        async |path: &str| Client::new().get(format!("{}{path}", process.address)).send().await.unwrap();
    assert_eq!(get("/livez").await.status(), StatusCode::OK);
    let (status, checks) = ready(&process.address).await;
    assert_eq!((status, &checks["checks"]["server"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("starting")));
    for path in ["/v1/items", "/docs/", "/nothing", "/metrics"] {
        let reply = get(path).await;
        assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(reply.headers().contains_key("retry-after"));
        assert_eq!(reply.json::<Value>().await.unwrap()["type"], "/problems/unavailable");
    }
    sqlx::migrate::Migrate::unlock(&mut holder).await.unwrap();
    eventually("it is ready", async || ready(&process.address).await.0 == StatusCode::OK).await;
    assert_eq!(get("/v1/items").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_has_an_address_of_its_own() {
    let database = TestDatabase::new().await;
    let process = Process::serve(&database.url(), &[("CURIO_ADMIN_BIND", "127.0.0.1:0")]).await;
    let line = &process.lines("serve.starting")[0];
    let admin = format!("http://{}", line["admin_address"].as_str().unwrap());
    for (address, path, status) in [
        (&process.address, "/livez", 200),
        (&process.address, "/readyz", 200),
        (&process.address, "/metrics", 404),
        (&process.address, "/v1/items", 200),
        (&admin, "/livez", 200),
        (&admin, "/readyz", 200),
        (&admin, "/metrics", 200),
        (&admin, "/v1/items", 404),
        (&admin, "/problems/not-found", 200),
        (&admin, "/docs/", 404),
    ] {
        let reply = reqwest::get(format!("{address}{path}")).await.unwrap();
        assert_eq!(reply.status().as_u16(), status, "{address}{path}");
    }
    let mut stream = TcpStream::connect(admin.trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut stream).await.starts_with("HTTP/1.1 204 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_loopback_without_keys_other_hosts_are_served_by_the_admin_address_only() {
    let database = TestDatabase::new().await;
    let process = Process::serve(&database.url(), &[("CURIO_ADMIN_BIND", "127.0.0.1:0")]).await;
    let line = &process.lines("serve.starting")[0];
    let admin = format!("http://{}", line["admin_address"].as_str().unwrap());
    for (address, path, host, status) in [
        (&process.address, "/v1/items", "evil.example", 421),
        (&process.address, "/v1/items", "localhost:8080", 200),
        (&process.address, "/livez", "evil.example", 200),
        (&admin, "/metrics", "evil.example", 200),
    ] {
        let request = Client::new().get(format!("{address}{path}")).header("host", host);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{host} {address}{path}");
    }
    let guarded = Process::serve(&database.url(), &[("CURIO_AUTH", "required")]).await;
    let request = Client::new().get(format!("{}/v1/items", guarded.address)).header("host", "evil.example");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_document_can_be_for_the_admin_alone() {
    let database = TestDatabase::new().await;
    let settings = [("CURIO_ADMIN_BIND", "127.0.0.1:0"), ("CURIO_DOCS", "admin")];
    let process = Process::serve(&database.url(), &settings).await;
    let line = &process.lines("serve.starting")[0];
    let admin = format!("http://{}", line["admin_address"].as_str().unwrap());
    for (address, path, status) in [
        (&process.address, "/docs/", 404),
        (&process.address, "/", 404),
        (&process.address, "/openapi.json", 200),
        (&admin, "/docs/", 200),
        (&admin, "/", 200),
        (&admin, "/openapi.json", 200),
        (&admin, "/v1/items", 404),
    ] {
        let reply = reqwest::get(format!("{address}{path}")).await.unwrap();
        assert_eq!(reply.status().as_u16(), status, "{address}{path}");
    }
    let catalog = reqwest::get(format!("{}/.well-known/api-catalog", process.address)).await.unwrap();
    let catalog: Value = catalog.json().await.unwrap();
    assert_eq!(catalog["linkset"][0].get("service-doc"), None, "{catalog}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_few_file_descriptors_probes_still_respond() {
    let database = TestDatabase::new().await;
    let process = Process::serve_limited("-n 200", &database.url()).await;
    let limited = process.lines("serve.connections_limited");
    let connections = limited[0]["connections"].as_u64().unwrap();
    assert!((1..200).contains(&connections), "{limited:?}");
    // Many more than there are descriptors.
    let mut silent = Vec::new();
    for _ in 0..connections + 300 {
        silent.push(connect(&process).await);
    }
    eventually("no room is left for requests", async || {
        let reply = Client::new().get(format!("{}/v1/items", process.address)).send().await.unwrap();
        reply.status() == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    for path in ["/livez", "/readyz"] {
        let reply = Client::new().get(format!("{}{path}", process.address)).send().await.unwrap();
        assert_eq!(reply.status(), StatusCode::OK, "{path}");
    }
    assert_eq!(process.lines("connection.not_accepted"), [] as [Value; 0]);
    drop(silent);
    eventually("there is room again", async || {
        let reply = Client::new().get(format!("{}/v1/items", process.address)).send().await.unwrap();
        reply.status() == StatusCode::OK
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_connections_is_a_setting() {
    let database = TestDatabase::new().await;
    let process = Process::serve(&database.url(), &[("CURIO_MAX_CONNECTIONS", "1")]).await;
    let _silent = connect(&process).await;
    for (path, status) in [("/v1/items", StatusCode::SERVICE_UNAVAILABLE), ("/livez", StatusCode::OK)] {
        let reply = Client::new().get(format!("{}{path}", process.address)).send().await.unwrap();
        assert_eq!(reply.status(), status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_above_the_limit_of_files_does_not_end_the_process() {
    let database = TestDatabase::new().await;
    let process = Process::serve_limited("-f 100", &database.url()).await;
    let import = Client::new().post(format!("{}/v1/items/import", process.address));
    let import = import.header("content-type", "application/x-ndjson").body("\n".repeat(1_000_000));
    assert_eq!(import.send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready(&process.address).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_cannot_store_every_character_is_rejected() {
    let database = TestDatabase::create("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'").await;
    for arguments in [&["serve", "--migrate-on-start"][..], &["export"]] {
        let mut command = curio(arguments);
        command.env("DATABASE_URL", database.url());
        let (code, _, error) = run(command).await;
        assert!(code == Some(1) && error.contains("ENCODING 'UTF8'"), "{error}");
    }
}

#[tokio::test]
async fn slow_statements_of_commands_are_not_logged() {
    let database = TestDatabase::new().await;
    let mut holder = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE _sqlx_migrations").execute(&mut holder).await.unwrap();
    let mut command = curio(&["keys", "list"]);
    command.env("DATABASE_URL", database.url());
    let hold = sqlx::raw_sql("SELECT pg_sleep(1.2); COMMIT").execute(&mut holder);
    let ((code, _, log), held) = tokio::join!(run(command), hold);
    assert!(held.is_ok() && code == Some(0) && !log.contains("SELECT"), "{log}");
}

#[tokio::test]
async fn a_key_that_cannot_be_printed_is_not_created() {
    let database = TestDatabase::new().await;
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let (_, unread) = std::io::pipe().unwrap();
    for output in [Stdio::from(full), unread.into()] {
        let mut command = curio(&["keys", "create", "--name", "x", "--grant", "read:*"]);
        command.env("DATABASE_URL", database.url()).stdout(output);
        assert_eq!(command.status().await.unwrap().code(), Some(1));
        assert_eq!(database.number("SELECT count(*) FROM api_keys").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locale_of_ascii_is_logged() {
    for (locale, expected) in [
        ("LOCALE 'C'", "serve.case_matters"),
        ("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'", "serve.punctuation_matters"),
        ("LOCALE 'C.UTF-8'", "none"),
    ] {
        let database = TestDatabase::create(&format!("TEMPLATE template0 ENCODING 'UTF8' {locale}")).await;
        let process = Process::serve(&database.url(), &[("CURIO_MIGRATE_ON_START", "true")]).await;
        let log = process.log();
        let warnings: Vec<_> = log.iter().filter_map(|line| line["message"].as_str()).collect();
        let has_any = warnings.iter().any(|message| message.ends_with("_matters"));
        assert_eq!(
            (has_any, warnings.contains(&expected)),
            (expected != "none", expected != "none"),
            "{locale}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_file_descriptors_are_explained() {
    let mut command = tokio::process::Command::new("bash");
    command.args(["-c", "ulimit -n 50; exec \"$0\" serve --bind 127.0.0.1:0", env!("CARGO_BIN_EXE_curio")]);
    command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").current_dir(std::env::temp_dir());
    let (code, _, error) = run(command).await;
    assert!(code == Some(1) && error.contains("limit of 50 open files"), "{error}");
}

/// h2 warns of unsolicited acknowledgements, with their content.
#[tokio::test(flavor = "multi_thread")]
async fn the_frames_of_http2_clients_are_not_logged() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[]).await;
    let mut stream = connect(&process).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"\0\0\x08\x06\x01\0\0\0\0tell-all").await.unwrap();
    }
    stream.shutdown().await.unwrap();
    // The service closes the connection after it has read everything.
    let _ = stream.read_to_end(&mut Vec::new()).await;
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(0));
    let lines = process.log();
    assert!(!lines.is_empty() && !lines.iter().any(|line| line.to_string().contains("h2::")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_silent_does_not_hold_up_the_stop() {
    let database = TestDatabase::new().await;
    let target = database.connect_options();
    let proxy = Proxy::to(target.get_host(), target.get_port()).await;
    let mut url = url::Url::parse(&database.url()).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(proxy.address.port())).unwrap();
    let mut process = Process::serve(url.as_str(), &[]).await;
    // The indexer waits for a response when the network goes.
    let mut operator = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE collection_indexes").execute(&mut operator).await.unwrap();
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE relation = 'collection_indexes'::regclass AND NOT granted";
    eventually("the indexer waits", async || database.number(waiting).await > 0).await;
    proxy.set(Mode::Hold);
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(0));
    assert_eq!(process.lines("serve.stopped").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_silent_ends_the_start() {
    let database = TestDatabase::new().await;
    let mut operator = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE _sqlx_migrations").execute(&mut operator).await.unwrap();
    let mut process = Process::spawn(&database.url(), &[("CURIO_MIGRATE_ON_START", "true")]);
    assert_eq!(process.end().await.code(), Some(1));
}
