//! What the head of a response says of its length and of its connection.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body::Frame;
use http_body_util::StreamBody;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::service::{TestService, path};

#[tokio::test]
async fn a_response_that_never_has_content_has_no_length() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    for (method, field, status) in [
        (Method::GET, "if-none-match", StatusCode::NOT_MODIFIED),
        (Method::HEAD, "if-none-match", StatusCode::NOT_MODIFIED),
        (Method::OPTIONS, "x", StatusCode::NO_CONTENT),
        (Method::DELETE, "x", StatusCode::NO_CONTENT),
    ] {
        let uri = format!("http://x{item}");
        let request = Request::builder().method(&method).uri(uri).header(field, "*").body(()).unwrap();
        let response = service.exchange_http2(request).await;
        assert_eq!(response.status(), status, "{method}");
        assert!(!response.headers().contains_key("content-length"), "{method}: {response:?}");
    }
    let item = path(&service.create("Lamp").await);
    for (method, status) in [("GET", "304"), ("HEAD", "304"), ("OPTIONS", "204"), ("DELETE", "204")] {
        let field = if status == "304" { "if-none-match: *\r\n" } else { "" };
        let head = format!("{method} {item} HTTP/1.1\r\nhost: x\r\n{field}connection: close\r\n\r\n");
        let response = service.exchange(head).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{method}: {response}");
        assert!(!response.contains("content-length"), "{method}: {response}");
        assert!(response.ends_with("\r\n\r\n"), "{method}: {response}");
    }
}

#[tokio::test]
async fn a_response_says_whether_its_connection_stays_open() {
    let service = TestService::start().await;
    let head = |target: &str, more: &str| {
        format!("GET {target} HTTP/1.0\r\nhost: x\r\nconnection: keep-alive\r\n{more}\r\n")
    };
    for _ in 0..10 {
        service.create(&"x".repeat(200)).await;
    }
    // Read while it is sent, so its length is not known.
    let endless = head("/v1/items", "accept: application/x-ndjson\r\n");
    let response = service.exchange(&endless).await;
    assert!(response.starts_with("HTTP/1.0 200 OK\r\n"), "{response}");
    let (fields, _) = response.split_once("\r\n\r\n").unwrap();
    assert!(fields.contains("\r\nconnection: close") && !fields.contains("keep-alive"), "{fields}");

    let too_large = head("/v1/items", "content-length: 99999999\r\n").replace("GET", "POST");
    let response = service.exchange(too_large).await;
    assert!(response.starts_with("HTTP/1.0 413 ") && !response.contains("keep-alive"), "{response}");

    let twice = head("/livez", "") + &endless;
    let responses = service.exchange(&twice).await;
    assert_eq!(responses.matches("HTTP/1.0 200 OK").count(), 2, "{responses}");
    assert_eq!(responses.matches("connection: keep-alive").count(), 1, "{responses}");
}

#[tokio::test]
async fn a_client_that_expects_100_gets_what_the_head_decides_before_it_sends_the_body() {
    let service = TestService::start().await;
    let json = "content-type: application/json\r\n";
    let content = r#"{"name":"Lamp"}"#;
    for (target, fields, status) in [
        ("POST /v1/items", "content-type: text/plain\r\n".to_owned(), "415"),
        ("PUT /v1/items/batch", json.to_owned(), "405"),
        ("POST /v1/items", format!("{json}if-match: \"1\"\r\n"), "400"),
        ("POST /v1/items?limit=1", json.to_owned(), "400"),
        ("POST /v1/items", json.to_owned(), "100"),
        ("POST /v1/items", format!("{json}idempotency-key: k\r\n"), "100"),
    ] {
        let mut stream = service.connect().await;
        let length = content.len();
        let head = format!(
            "{target} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n{fields}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(str::from_utf8(&start).unwrap().split(' ').nth(1), Some(status), "{target} {fields}");
        if status == "100" {
            stream.write_all(content.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            let mut rest = String::new();
            stream.read_to_string(&mut rest).await.unwrap();
            assert!(rest.contains("HTTP/1.1 201 "), "{rest}");
        }
    }
    assert_eq!(service.database.count_items().await, 2);
}

/// hyper sends no interim response to it.
#[tokio::test]
async fn an_expectation_in_a_list_is_rejected() {
    let service = TestService::start().await;
    for field in
        ["100-continue, x", "x, 100-continue", "100-continue,", ",100-Continue", "100-continue\r\nexpect: x"]
    {
        for path in ["/v1/items", "/v1/items/import"] {
            let mut stream = service.connect().await;
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\nexpect: {field}\r\ncontent-length: 2\r\n\
                 content-type: application/json\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut reply = [0; 12];
            stream.read_exact(&mut reply).await.unwrap();
            assert_eq!(&reply, b"HTTP/1.1 400", "{field}");
        }
    }
    for field in ["x", "x\r\nexpect: 100-Continue"] {
        let content = r#"{"name":"Lamp"}"#;
        let reply = service
            .exchange(format!(
                "POST /v1/items HTTP/1.1\r\nhost: x\r\nexpect: {field}\r\nconnection: close\r\ncontent-length: {}\r\n\
                 content-type: application/json\r\n\r\n{content}",
                content.len()
            ))
            .await;
        assert!(reply.contains("HTTP/1.1 201 "), "{reply}");
    }
}

#[tokio::test]
async fn a_field_of_http2_has_no_white_space_around_its_value() {
    let service = TestService::start().await;
    for (value, status) in [("a b", 200), (" a", 400), ("a ", 400), ("a\t", 400), ("", 200)] {
        for name in ["x", "x-request-id"] {
            let request = Request::get("http://x/v1/items").header(name, value).body(()).unwrap();
            assert_eq!(service.exchange_http2(request).await.status(), status, "{name}: {value:?}");
        }
    }
    let request = Request::get("http://x/v1/items").header("content-length", "").body(()).unwrap();
    assert_eq!(service.exchange_http2(request).await.status(), 400, "h2 takes it for 0");
    let head = "GET /v1/items HTTP/1.1\r\nhost: x\r\nx:  a \r\nconnection: close\r\n\r\n";
    assert!(service.exchange(head).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_trailer_of_http2_has_no_white_space_around_its_value() {
    let service = TestService::start().await;
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(service.connect().await));
    let (mut client, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    for (value, status) in [("a b", 201), (" a", 400), ("a\t", 400)] {
        let trailers = HeaderMap::from_iter([(header::ETAG, HeaderValue::from_static(value))]);
        let frames = [Frame::data(Bytes::from(r#"{"name":"Lamp"}"#)), Frame::trailers(trailers)];
        let body = StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>)));
        let request = Request::post("http://x/v1/items").header("content-type", "application/json");
        let response = client.send_request(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{value:?}");
    }
    connection.abort();
}
