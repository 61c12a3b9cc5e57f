//! HTTP/2: half-close, disconnects, silence, clients that do not read, floods.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Poll,
    thread,
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::StatusCode;
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};

use super::connections::{
    SHORT, connect, large_responses_are_rejected, large_responses_are_sent, service_with, with_large_items,
};
use crate::support::{database::TestDatabase, eventually, log::Log, process::Process, service::TestService};

/// A frame of HTTP/2 (RFC 9113 §4.1).
pub fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
}

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const HEADERS: u8 = 1;
pub const DATA: u8 = 0;
pub const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const ACK: u8 = 1;
pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;

/// The head of a request without Huffman coding (RFC 7541 §6.1 and §6.2.2).
pub fn head(stream: u8, flags: u8, method: u8, path: &str) -> Vec<u8> {
    let mut block = vec![method, 0x86];
    for (index, value) in [(&[0x04][..], path), (&[0x01], "x"), (&[0x0f, 0x10], "application/json")] {
        block.extend_from_slice(&[index, &[u8::try_from(value.len()).unwrap()], value.as_bytes()].concat());
    }
    frame(HEADERS, END_HEADERS | flags, stream, &block)
}

pub const GET: u8 = 0x82;
const POST: u8 = 0x83;

/// Sets the windows of all streams (RFC 9113 §6.5.2).
pub fn window(size: u32) -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[&[0, 4][..], &size.to_be_bytes()].concat())
}

/// A new connection, on which these frames were sent.
pub async fn send_frames(service: &TestService, frames: &[Vec<u8>]) -> TcpStream {
    send_on(connect(service).await, frames).await
}

/// The same on this connection.
pub async fn send_on(mut stream: TcpStream, frames: &[Vec<u8>]) -> TcpStream {
    let preface = [PREFACE, &frame(SETTINGS, 0, 0, &[])[..]].concat();
    stream.write_all(&[preface, frames.concat()].concat()).await.unwrap();
    stream
}

/// A new connection, on which these frames were sent, and nothing more will be.
pub async fn half_close(service: &TestService, frames: &[Vec<u8>]) -> TcpStream {
    let mut stream = send_frames(service, frames).await;
    stream.shutdown().await.unwrap();
    stream
}

/// The next frame: its kind, flags, stream and payload; `None` at the end of the connection.
pub async fn next_frame(connection: &mut TcpStream) -> Option<(u8, u8, u8, Vec<u8>)> {
    let mut head = [0; 9];
    let read = timeout(Duration::from_secs(10), connection.read_exact(&mut head)).await;
    read.expect("still open").ok()?;
    let [_, high, low, kind, flags, _, _, _, stream] = head;
    let mut payload = vec![0; u16::from_be_bytes([high, low]).into()];
    connection.read_exact(&mut payload).await.unwrap();
    Some((kind, flags, stream, payload))
}

/// The content of each stream that the server ended, in the order of their ids.
async fn contents(connection: &mut TcpStream) -> Vec<String> {
    let mut contents: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    let mut ended = BTreeSet::new();
    while let Some((kind, flags, stream, payload)) = next_frame(connection).await {
        if kind == DATA {
            contents.entry(stream).or_default().extend(payload);
        }
        if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
            ended.insert(stream);
        }
    }
    contents.retain(|stream, _| ended.contains(stream));
    contents.into_values().map(|content| String::from_utf8(content).unwrap()).collect()
}

/// An HTTP/2 connection whose streams may receive this many bytes.
async fn open(
    service: &TestService,
    window: u32,
) -> (http2::SendRequest<Empty<Bytes>>, JoinHandle<hyper::Result<()>>) {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(window);
    let (client, connection) = builder.handshake(TokioIo::new(connect(service).await)).await.unwrap();
    (client, tokio::spawn(connection))
}

fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(format!("http://x{path}")).body(Empty::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http2_client_that_half_closes_after_its_requests_gets_the_responses() {
    let service = service_with(|connections| connections.check_every = Duration::from_mins(1)).await;
    for _ in 0..20 {
        let frames = [
            head(1, END_STREAM, GET, "/livez"),
            head(3, 0, POST, "/v1/items"),
            frame(DATA, END_STREAM, 3, br#"{"name":"Lamp"}"#),
            head(5, END_STREAM, GET, "/v1/items?limit=1"),
            head(7, 0, POST, "/v1/items"),
            frame(DATA, 0, 7, br#"{"name":"#),
        ];
        let contents = contents(&mut half_close(&service, &frames).await).await;
        assert_eq!(contents.len(), 4, "{contents:?}");
        for (content, expected) in
            contents.iter().zip(["pass", "\"Lamp\"", "next_cursor", "malformed-request"])
        {
            assert!(content.contains(expected), "{content}");
        }
    }
    assert_eq!(service.database.count_items().await, 20);
    assert_eq!(contents(&mut half_close(&service, &[]).await).await, [""; 0]);
}

/// curl and httpx take a reset for the end of the request, and lose the response before it.
#[tokio::test]
async fn an_http2_client_that_is_still_sending_gets_the_rejection() {
    let service = TestService::start().await;
    let mut stream = send_frames(&service, &[head(1, 0, POST, "/v1/nothing")]).await;
    while !matches!(next_frame(&mut stream).await, Some((DATA, END_STREAM, ..))) {}
    let rest = [frame(DATA, 0, 1, &[0; 10_000]), frame(DATA, END_STREAM, 1, &[])];
    stream.write_all(&rest.concat()).await.unwrap();
    stream.shutdown().await.unwrap();
    while let Some((kind, ..)) = next_frame(&mut stream).await {
        assert_ne!(kind, RST_STREAM);
    }
}

#[tokio::test]
async fn a_half_closed_http2_client_may_wait_long_for_its_response() {
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let mut stream = half_close(&service, &[head(1, END_STREAM, GET, "/v1/items")]).await;
    tokio::time::sleep(2 * SHORT).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    let contents = contents(&mut stream).await;
    assert!(contents.len() == 1 && contents[0].contains("next_cursor"), "{contents:?}");
}

#[tokio::test]
async fn an_http2_client_that_leaves_ends_its_request() {
    let log = Log::capture();
    let service = TestService::start().await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE items").execute(&mut holder).await.unwrap();
    let (mut client, connection) = open(&service, 65_535).await;
    let response = tokio::spawn(client.send_request(get("/v1/items")));
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
    eventually("the read waits", async || service.database.number(waiting).await == 1).await;
    response.abort();
    connection.abort();
    eventually("the request is gone", async || log.lines("request.abandoned").len() == 1).await;
}

#[tokio::test]
async fn an_idle_http2_connection_is_closed_in_order() {
    let service = service_with(|connections| connections.idle_timeout = SHORT).await;
    let (mut client, connection) = open(&service, 65_535).await;
    assert_eq!(client.send_request(get("/livez")).await.unwrap().status(), StatusCode::OK);
    let ended = timeout(Duration::from_secs(10), connection).await.expect("still open");
    assert!(ended.unwrap().is_ok(), "GOAWAY comes before the end");
}

/// A client may send the requests above the last stream again (RFC 9113 §6.8).
#[tokio::test]
async fn an_http2_client_is_told_which_requests_were_taken_before_the_shutdown() {
    let mut service = TestService::start().await;
    let mut stream = send_frames(&service, &[head(1, END_STREAM, GET, "/livez")]).await;
    while !matches!(next_frame(&mut stream).await, Some((DATA, END_STREAM, ..))) {}
    let read = async {
        let mut last_streams = Vec::new();
        while let Some((kind, flags, _, payload)) = next_frame(&mut stream).await {
            match kind {
                PING if flags & ACK == 0 => stream.write_all(&frame(PING, ACK, 0, &payload)).await.unwrap(),
                GOAWAY => last_streams.push(u32::from_be_bytes(payload[..4].try_into().unwrap())),
                _ => {}
            }
        }
        last_streams
    };
    let ((), last_streams) = tokio::join!(service.stop(), read);
    assert_eq!(last_streams, [i32::MAX as u32, 1]);
}

/// h2 has taken the whole response by then.
#[tokio::test]
async fn a_response_that_waits_for_its_window_is_sent_before_the_shutdown() {
    let mut service = TestService::start().await;
    for _ in 0..20 {
        service.create(&"x".repeat(200)).await;
    }
    let request = [window(1000), head(1, END_STREAM, GET, "/v1/items")];
    let mut stream = send_frames(&service, &request).await;
    while !matches!(next_frame(&mut stream).await, Some((DATA, ..))) {}
    let read_slowly = async {
        loop {
            match next_frame(&mut stream).await.expect("the response is cut") {
                (GOAWAY, ..) => {
                    let more = frame(WINDOW_UPDATE, 0, 1, &100_000_u32.to_be_bytes());
                    stream.write_all(&more).await.unwrap();
                }
                (DATA, END_STREAM, ..) => return,
                _ => {}
            }
        }
    };
    tokio::join!(service.stop(), read_slowly);
}

/// Each pair changes the windows of all streams twice.
#[tokio::test]
async fn an_http2_client_that_floods_settings_is_cut_off() {
    let log = Log::capture();
    let service = TestService::start().await;
    let pairs = |count| [window(0), window(i32::MAX as u32)].concat().repeat(count);
    let mut polite = send_frames(&service, &[pairs(400), head(1, END_STREAM, GET, "/livez")]).await;
    polite.shutdown().await.unwrap();
    assert_eq!(contents(&mut polite).await.len(), 1);

    let streams = (0..100).map(|n| head(2 * n + 1, END_STREAM, GET, "/openapi.json"));
    let frames: Vec<_> = std::iter::once(window(0)).chain(streams).chain([pairs(1000)]).collect();
    let mut stream = send_frames(&service, &frames).await;
    let ended = timeout(Duration::from_secs(10), stream.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok(), "still open");
    let rejections = log.lines("request").into_iter().filter(|line| line["http.status"] == 429);
    assert_eq!(rejections.count(), 1);
}

/// Lets other tasks run once; tokio's `yield_now` may let them run more often.
pub async fn yield_once() {
    let mut has_yielded = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut has_yielded, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// The most bytes that the server sent at once, in response to megabytes of pings.
async fn flood_with_pings(mut connection: TcpStream) -> usize {
    let pings = frame(PING, 0, 0, &[0; 8]).repeat(4000);
    let mut received = vec![0; 8 << 20];
    let (mut total, mut most, mut sent) = (0, 0, 0);
    next_frame(&mut connection).await.unwrap();
    // tokio looks for bytes at times only.
    let mut connection = connection.into_std().unwrap();
    while total < 10 << 20 {
        while let Ok(written) = connection.write(&pings[sent..]) {
            sent = (sent + written) % pings.len();
        }
        yield_once().await;
        let mut burst = 0;
        while let Ok(read) = connection.read(&mut received) {
            if read == 0 {
                // A client that takes long is closed, since it acknowledges no ping of the service.
                assert!(total > 1 << 20, "closed after {total} bytes");
                return most;
            }
            burst += read;
        }
        total += burst;
        most = most.max(burst);
    }
    most
}

/// The client and the service share a thread, as tasks that run in turns.
#[tokio::test]
async fn other_tasks_run_while_an_http2_client_floods_the_connection() {
    let service = TestService::start().await;
    let connection = send_frames(&service, &[]).await;
    SockRef::from(&connection).set_recv_buffer_size(4 << 20).unwrap();
    let most = tokio::spawn(flood_with_pings(connection)).await.unwrap();
    assert!(most < 32 << 10, "{most} bytes at once");
}

/// Deriving the key of SCRAM would yield to the clients thousands of times.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_connected_to_while_http2_clients_flood_the_service() {
    let database = TestDatabase::new().await;
    // The floods take the processors from other tests, and those from this one.
    let patience = [
        ("CURIO_DATABASE_WAIT", "12s"),
        ("CURIO_STATEMENT_TIMEOUT", "13s"),
        ("CURIO_REQUEST_TIMEOUT", "14s"),
    ];
    let process = Process::serve(&database.url(), &patience).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut floods = Vec::new();
    for _ in 0..2 {
        let address = process.address.strip_prefix("http://").unwrap();
        let mut connection = net::TcpStream::connect(address).unwrap();
        let preface = [PREFACE, &frame(SETTINGS, 0, 0, &[])[..]].concat();
        connection.write_all(&preface).unwrap();
        connection.set_nonblocking(true).unwrap();
        let is_over = Arc::clone(&is_over);
        floods.push(thread::spawn(move || {
            let pings = frame(PING, 0, 0, &[0; 8]).repeat(4000);
            let (mut received, mut sent) = (vec![0; 1 << 20], 0);
            while !is_over.load(Relaxed) {
                sent = (sent + connection.write(&pings[sent..]).unwrap_or(0)) % pings.len();
                let _ = connection.read(&mut received);
            }
        }));
    }
    database.terminate_connections().await;
    let mut status = StatusCode::SERVICE_UNAVAILABLE;
    // A connection that the start used last is not pinged before it is used again.
    for _ in 0..5 {
        if status == StatusCode::SERVICE_UNAVAILABLE {
            status = reqwest::get(format!("{}/v1/items", process.address)).await.unwrap().status();
        }
    }
    is_over.store(true, Relaxed);
    for flood in floods {
        flood.join().unwrap();
    }
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_http2_client_may_send_as_large_a_head_as_over_http1() {
    let service = TestService::start().await;
    let request = Request::get("http://x/livez").header("x", "x".repeat(100_000)).body(()).unwrap();
    assert_eq!(service.exchange_http2(request).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_http2_client_is_told_how_many_requests_it_may_send_at_once() {
    const MAX_CONCURRENT_STREAMS: [u8; 2] = [0, 3];
    let service = TestService::start().await;
    let (kind, _, _, settings) = next_frame(&mut send_frames(&service, &[]).await).await.unwrap();
    assert_eq!(kind, SETTINGS);
    let streams = settings.chunks(6).find_map(|setting| setting.strip_prefix(&MAX_CONCURRENT_STREAMS));
    assert_eq!(streams, Some(&100_u32.to_be_bytes()[..]));
}

#[tokio::test]
async fn http2_clients_that_take_nothing_of_many_pages_leave_room_for_small_responses() {
    let service = TestService::start().await;
    with_large_items(&service).await;
    let pages = (0..40).map(|n| head(2 * n + 1, END_STREAM, GET, "/v1/items?limit=200"));
    let frames: Vec<_> = std::iter::once(window(0)).chain(pages).collect();
    let stream = send_frames(&service, &frames).await;
    large_responses_are_rejected(&service).await;
    drop(stream);
    large_responses_are_sent(&service).await;
}

#[tokio::test]
async fn a_connection_above_the_limit_is_told_that_no_request_was_taken() {
    let log = Log::capture();
    let service = service_with(|connections| connections.max = 1).await;
    let _regular = connect(&service).await;
    let mut stream = send_frames(&service, &[head(1, END_STREAM, GET, "/livez")]).await;
    assert_eq!(next_frame(&mut stream).await, Some((SETTINGS, 0, 0, Vec::new())));
    let no_stream_and_enhance_your_calm = vec![0, 0, 0, 0, 0, 0, 0, 11];
    assert_eq!(next_frame(&mut stream).await, Some((GOAWAY, 0, 0, no_stream_and_enhance_your_calm)));
    assert_eq!(next_frame(&mut stream).await, None);
    assert_eq!(log.lines("request").pop().unwrap()["http.status"], 503);
}
