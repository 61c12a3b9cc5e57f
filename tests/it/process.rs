//! The service as an operator runs it: settings, signals, and the data after a kill.

use std::{
    io::ErrorKind,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{
    database::TestDatabase,
    eventually,
    process::{Process, curio, run},
};

/// Time-outs that no test reaches, even on a busy machine.
const PATIENT: [(&str, &str); 3] =
    [("CURIO_LOCK_TIMEOUT", "50s"), ("CURIO_STATEMENT_TIMEOUT", "55s"), ("CURIO_REQUEST_TIMEOUT", "60s")];

/// Clients that create items until `end` or until the service is gone, and collect the acknowledged
/// ids.
struct Load {
    clients: JoinSet<Vec<String>>,
    acknowledged: Arc<std::sync::atomic::AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Load {
    fn on(address: &str) -> Self {
        let acknowledged = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for _ in 0..8 {
            clients.spawn(create(
                format!("{address}/v1/items"),
                Arc::clone(&acknowledged),
                Arc::clone(&stop),
            ));
        }
        Self { clients, acknowledged, stop }
    }

    async fn is_under_way(&self) {
        eventually("the load is under way", async || self.acknowledged.load(Ordering::Relaxed) > 100).await;
    }

    async fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.clients.join_all().await.into_iter().flatten().collect()
    }
}

async fn create(
    url: String,
    acknowledged: Arc<std::sync::atomic::AtomicUsize>,
    stop: Arc<AtomicBool>,
) -> Vec<String> {
    let client = Client::new();
    let mut ids = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let Ok(response) = client.post(&url).json(&json!({ "name": "Lamp" })).send().await else { break };
        let status = response.status();
        let Ok(body) = response.json::<Value>().await else { break };
        assert_eq!(status, StatusCode::CREATED, "{body}");
        ids.push(body["id"].as_str().unwrap().to_owned());
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    ids
}

async fn all_are_there(database: &TestDatabase, acknowledged: &[String]) {
    let found: i64 = sqlx::query_scalar("SELECT count(*) FROM items WHERE id::text = ANY($1)")
        .bind(acknowledged)
        .fetch_one(&mut database.connect().await)
        .await
        .unwrap();
    assert_eq!(usize::try_from(found).unwrap(), acknowledged.len(), "every acknowledged item is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_under_load_loses_no_acknowledged_item_and_no_line() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[]).await;
    let load = Load::on(&process.address);
    load.is_under_way().await;
    process.signal("TERM");
    let status = process.end().await;
    let acknowledged = load.end().await;
    assert_eq!(status.code(), Some(0));
    all_are_there(&database, &acknowledged).await;
    let logged = process.lines("item.created");
    assert_eq!(logged.len(), usize::try_from(database.count_items().await).unwrap(), "one line an item");
    assert_eq!(process.lines("serve.stopped").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_under_load_loses_no_acknowledged_item() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[]).await;
    let load = Load::on(&process.address);
    load.is_under_way().await;
    process.signal("KILL");
    process.end().await;
    let acknowledged = load.end().await;
    all_are_there(&database, &acknowledged).await;
    // The next start finds a database that it can serve.
    let next = Process::serve(&database.url(), &[]).await;
    let list = reqwest::get(format!("{}/v1/items", next.address)).await.unwrap();
    assert_eq!(list.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_the_running_request_finish_and_admits_no_new_one() {
    let database = TestDatabase::new().await;
    // The quota tells this process from one of another test that gets the same port after it.
    let mut process =
        Process::serve(&database.url(), &[&PATIENT[..], &[("CURIO_RATE_LIMIT", "987654/60s")]].concat())
            .await;
    let document = format!("{}/openapi.json", process.address);
    let mut holder = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let url = format!("{}/v1/items", process.address);
    let client = Client::new();
    let running = tokio::spawn({
        let request = client.post(&url).json(&json!({ "name": "Lamp" }));
        async move { request.send().await.unwrap().status() }
    });
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
    eventually("the insert waits", async || database.number(waiting).await == 1).await;
    process.signal("TERM");
    eventually("no new connection is taken", async || match Client::new().get(&document).send().await {
        Err(_) => true,
        Ok(reply) => {
            reply.headers().get("ratelimit-policy").is_none_or(|policy| policy != "\"default\";q=987654;w=60")
        }
    })
    .await;
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    assert_eq!(running.await.unwrap(), StatusCode::CREATED);
    assert_eq!(process.end().await.code(), Some(0));
    assert_eq!(database.count_items().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_outlasts_the_shutdown_timeout_is_aborted() {
    let database = TestDatabase::new().await;
    let mut process =
        Process::serve(&database.url(), &[&PATIENT[..], &[("CURIO_SHUTDOWN_TIMEOUT", "100ms")]].concat())
            .await;
    let mut holder = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let request =
        Client::new().post(format!("{}/v1/items", process.address)).json(&json!({ "name": "Lamp" }));
    let running = tokio::spawn(request.send());
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
    eventually("the insert waits", async || database.number(waiting).await == 1).await;
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(0));
    assert!(running.await.unwrap().is_err(), "it would get a response when its wait for the lock ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_the_process_at_once() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &PATIENT).await;
    let mut holder = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let request =
        Client::new().post(format!("{}/v1/items", process.address)).json(&json!({ "name": "Lamp" }));
    let running = tokio::spawn(request.send());
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
    eventually("the insert waits", async || database.number(waiting).await == 1).await;
    process.signal("TERM");
    eventually("it is stopping", async || !process.lines("serve.stopping").is_empty()).await;
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(143));
    assert!(running.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_a_start_that_waits_for_another_migration() {
    let database = TestDatabase::empty().await;
    let mut holder = database.connect().await;
    sqlx::migrate::Migrate::lock(&mut holder).await.unwrap();
    let mut process = Process::spawn(&database.url(), &[("CURIO_MIGRATE_ON_START", "true")]);
    eventually("it waits", async || !process.lines("migration.waiting").is_empty()).await;
    assert!(process.lines("migration.waiting")[0]["waited_ms"].is_u64());
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn healthcheck_reports_by_its_exit_code() {
    let database = TestDatabase::new().await;
    let mut process = Process::serve(&database.url(), &[]).await;
    let bind = process.address.strip_prefix("http://").unwrap().to_owned();
    let check = async |arguments: &[&str]| {
        let mut command = curio(&["healthcheck"]);
        command.args(arguments).env("CURIO_BIND", &bind);
        run(command).await
    };
    assert_eq!(check(&[]).await.0, Some(0));
    assert_eq!(check(&["--ready"]).await.0, Some(0));
    database.execute("DELETE FROM _sqlx_migrations").await;
    assert_eq!(check(&[]).await.0, Some(0));
    eventually("it is not ready", async || check(&["--ready"]).await.0 == Some(1)).await;
    let (code, _, error) = check(&["--ready"]).await;
    assert!(code == Some(1) && error.contains("/readyz returned 503"), "{error}");
    process.signal("TERM");
    process.end().await;
    let (code, _, error) = check(&[]).await;
    assert!(code == Some(1) && error.contains("no response from http://127.0.0.1:"), "{error}");
    for (timeout, words) in [("0s", "at least 1ms"), ("1ns", "at least 1ms"), ("25d", "at most 24d")] {
        let (code, _, error) = check(&["--timeout", timeout]).await;
        assert!(code == Some(2) && error.contains(words), "{timeout}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_standard_error_does_not_change_the_exit_code() {
    for arguments in [&["healthcheck"][..], &["serve"]] {
        let mut command = curio(arguments);
        command.env("CURIO_BIND", "127.0.0.1:1").env("DATABASE_URL", "nonsense");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = command.stdout(Stdio::null()).stderr(full).status().await.unwrap();
        assert_eq!(status.code(), Some(1), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_is_not_an_error() {
    // The document is longer than the buffer of a pipe, so that it is being written when the pipe
    // closes.
    let mut command = curio(&["openapi"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_silent_database_is_explained() {
    let serve = async |url: Option<&str>, arguments: &[&str]| {
        let mut command = curio(arguments);
        if let Some(url) = url {
            command.env("DATABASE_URL", url);
        }
        let (code, _, error) = run(command).await;
        assert_eq!(code, Some(1), "{error}");
        error
    };
    for arguments in [&["serve", "--bind", "127.0.0.1:0"][..], &["db", "upgrade"], &["db", "current"]] {
        let error = serve(None, arguments).await;
        assert!(error.contains("set DATABASE_URL") && error.contains("make run"), "{error}");
        let error = serve(Some("postgres://curio:secret@127.0.0.1:1/curio"), arguments).await;
        assert!(
            error.contains("connect to the database at 127.0.0.1:1") && error.contains("because"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
        let error = serve(Some("mysql://curio:secret@127.0.0.1/curio"), arguments).await;
        assert!(error.contains("must begin with postgres://") && !error.contains("secret"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_of_the_database_url_is_not_ignored_and_no_password_is_printed() {
    for (query, words) in [
        ("sslmod=verify-full", "unknown parameter sslmod"),
        ("sslpassword=secret", "unknown parameter sslpassword"),
        ("sslmode=secret-full&connect_timeout=5", "unknown parameter connect_timeout"),
        ("sslmode=verify_full", "verify_full"),
        ("sslmode=verify-full&sslrootcert=/none/ca.pem", "connect to the database at 127.0.0.1:1"),
    ] {
        let url = format!("postgres://curio:secret@127.0.0.1:1/curio?{query}");
        for arguments in [&["serve"][..], &["db", "check"], &["db", "diff", "--from", &url, "--to", &url]] {
            let mut command = curio(arguments);
            command.env("DATABASE_URL", &url);
            let (code, out, error) = run(command).await;
            let names_url =
                !arguments.contains(&"diff") || !words.contains("connect to") || error.contains("--from");
            let is_explained = error.contains(words) && names_url;
            // `check` exits with 1 only if something differs.
            let expected = if arguments.ends_with(&["check"]) { 2 } else { 1 };
            assert!(code == Some(expected) && is_explained, "{arguments:?}: {error}");
            assert!(!out.contains("secret") && !error.contains("secret"), "{arguments:?}: {out}{error}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "DATABASE_URL=postgres://curio:a secret@db/curio\n").unwrap();
    let mut command = curio(&["serve"]);
    command.current_dir(folder.path());
    let (code, _, error) = run(command).await;
    assert!(code == Some(1) && error.contains(".env") && !error.contains("secret"), "{error}");
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let mut command = curio(&["serve"]);
    command.current_dir(folder.path().join("below"));
    let (_, _, error) = run(command).await;
    assert!(error.contains("there is no database"), "the file above is not read: {error}");
    let mut command = curio(&["serve"]);
    command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").env("PGSSLMODE", "verify_full");
    let (code, _, error) = run(command).await;
    assert!(code == Some(1) && error.contains("PGSSLMODE"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_errors_of_the_command_line_and_its_help_contain_no_password() {
    let url = "https://user:secret@api.example.com";
    for (arguments, variable, words) in [
        (&["serve"][..], "CURIO_PUBLIC_URL", "--public-url <URL>': must be an absolute URL"),
        (&["serve"], "CURIO_CORS_ORIGINS", "--cors-origins <ORIGIN>': must be * or"),
        (&["serve"], "CURIO_BIND", "--bind <ADDR>': invalid socket address"),
        (&["serve", "--public-url", url], "NONE", "must be an absolute URL"),
        (&["serve", url], "NONE", "unexpected argument"),
        (&["serve", "--public-uri=https://user:secret@a"], "NONE", "unexpected argument"),
    ] {
        let mut command = curio(arguments);
        command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").env(variable, url);
        let (code, out, error) = run(command).await;
        assert!(code == Some(2) && error.contains(words), "{arguments:?} {variable}: {error}");
        assert!(!error.contains("secret") && !out.contains("secret"), "{arguments:?} {variable}: {error}");
    }
    let mut command = curio(&["serve", "--help"]);
    for variable in ["CURIO_PUBLIC_URL", "CURIO_CORS_ORIGINS", "DATABASE_URL", "CURIO_CURSOR_KEY"] {
        command.env(variable, url);
    }
    let (code, out, _) = run(command).await;
    assert!(code == Some(0) && out.contains("CURIO_PUBLIC_URL") && !out.contains("secret"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_ends_with_its_connection_is_reset_by_the_end_of_the_process() {
    let database = TestDatabase::new().await;
    let large = "INSERT INTO items (id, collection, name, attributes)
                 SELECT gen_random_uuid(), 'default', 'n' || n, jsonb_build_object('a', repeat('x', 10000))
                 FROM generate_series(1, 3000) n";
    database.execute(large).await;
    for signal in ["KILL", "TERM"] {
        let mut process = Process::serve(&database.url(), &[("CURIO_SHUTDOWN_TIMEOUT", "1s")]).await;
        let mut stream = TcpStream::connect(process.address.strip_prefix("http://").unwrap()).await.unwrap();
        let request = b"GET /v1/items HTTP/1.0\r\nhost: localhost\r\naccept: application/x-ndjson\r\n\r\n";
        stream.write_all(request).await.unwrap();
        stream.read_exact(&mut [0; 1000]).await.unwrap();
        process.signal(signal);
        process.end().await;
        let error = stream.read_to_end(&mut Vec::new()).await.expect_err("the body has an end");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{signal}");
    }
    let process = Process::serve(&database.url(), &[]).await;
    let mut stream = TcpStream::connect(process.address.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(b"GET /v1/items HTTP/1.0\r\nhost: localhost\r\naccept: text/csv\r\n\r\n").await.unwrap();
    let mut whole = Vec::new();
    stream.read_to_end(&mut whole).await.unwrap();
    assert!(whole.len() > 30_000_000 && whole.ends_with(b"\n"), "{}", whole.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_one_replica_works_on_another() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let (one, other) = tokio::join!(Process::serve(&url, &[]), Process::serve(&url, &[]));
    let key = [("CURIO_CURSOR_KEY", "another key, of thirty-two characters")];
    let strange = Process::serve(&url, &key).await;
    database
        .execute("INSERT INTO items (id, collection, name) SELECT gen_random_uuid(), 'default', 'x' FROM generate_series(1, 3)")
        .await;
    let page: Value =
        reqwest::get(format!("{}/v1/items?limit=1", one.address)).await.unwrap().json().await.unwrap();
    let next = |process: &Process| {
        reqwest::get(format!(
            "{}/v1/items?limit=1&cursor={}",
            process.address,
            page["next_cursor"].as_str().unwrap()
        ))
    };
    assert_eq!(next(&other).await.unwrap().status(), StatusCode::OK);
    assert_eq!(next(&strange).await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_the_readme_work_as_printed() {
    let database = TestDatabase::new().await;
    let process = Process::serve(&database.url(), &[]).await;
    run_readme_block(&process, "API=").await;
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/demo.py");
    for _ in 0..2 {
        bash(&format!("python3 {demo} {}", process.address)).await;
        assert_eq!(database.number("SELECT count(*) FROM items WHERE collection ~ '^demo'").await, 10_000);
    }
    let replies = run_readme_block(&process, "# The brass lamps").await;
    assert!(!replies.contains(r#"{"data":[]"#), "{replies}");
}

/// Runs the lines of the block that begins so. The comment above each request has its status.
async fn run_readme_block(process: &Process, begin: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut blocks = readme.split("```sh\n").map(|block| block.split("```").next().unwrap());
    let block = blocks.find(|block| block.starts_with(begin)).unwrap();
    let statuses_in = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() == 3);
        words.map(str::to_owned).collect()
    };
    let comments = block.lines().filter_map(|line| line.strip_prefix("# "));
    let promised: Vec<String> =
        comments.filter_map(|line| line.split_once(": ")).flat_map(|(_, rest)| statuses_in(rest)).collect();
    let script = block.replace("API=http://127.0.0.1:8080", "").replace("curl -i", "curl -isS");
    let replies = bash(&format!("API={}\n{script}", process.address)).await;
    let heads = replies.lines().filter_map(|line| line.split("HTTP/1.1 ").nth(1));
    let statuses: Vec<String> = heads.map(|rest| rest[..3].to_owned()).collect();
    assert_eq!(statuses, promised, "{replies}");
    replies
}

/// The output of a script that succeeds.
async fn bash(script: &str) -> String {
    let output = tokio::process::Command::new("bash").args(["-euc", script]).output().await.unwrap();
    assert!(
        output.status.success(),
        "curl, sed and python3 are needed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
