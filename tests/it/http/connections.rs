//! Connections of HTTP/1: half-close, early rejections, silence, slow readers, their number.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::{TcpSocket, TcpStream},
    time::{interval, timeout},
};

use crate::support::{
    ConnectionOptions, eventually,
    log::Log,
    service::{Reply, TestService, options, read_to_end},
};

pub const SHORT: Duration = Duration::from_millis(200);

pub async fn connect(service: &TestService) -> TcpStream {
    TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap()
}

/// A connection with little room for responses that are not read.
async fn connect_narrowly(service: &TestService) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(32 * 1024).unwrap();
    let address = service.address.strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(address).await.unwrap()
}

fn post(body: &str) -> String {
    format!(
        "POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A service whose connections have these options.
pub async fn service_with(change: impl FnOnce(&mut ConnectionOptions)) -> TestService {
    let mut options = options();
    change(&mut options.connections);
    TestService::start_with(options).await
}

#[tokio::test]
async fn a_client_that_half_closes_after_its_request_gets_the_response() {
    let service = service_with(|connections| connections.check_every = Duration::from_mins(1)).await;
    for _ in 0..20 {
        let mut stream = connect(&service).await;
        stream.write_all(post(r#"{"name":"Lamp"}"#).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let reply = read_to_end(&mut stream).await;
        assert!(reply.starts_with("HTTP/1.1 201 ") && reply.contains("\"Lamp\""), "{reply}");
    }
    let mut stream = connect(&service).await;
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /v1/items HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let replies = read_to_end(&mut stream).await;
    assert_eq!(replies.matches("HTTP/1.1 200 OK").count(), 2, "pipelined: {replies}");
    assert_eq!(service.database.count_items().await, 20);
}

#[tokio::test]
async fn a_half_closed_client_that_waits_long_gets_interim_responses_first() {
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items IN SHARE MODE").execute(&mut holder).await.unwrap();
    let mut stream = connect(&service).await;
    stream.write_all(post(r#"{"name":"Lamp"}"#).as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    let rest = read_to_end(&mut stream).await;
    assert!(rest.starts_with("HTTP/1.1 201 "), "{rest}");
}

#[tokio::test]
async fn a_client_that_resets_its_connection_ends_its_request() {
    let log = Log::capture();
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let mut stream = connect(&service).await;
    stream.write_all(b"GET /v1/items HTTP/1.0\r\n\r\n").await.unwrap();
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
    eventually("the read waits", async || service.database.number(waiting).await == 1).await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    eventually("the request is gone", async || log.lines("request.abandoned").len() == 1).await;
}

#[tokio::test]
async fn a_client_that_is_still_sending_gets_the_rejection() {
    let service = TestService::start().await;
    let chunk = vec![b' '; 64 * 1024];
    for (head, status) in [
        ("content-type: application/json\r\n", "413"),
        ("content-type: text/plain\r\n", "413"),
        ("content-type: application/json\r\naccept: text/html\r\n", "406"),
        ("content-type: application/json\r\nhost: y\r\n", "400"),
        ("bad field\r\n", "400"),
    ] {
        let mut stream = connect(&service).await;
        let head =
            format!("POST /v1/items HTTP/1.1\r\nhost: x\r\n{head}content-length: {}\r\n\r\n", 12 << 20);
        stream.write_all(head.as_bytes()).await.unwrap();
        for sent in 0..(12 << 20) / chunk.len() {
            stream.write_all(&chunk).await.unwrap_or_else(|error| panic!("{status}: {error} at {sent}"));
        }
        let reply = read_to_end(&mut stream).await;
        assert_eq!(reply.split(' ').nth(1), Some(status), "{reply}");
        assert!(reply.contains("application/problem+json"), "{reply}");
        assert!(reply.contains("\r\nconnection: close\r\n"), "{reply}");
    }
}

#[tokio::test]
async fn a_response_after_which_the_connection_is_closed_says_so() {
    let service = TestService::start().await;
    for (target, fields, status) in [
        ("POST /v1/items", "transfer-encoding: chunked\r\n\r\nz\r\n", "400"),
        ("POST /v1/items", "transfer-encoding: chunked\r\n\r\n2\r\n{}}\r\n", "400"),
        // Where trailers end is not clear to everyone.
        (
            "POST /v1/items",
            "transfer-encoding: chunked\r\n\r\nc\r\n{\"name\":\"x\"}\r\n0\r\nx: y\r\n\r\n",
            "201",
        ),
        (
            "POST /v1/items",
            "transfer-encoding: chunked\r\n\r\nc\r\n{\"name\":\"x\"}\r\n0\r\n\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
            "201",
        ),
        ("POST /nowhere", "content-length: 100000\r\n\r\n{", "404"),
        ("GET /v1/items", "content-length: 100000\r\n\r\n{", "200"),
        ("POST /openapi.json", "content-length: 100000\r\n\r\n{", "405"),
    ] {
        let mut stream = connect(&service).await;
        let head = format!("{target} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
        stream.write_all(format!("{head}{fields}").as_bytes()).await.unwrap();
        // Until the server ends its side.
        let reply = timeout(Duration::from_secs(3), read_to_end(&mut stream)).await;
        let reply = reply.unwrap_or_else(|_| panic!("{target} {fields}: still open"));
        assert_eq!(reply.split(' ').nth(1), Some(status), "{target} {fields}: {reply}");
        assert!(reply.contains("\r\nconnection: close\r\n"), "{target} {fields}: {reply}");
    }
    let mut stream = connect(&service).await;
    let whole = post(r#"{"name":"Lamp"}"#);
    stream
        .write_all(format!("{whole}GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let replies = read_to_end(&mut stream).await;
    assert_eq!(replies.matches("\r\nconnection: close\r\n").count(), 1, "{replies}");
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_after_the_idle_timeout() {
    let service = service_with(|connections| connections.idle_timeout = SHORT).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for sent in [
        &b""[..],
        b"\r\n",
        b"GET /v1/items HTTP/1.1\r\nhost: x\r\n",
        b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /",
        &preface[..10],
        &preface[..24],
        preface,
    ] {
        let mut stream = connect(&service).await;
        stream.write_all(sent).await.unwrap();
        let mut bytes = Vec::new();
        let start = Instant::now();
        let end = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await;
        assert!(end.is_ok(), "{}: still open", String::from_utf8_lossy(sent));
        assert!(start.elapsed() > SHORT / 2, "{}: closed early", String::from_utf8_lossy(sent));
    }
    assert_eq!(service.get("/livez").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_head_that_trickles_in_does_not_extend_the_idle_timeout() {
    let service = service_with(|connections| connections.idle_timeout = SHORT).await;
    let mut stream = connect(&service).await;
    let trickle = async {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), trickle).await.is_ok(), "still open");
}

pub async fn with_large_items(service: &TestService) {
    let large = json!({ "name": "Lamp", "attributes": { "text": "x".repeat(60_000) } });
    for _ in 0..100 {
        assert_eq!(service.post("/v1/items", &large).await.status, StatusCode::CREATED);
    }
}

/// Asks for a page of megabytes over a connection that holds little of it.
pub async fn ask_without_reading(service: &TestService) -> TcpStream {
    let mut stream = connect_narrowly(service).await;
    stream.write_all(b"GET /v1/items?limit=200 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    stream
}

#[tokio::test]
async fn a_client_that_does_not_read_its_response_is_cut_off_and_frees_its_room() {
    let mut options = options();
    options.max_requests = 1;
    options.connections.write_timeout = SHORT;
    let service = TestService::start_with(options).await;
    with_large_items(&service).await;
    let mut stream = ask_without_reading(&service).await;
    // Another request may have the only room when it arrives.
    eventually("it takes the only room", async || {
        let is_taken = service.get("/v1/items?limit=1").await.status == StatusCode::SERVICE_UNAVAILABLE;
        if !is_taken {
            stream = ask_without_reading(&service).await;
        }
        is_taken
    })
    .await;
    eventually("the room is free again", async || {
        service.get("/v1/items?limit=1").await.status == StatusCode::OK
    })
    .await;
    eventually("the connection is reset", async || stream.ready(Interest::ERROR).now_or_never().is_some())
        .await;
}

#[tokio::test]
async fn a_client_that_sends_requests_and_reads_no_response_is_cut_off() {
    for (idle_timeout, write_timeout) in [(SHORT, 2 * SHORT), (2 * SHORT, SHORT)] {
        let service = service_with(|connections| {
            connections.idle_timeout = idle_timeout;
            connections.write_timeout = write_timeout;
        })
        .await;
        let mut stream = connect_narrowly(&service).await;
        let requests = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
        let cut =
            timeout(Duration::from_secs(20), async { while stream.write_all(&requests).await.is_ok() {} });
        assert!(cut.await.is_ok(), "still open");
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_but_steadily_gets_its_whole_response() {
    let service = service_with(|connections| connections.write_timeout = SHORT).await;
    with_large_items(&service).await;
    let mut stream = ask_without_reading(&service).await;
    let mut received = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut pauses = interval(SHORT / 40);
    while !received.ends_with(b"}") {
        pauses.tick().await;
        let read = stream.read(&mut buffer).await.expect("not reset");
        received.extend_from_slice(&buffer[..read]);
    }
    assert!(received.len() > 1_000_000, "{}", received.len());
}

/// A large page, which is not compressed.
async fn page(service: &TestService) -> Reply {
    service.send(Method::GET, "/v1/items?limit=200", &[("accept-encoding", "identity")], None).await
}

/// Waits until there is no memory for large responses, while there is some for small ones.
pub async fn large_responses_are_rejected(service: &TestService) {
    eventually("a page finds no memory", async || page(service).await.status != StatusCode::OK).await;
    let rejected = page(service).await;
    let detail = &rejected.is_problem(503, "unavailable").body["detail"];
    assert_eq!(detail, "Responses that clients do not read take all memory.");
    assert_eq!(service.get("/v1/items?limit=1&fields=id").await.status, StatusCode::OK);
}

pub async fn large_responses_are_sent(service: &TestService) {
    eventually("there is memory again", async || page(service).await.status == StatusCode::OK).await;
}

/// The kernel holds megabytes for such a client.
#[tokio::test]
async fn a_client_with_large_buffers_may_read_slowly_too() {
    let service = service_with(|connections| connections.write_timeout = 2 * SHORT).await;
    with_large_items(&service).await;
    let copy = "INSERT INTO items (id, collection, name, attributes)
                SELECT gen_random_uuid(), collection, name, attributes FROM items, generate_series(1, 20)";
    service.database.execute(copy).await;
    let mut stream = connect(&service).await;
    stream.write_all(b"GET /v1/items HTTP/1.1\r\nhost: x\r\naccept: text/csv\r\n\r\n").await.unwrap();
    let mut buffer = vec![0; 64 * 1024];
    let mut pauses = interval(SHORT / 4);
    for _ in 0..40 {
        pauses.tick().await;
        stream.read_exact(&mut buffer).await.expect("not reset");
    }
}

#[tokio::test]
async fn a_head_of_more_than_128_kib_is_rejected_before_its_end() {
    let service = TestService::start().await;
    let mut stream = connect(&service).await;
    let head = format!("GET /livez HTTP/1.1\r\nhost: x\r\nx: {}", "x".repeat(200_000));
    // The service may respond before it has read everything.
    let _ = stream.write_all(head.as_bytes()).await;
    let reply = timeout(Duration::from_secs(10), read_to_end(&mut stream)).await.expect("still open");
    assert!(reply.starts_with("HTTP/1.1 431 "), "{reply}");
}
