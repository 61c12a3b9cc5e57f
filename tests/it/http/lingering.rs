//! What a client may go on sending after an early response: a bounded part, for a bounded time.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, interval, timeout},
};

use crate::support::service::TestService;

/// A client that was rejected before the end of its body, and has not noticed.
async fn rejected(service: &TestService) -> TcpStream {
    let mut stream = service.connect().await;
    let head = "POST /v1/nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 404");
    stream
}

#[tokio::test]
async fn a_rejected_client_that_sends_a_little_is_cut_off_after_seconds() {
    let service = TestService::start().await;
    let mut stream = rejected(&service).await;
    let start = Instant::now();
    let mut pauses = interval(Duration::from_millis(100));
    let send = async {
        while stream.write_all(b"x").await.is_ok() {
            pauses.tick().await;
        }
    };
    timeout(Duration::from_secs(20), send).await.expect("still open");
    assert!(start.elapsed() > Duration::from_secs(4), "it has time to read its response");
}

#[tokio::test]
async fn a_rejected_client_that_sends_much_is_cut_off_after_megabytes() {
    let service = TestService::start().await;
    let mut stream = rejected(&service).await;
    let (start, piece, mut sent) = (Instant::now(), vec![b' '; 64 * 1024], 0);
    while stream.write_all(&piece).await.is_ok() {
        sent += piece.len();
        assert!(sent < 64 << 20, "{sent} bytes are taken");
        // A slow machine is not what ends it.
        if start.elapsed() > Duration::from_secs(4) {
            return;
        }
    }
    assert!(sent > 16 << 20, "{sent} bytes");
}
