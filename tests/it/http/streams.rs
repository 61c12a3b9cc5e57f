//! HTTP/2: what many streams of clients that read nothing occupy.

use std::{
    io::{Read, Write},
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use super::{
    connections::{SHORT, service_with, with_large_items},
    http2::{
        DATA, END_HEADERS, END_STREAM, GET, HEADERS, RST_STREAM, frame, half_close, head, next_frame,
        send_frames, send_on, window, yield_once,
    },
};
use crate::support::{eventually, log::Log, service::TestService};

const STREAMS: u8 = 100;
const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];
const CANCEL: [u8; 4] = [0, 0, 0, 8];

/// A connection whose client can take one byte of each response, with as many requests as it may
/// have. hyper hands such a response over to h2.
async fn ask(service: &TestService, head: impl Fn(u8) -> Vec<u8>) -> TcpStream {
    send_frames(service, &requests(head)).await
}

/// The same from another address.
async fn ask_elsewhere(service: &TestService, head: impl Fn(u8) -> Vec<u8>) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let address = service.connect().await.peer_addr().unwrap();
    send_on(socket.connect(address).await.unwrap(), &requests(head)).await
}

fn requests(head: impl Fn(u8) -> Vec<u8>) -> Vec<Vec<u8>> {
    let heads = (0..STREAMS).map(|n| head(2 * n + 1));
    std::iter::once(window(1)).chain(heads).collect()
}

/// How many requests get the head of a response, and how many are reset.
async fn count(connection: &mut TcpStream) -> (u8, u8) {
    let (mut taken, mut reset) = (0, 0);
    while taken + reset < STREAMS {
        match next_frame(connection).await.expect("still open") {
            (HEADERS, ..) => taken += 1,
            (RST_STREAM, _, _, code) => {
                assert_eq!(code, REFUSED_STREAM);
                reset += 1;
            }
            _ => {}
        }
    }
    (taken, reset)
}

/// Has all connections send their requests; returns how many requests are taken and reset.
async fn total(connections: &mut [TcpStream]) -> (u32, u32) {
    let counts = join_all(connections.iter_mut().map(count)).await;
    counts.into_iter().fold((0, 0), |(taken, reset), (more_taken, more_reset)| {
        (taken + u32::from(more_taken), reset + u32::from(more_reset))
    })
}

#[tokio::test]
async fn requests_of_http2_for_which_there_is_no_memory_are_reset() {
    let log = Log::capture();
    let service = TestService::start().await;
    let head = |stream| head(stream, END_STREAM, GET, "/livez");
    let mut connections = join_all((0..50).map(|_| ask(&service, head))).await;
    let (taken, reset) = total(&mut connections).await;
    // Three quarters of the requests in progress that are allowed, and of 4,096 more.
    assert_eq!((taken, reset), (3456, 5000 - 3456));
    let logged = log.lines("request").into_iter().filter(|line| line["http.status"] == 503);
    assert_eq!(logged.count(), reset as usize);
    let over_http1 = service.get("/v1/items").await;
    assert_eq!(over_http1.status, StatusCode::OK);
    let mut others = join_all((0..12).map(|_| ask_elsewhere(&service, head))).await;
    assert_eq!(total(&mut others).await, (1152, 48), "a quarter is left to others");
    drop((connections, others));
    eventually("there is memory again", async || {
        let mut connection = ask(&service, head).await;
        count(&mut connection).await == (STREAMS, 0)
    })
    .await;
}

/// A head with many fields: an indexed one (RFC 7541 §6.2.1), which each byte repeats.
fn large_head(stream: u8) -> Vec<u8> {
    let fields = [&b"\x82\x86\x04\x06/livez\x41\x01x\x40\x01a\x00"[..], &[0xBE; 2000]].concat();
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &fields)
}

#[tokio::test]
async fn requests_of_http2_take_memory_for_their_fields() {
    let service = TestService::start().await;
    let mut connections = join_all((0..10).map(|_| ask(&service, large_head))).await;
    let (taken, reset) = total(&mut connections).await;
    assert!((200..300).contains(&taken) && reset == 1000 - taken, "{taken} {reset}");
}

/// hyper reads on for as long as each read has a request. The client and the service share a
/// thread.
#[tokio::test]
async fn other_tasks_run_while_an_http2_client_sends_large_heads() {
    let service = TestService::start().await;
    let mut connection = send_frames(&service, &[]).await;
    next_frame(&mut connection).await.unwrap();
    let mut connection = connection.into_std().unwrap();
    let heads: Vec<u8> = (0..STREAMS).flat_map(|n| large_head(2 * n + 1)).collect();
    let (mut sent, mut received, mut most) = (0, Vec::new(), 0);
    let content = b"{\"status\":\"pass\"";
    while received.windows(content.len()).filter(|bytes| bytes == content).count() < STREAMS.into() {
        sent += connection.write(&heads[sent..]).unwrap_or(0);
        yield_once().await;
        let before = received.len();
        let _ = connection.read_to_end(&mut received);
        most = most.max(received.len() - before);
    }
    assert!(most < 4 << 10, "{most} bytes at once");
}

/// Its window can grow no more.
#[tokio::test]
async fn an_http2_client_that_half_closes_and_can_take_nothing_is_cut_off() {
    let service = service_with(|connections| {
        connections.check_every = SHORT;
        connections.write_timeout = Duration::from_mins(1);
    })
    .await;
    for size in [0, 1] {
        let frames = [window(size), head(1, END_STREAM, GET, "/livez")];
        let mut stream = half_close(&service, &frames).await;
        let ended = timeout(Duration::from_secs(10), stream.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "still open with a window of {size}");
    }
}

/// The connection may be that of a proxy, and its other streams those of other clients.
#[tokio::test]
async fn a_stream_whose_client_takes_nothing_is_reset_and_others_go_on() {
    let service = service_with(|connections| connections.write_timeout = SHORT).await;
    with_large_items(&service).await;
    let frames = [window(100), head(1, END_STREAM, GET, "/v1/items?limit=200")];
    let mut stream = send_frames(&service, &frames).await;
    let mut next = async || timeout(Duration::from_secs(10), next_frame(&mut stream)).await.unwrap().unwrap();
    let reset = loop {
        if let (RST_STREAM, _, 1, code) = next().await {
            break code;
        }
    };
    assert_eq!(reset, CANCEL);
    stream.write_all(&head(3, END_STREAM, GET, "/livez")).await.unwrap();
    while !matches!(next_frame(&mut stream).await.unwrap(), (DATA, END_STREAM, 3, _)) {}
}
