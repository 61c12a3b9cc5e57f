//! What the service is set to: by variables, files and the command line.

use std::{os::unix::fs::PermissionsExt, process::Command, time::Duration};

use futures_util::future::select;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

use crate::support::{
    database::TestDatabase,
    process::{Process, curio, run},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_variable_is_named_when_the_service_starts() {
    let database = TestDatabase::new().await;
    let set = [
        ("CURIO_STATEMENT_TIMEUOT", "secret"),
        ("CURIO_PORT", "8080"),
        ("CURIO_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("CURIO_SERVICE_HOST", "10.0.0.1"),
        ("CURIO_POSTGRES_STATE", "/tmp/curio"),
        ("CURIO_MIGRATIONS", "migrations"),
        ("CURIO_AUTH", "none"),
    ];
    let process = Process::serve(&database.url(), &set).await;
    let warnings = process.lines("serve.unknown_variables");
    let variables = warnings[0]["variables"].as_str().unwrap();
    assert!(variables.contains("\"CURIO_PORT\"") && variables.contains("\"CURIO_STATEMENT_TIMEUOT\""));
    assert_eq!((warnings.len(), variables.matches("CURIO_").count()), (1, 2), "{variables}");
    let linked = Process::serve(&database.url(), &[("CURIO_PORT", "tcp://10.0.0.1:8080")]).await;
    assert_eq!(linked.lines("serve.unknown_variables"), [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_read_from_files() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let url = file("url", &format!("{}\n", database.url()));
    let key = file("key", "a key of thirty-two characters, or more\n");
    let process = Process::serve("", &[("DATABASE_URL_FILE", &url), ("CURIO_CURSOR_KEY_FILE", &key)]).await;
    let list = reqwest::get(format!("{}/v1/items", process.address)).await.unwrap();
    assert_eq!(list.status(), StatusCode::OK);
    assert_eq!(database.number("SELECT count(*) FROM service_keys").await, 0, "the key is that of the file");
    let mut command = curio(&["db", "current"]);
    command.env("DATABASE_URL_FILE", &url);
    assert_eq!(run(command).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_of_the_http_boundary_has_its_effect() {
    let database = TestDatabase::new().await;
    let process = Process::serve(
        &database.url(),
        &[
            ("CURIO_PUBLIC_URL", "https://api.example"),
            ("CURIO_ALLOWED_HOSTS", "curio.internal:8080,127.0.0.1"),
            ("CURIO_REQUIRE_IF_MATCH", "true"),
            ("CURIO_TRUSTED_PROXIES", "127.0.0.0/8"),
            ("CURIO_MAX_REQUESTS", "1"),
            ("CURIO_IDLE_TIMEOUT", "500ms"),
        ],
    )
    .await;
    let client = Client::new();
    let items = format!("{}/v1/items", process.address);
    let create = async |address: &str| -> Value {
        let request = client.post(&items).header("x-forwarded-for", address).header("idempotency-key", "k");
        request.json(&json!({ "name": "Lamp" })).send().await.unwrap().json().await.unwrap()
    };
    let (one, other) = (create("192.0.2.1").await, create("192.0.2.2").await);
    assert_ne!(one["id"], other["id"], "CURIO_TRUSTED_PROXIES");
    let page = client.get(format!("{items}?limit=1")).send().await.unwrap();
    let link = page.headers()["link"].to_str().unwrap();
    assert!(link.starts_with("<https://api.example/v1/items?"), "CURIO_PUBLIC_URL: {link}");
    let misdirected = client.get(&items).header("host", "localhost").send().await.unwrap();
    assert_eq!(misdirected.status(), StatusCode::MISDIRECTED_REQUEST, "CURIO_ALLOWED_HOSTS");
    let item = format!("{items}/{}", one["id"].as_str().unwrap());
    let patched = client.patch(item).json(&json!({})).send().await.unwrap();
    assert_eq!(patched.status(), StatusCode::PRECONDITION_REQUIRED, "CURIO_REQUIRE_IF_MATCH");

    let address = process.address.strip_prefix("http://").unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let closed = timeout(Duration::from_secs(20), idle.read_to_end(&mut Vec::new())).await;
    assert!(closed.is_ok(), "CURIO_IDLE_TIMEOUT");

    let mut holder = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let get = || Box::pin(async { client.get(&items).send().await.unwrap() });
    let (rejected, waiting) = select(get(), get()).await.factor_first();
    let rejected: Value = rejected.json().await.unwrap();
    assert_eq!(rejected["detail"], "Too many requests are in progress.", "CURIO_MAX_REQUESTS");
    sqlx::raw_sql("COMMIT").execute(&mut holder).await.unwrap();
    assert_eq!(waiting.await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scratch_database_is_that_of_the_setting_or_its_file() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://nobody@127.0.0.1:1/none\n").unwrap();
    for (name, value) in [
        ("CURIO_SCRATCH_URL", "postgres://nobody@127.0.0.1:1/none"),
        ("CURIO_SCRATCH_URL_FILE", file.to_str().unwrap()),
    ] {
        let mut command = curio(&["db", "check", "--migrations"]);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"));
        command.env("DATABASE_URL", database.url()).env("XDG_CACHE_HOME", folder.path()).env(name, value);
        let (code, _, error) = run(command).await;
        assert_ne!(code, Some(0), "{name}");
        assert!(error.contains("scratch"), "{name}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_line_of_passwords_is_not_shown() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    std::fs::write(&file, "S3cret\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    for (variable, value, words) in
        [("PGPASSFILE", &*file, "line 1 is not of the form"), ("HOME", home.path(), "cannot connect")]
    {
        let mut command = curio(&["db", "current"]);
        command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").env("CURIO_LOG", "trace");
        command.env(variable, value);
        let (code, output, error) = run(command).await;
        assert!(code == Some(1) && error.contains(words), "{error}");
        assert!(![output, error].iter().any(|text| text.contains("S3cret")), "{variable}");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    let mut command = curio(&["db", "current"]);
    command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").env("HOME", home.path());
    let (_, _, error) = run(command).await;
    assert!(error.contains("cannot read ~/.pgpass"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_contradict_each_other_are_rejected() {
    for (settings, words) in [
        (
            &[("CURIO_DATABASE_WAIT", "6s")][..],
            "CURIO_DATABASE_WAIT (6s) must be shorter than CURIO_STATEMENT_TIMEOUT (5s)",
        ),
        (&[("CURIO_LOCK_TIMEOUT", "5s")], "CURIO_LOCK_TIMEOUT"),
        (&[("CURIO_DATABASE_WAIT", "0s")], "must be at least 1ms"),
        (&[("CURIO_LOCK_TIMEOUT", "500us")], "must be at least 1ms"),
        (&[("CURIO_IDLE_IN_TRANSACTION_TIMEOUT", "0s")], "must be at least 1ms"),
        (&[("CURIO_BODY_TIMEOUT", "0s")], "must be at least 1ms"),
        (&[("CURIO_STATEMENT_TIMEOUT", "30d"), ("CURIO_REQUEST_TIMEOUT", "31d")], "must be at most 24d"),
        (&[("CURIO_IDLE_IN_TRANSACTION_TIMEOUT", "25d")], "must be at most 24d"),
        (&[("CURIO_SHUTDOWN_TIMEOUT", "1000000y")], "must be at most 24d"),
        (&[("CURIO_MIGRATION_WAIT", "25d")], "must be at most 24d"),
        (&[("CURIO_RATE_LIMIT", "1/25d")], "REQUESTS/DURATION"),
        (&[("CURIO_STATEMENT_TIMEOUT", "10s")], "shorter than CURIO_REQUEST_TIMEOUT (10s)"),
        (&[("DATABASE_URL_FILE", "/none/url")], "DATABASE_URL and DATABASE_URL_FILE are both set"),
        (
            &[("DATABASE_URL", ""), ("DATABASE_URL_FILE", "/none/url")],
            "cannot read DATABASE_URL_FILE (/none/url)",
        ),
        (&[("CURIO_CURSOR_KEY_FILE", "/dev/null")], "cannot read CURIO_CURSOR_KEY_FILE (/dev/null)"),
        (&[("CURIO_CURSOR_KEY", "short")], "CURIO_CURSOR_KEY must have at least 32 bytes"),
        (&[("CURIO_RATE_LIMIT", "many")], "REQUESTS/DURATION"),
        (&[("CURIO_CORS_ORIGINS", "example.com")], "must be * or a scheme and an authority"),
        (&[("CURIO_MIGRATE_ON_START", "maybe")], "--migrate-on-start"),
        (&[("CURIO_LOG", "a=b=c")], "CURIO_LOG is not a filter"),
        (&[("CURIO_LOG", "infos")], "CURIO_LOG is not a filter: \"infos\""),
        (&[("CURIO_DATABASE_CONNECTIONS", "2")], "database-connections"),
        (&[("CURIO_MAX_CONNECTIONS", "0")], "max-connections"),
        (&[("CURIO_WRITE_TIMEOUT", "0s")], "must be at least 1ms"),
        (&[("CURIO_IMPORT_LIMIT", "7GiB")], "above three quarters of CURIO_IMPORT_SPACE"),
        (&[("CURIO_ADMIN_BIND", "8081")], "admin-bind"),
        (&[("CURIO_DOCS", "admin")], "set CURIO_ADMIN_BIND"),
        (&[("CURIO_DOCS", "nowhere")], "public, admin"),
        (&[("CURIO_AUTH", "everybody")], "required, none"),
        (&[("CURIO_AUTH", "")], "required, none"),
        (&[("CURIO_CORS_ORIGINS", "https://A:443")], "browsers send this origin as https://a: write that"),
        (&[("CURIO_CORS_ORIGINS", "https://*.a")], "list each subdomain"),
        (&[("CURIO_CORS_ORIGINS", "*,https://a")], "next to *"),
        (&[("CURIO_PUBLIC_URL", "https://a/\u{e9}")], "must be percent-encoded"),
        (&[("CURIO_PUBLIC_URL", "https://a:99999")], "must be an absolute URL"),
        (&[("CURIO_ALLOWED_HOSTS", "a,*.b")], "list each subdomain"),
    ] {
        let mut command = curio(&["serve"]);
        command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").envs(settings.iter().copied());
        let (code, _, error) = run(command).await;
        assert!(code != Some(0) && error.contains(words), "{settings:?}: {error}");
        assert!(!error.contains("=short"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_settings_of_the_log_and_of_traces_are_rejected() {
    for (name, value, words) in [
        ("CURIO_LOG", "info,sqlx", "\"sqlx\" has no level"),
        ("CURIO_LOG", "", "\"\" has no level"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "only http/protobuf is supported"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a b=c", "OTEL_EXPORTER_OTLP_HEADERS is malformed"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://a", "must be a URL of http or https"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:short@a", "without a user"),
        ("OTEL_TRACES_SAMPLER", "some", "must be one of always_on"),
        ("OTEL_TRACES_SAMPLER_ARG", "7", "must be a ratio from 0 to 1"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "65537", "must be a number from 1 to 65536"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5s", "must be a number from 1 to"),
    ] {
        let mut command = curio(&["serve"]);
        command.env("DATABASE_URL", "postgres://127.0.0.1:1/none");
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1").env(name, value);
        let (code, _, error) = run(command).await;
        assert!(code != Some(0) && error.contains(words), "{name}: {error}");
    }
}
