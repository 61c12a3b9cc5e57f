//! Imports as streams: content codings, limits, slow clients and clients that leave.

use std::{io, time::Duration};

use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use futures_util::{StreamExt, stream};
use reqwest::{Body, Method};
use sqlx::{Executor, PgConnection};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::{NDJSON, counts, import};
use crate::support::{
    DatabaseOptions, LongWork, MAX_FILES, Options,
    database::TestDatabase,
    eventually,
    proxy::{CutAt, Proxy},
    service::{Reply, TestService, options, read_to_end, streamed_body},
};

/// A body in the coding of this encoder.
pub async fn encoded(mut encoder: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut coded = Vec::new();
    encoder.read_to_end(&mut coded).await.unwrap();
    coded
}

pub async fn coded_import(service: &TestService, coding: &'static str, body: Vec<u8>) -> Reply {
    let request = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    Reply::of(request.header("content-encoding", coding).body(body)).await
}

/// Lines of 1 KiB.
fn lines(count: usize) -> Vec<u8> {
    let text = "x".repeat(990);
    let line = |n| format!("{{\"name\": \"n{n:06}\", \"attributes\": {{\"a\": \"{text}\"}}}}\n").into_bytes();
    (0..count).flat_map(line).collect()
}

#[tokio::test]
async fn bodies_are_decoded() {
    let service = TestService::start().await;
    let plain = lines(2_000);
    let codings = [
        ("gzip", encoded(GzipEncoder::new(&plain[..])).await),
        ("br", encoded(BrotliEncoder::new(&plain[..])).await),
        ("zstd", encoded(ZstdEncoder::new(&plain[..])).await),
    ];
    for (coding, coded) in &codings {
        assert!(coded.len() < plain.len() / 10);
        counts(&coded_import(&service, coding, coded.clone()).await, [2_000, 2_000, 0, 0]);
        if *coding == "gzip" {
            let mut reserved = coded.repeat(2);
            for head in [coded.len(), 0] {
                reserved[head + 3] |= 0x80; // a flag (RFC 1952 §2.3.1.2)
                coded_import(&service, coding, reserved.clone()).await.is_problem(400, "malformed-request");
            }
        }
        // More than one member or frame, which brotli does not have.
        let twice = coded_import(&service, coding, coded.repeat(2)).await;
        if *coding == "br" {
            twice.is_problem(400, "malformed-request");
        } else {
            counts(&twice, [4_000, 4_000, 0, 0]);
        }
        let nothing = Vec::new();
        for wrong in [[coded, &b"x"[..]].concat(), coded[..coded.len() / 2].to_vec(), plain.clone(), nothing]
        {
            coded_import(&service, coding, wrong).await.is_problem(400, "malformed-request");
        }
    }
    assert_eq!(service.database.count_items().await, 3 * 2_000 + 2 * 4_000);
    // A window of 128 MiB is more than HTTP allows (RFC 9659).
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    coded_import(&service, "zstd", frame.to_vec()).await.is_problem(400, "malformed-request");
    coded_import(&service, "compress", plain).await.is_problem(415, "unsupported-media-type");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_import_may_be_larger_than_other_bodies_but_not_than_its_limit() {
    let service = TestService::start_with(Options { import_limit: 3 << 20, ..options() }).await;
    counts(&import(&service, NDJSON, "", lines(2_500)).await, [2_500, 2_500, 0, 0]);
    let blank = vec![b'\n'; 4 << 20];
    import(&service, NDJSON, "", blank.clone()).await.is_problem(413, "content-too-large");
    // Before anything is sent.
    let head = "POST /v1/items/import HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\n\
                content-type: text/csv\r\ncontent-length: 3145729\r\n\r\n";
    assert!(service.exchange(head).await.starts_with("HTTP/1.1 413 "));
    for bomb in [blank, vec![b' '; 4 << 20], lines(4_000)] {
        let bomb = encoded(GzipEncoder::new(&bomb[..])).await;
        coded_import(&service, "gzip", bomb).await.is_problem(413, "content-too-large");
    }
    assert_eq!(service.database.count_items().await, 2_500);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_client_that_sends_too_slowly_is_rejected() {
    let options = Options { body_timeout: Duration::from_millis(300), ..options() };
    let service = TestService::start_with(options).await;
    let request = || service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let silent = stream::once(async { Ok::<_, io::Error>(lines(600)) }).chain(stream::pending());
    let reply = Reply::of(request().body(Body::wrap_stream(silent))).await;
    reply.is_problem(408, "request-timeout");
    let trickle = stream::repeat_with(|| Ok::<_, io::Error>(lines(1)));
    let trickle = trickle.then(async |piece| {
        tokio::time::sleep(Duration::from_millis(20)).await;
        piece
    });
    let reply = Reply::of(request().body(Body::wrap_stream(trickle))).await;
    reply.is_problem(408, "request-timeout");
    assert_eq!(service.database.count_items().await, 0);
    // Steady, though slower than the time-out in all.
    let steady = stream::iter(0..6).then(async |_| {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok::<_, io::Error>(lines(100))
    });
    counts(&Reply::of(request().body(Body::wrap_stream(steady))).await, [600, 600, 0, 0]);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_cut_import_stores_nothing() {
    let service = TestService::start().await;
    let part = lines(1_500);
    let head = |framing: &str| {
        format!("POST /v1/items/import HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\n{framing}\r\n\r\n")
    };
    let chunked = [format!("{:x}\r\n", part.len()).as_bytes(), &part, b"\r\n"].concat();
    for (framing, sent) in [
        (format!("Content-Length: {}", part.len() + 1), part.clone()),
        ("Transfer-Encoding: chunked".to_owned(), chunked),
    ] {
        let mut stream = service.connect().await;
        stream.write_all(head(&framing).as_bytes()).await.unwrap();
        stream.write_all(&sent).await.unwrap();
        stream.shutdown().await.unwrap();
        let response = read_to_end(&mut stream).await;
        assert!(response.is_empty() || response.starts_with("HTTP/1.1 400 "), "{response}");
        service.pool_is_clean().await;
        assert_eq!(service.database.count_items().await, 0);
    }
}

#[tokio::test]
async fn an_import_that_takes_too_long_stores_nothing() {
    let options = Options { import_timeout: Duration::from_millis(500), ..options() };
    let service = TestService::start_with(options).await;
    let (sender, body) = streamed_body();
    let request = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let reply = tokio::spawn(Reply::of(request.body(body)));
    sender.send(Ok(lines(1_500))).await.unwrap();
    reply.await.unwrap().is_problem(503, "unavailable");
    service.pool_is_clean().await;
    assert_eq!(service.database.count_items().await, 0);
}

#[tokio::test]
async fn an_import_ends_if_the_database_becomes_silent() {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, max_connections: 8, ..database.options() };
    let options = Options { request_timeout: Duration::from_millis(500), ..options() };
    let service = TestService::on(database, pool, options);
    let mut holder = held(&service).await;
    let request = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let reply = tokio::spawn(Reply::of(request.body(lines(1_500))));
    waits(&service).await;
    proxy.silence();
    holder.execute("ROLLBACK").await.unwrap();
    reply.await.unwrap().is_problem(503, "unavailable");
    let status = async || import(&service, NDJSON, "", "{\"name\": \"x\"}").await.status;
    eventually("another takes its turn", async || status().await == 200).await;
}

#[tokio::test]
async fn an_import_ends_wherever_its_connection_becomes_silent() {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, ..database.options() };
    let options = Options { request_timeout: Duration::from_secs(5), ..options() };
    let service = TestService::on(database, pool, options);
    // COMMIT is first: it is also in the statement that ends a process.
    for statement in ["COMMIT", "BEGIN", "SET LOCAL idle_in", "SAVEPOINT", "INSERT INTO items"] {
        proxy.cut_at(statement, CutAt::Never);
        import(&service, NDJSON, "", "{\"name\": \"x\"}").await.is_problem(503, "unavailable");
        assert!(proxy.has_cut(), "{statement}");
    }
    counts(&import(&service, NDJSON, "", "{\"name\": \"x\"}").await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn few_imports_run_at_once_and_others_wait_for_a_while() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions { statement_timeout: Duration::from_millis(500), ..database.options() };
    let service = TestService::on(database, pool, options());
    let turn = service.pool.turns.next(LongWork::Import).await.unwrap();
    let second = import(&service, NDJSON, "", "{\"name\": \"x\"}").await;
    second.is_problem(503, "unavailable");
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(service.create("others work").await["version"], 1);
    drop(turn);
    counts(&import(&service, NDJSON, "", "{\"name\": \"x\"}").await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_import() {
    let service = TestService::start().await;
    let mut holder = held(&service).await;
    let request = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let import = tokio::spawn(Reply::of(request.body(lines(1_500))));
    waits(&service).await;
    import.abort();
    service.pool_is_clean().await;
    holder.execute("ROLLBACK").await.unwrap();
    assert_eq!(service.database.count_items().await, 0);
}

#[tokio::test]
async fn a_slow_client_holds_nothing_of_the_database() {
    let service = TestService::start().await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        let (sender, body) = streamed_body();
        let request = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
        let reply = tokio::spawn(Reply::of(request.body(body)));
        for _ in 0..3 {
            sender.send(Ok(lines(600))).await.unwrap();
        }
        slow.push((sender, reply));
    }
    service.pool_is_clean().await;
    counts(&import(&service, NDJSON, "", "{\"name\": \"x\"}").await, [1, 1, 0, 0]);
    for (sender, reply) in slow {
        drop(sender);
        counts(&reply.await.unwrap(), [1_800, 1_800, 0, 0]);
    }
}

#[tokio::test]
async fn the_files_of_all_imports_have_a_bounded_size_and_number() {
    let service = TestService::start_with(Options { import_space: 3, ..options() }).await;
    import(&service, NDJSON, "", lines(3_500)).await.is_problem(503, "unavailable");
    counts(&import(&service, NDJSON, "", lines(2_500)).await, [2_500, 2_500, 0, 0]);

    let mut slow = Vec::new();
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let service = TestService::start_with(Options { import_space: 200, trusted_proxies, ..options() }).await;
    for _ in 0..MAX_FILES / 4 * 3 {
        let mut stream = service.connect().await;
        let head = "POST /v1/items/import HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\
                    content-type: text/csv\r\ncontent-length: 9\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.read_exact(&mut [0; "HTTP/1.1 100 Continue\r\n".len()]).await.unwrap();
        slow.push(stream);
    }
    let own = async || import(&service, NDJSON, "", lines(1)).await;
    own().await.is_problem(503, "unavailable");
    let request = service.request(Method::POST, "/v1/items/import").header("content-type", NDJSON);
    let others = request.header("x-forwarded-for", "192.0.2.1").body(lines(1));
    counts(&Reply::of(others).await, [1, 1, 0, 0]);
    drop(slow);
    eventually("the space is free", async || own().await.status == 200).await;
}

/// Holds up every import, until the connection rolls back.
async fn held(service: &TestService) -> PgConnection {
    let mut holder = service.database.connect().await;
    holder.execute("BEGIN").await.unwrap();
    holder.execute("SELECT FROM collections FOR UPDATE").await.unwrap();
    holder
}

async fn waits(service: &TestService) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("the import waits", async || service.database.number(waiting).await == 1).await;
}
