//! Hostile bodies and requests: each gets a 4xx or works, none gets a 5xx, and none costs a
//! connection.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    log::Log,
    service::{Reply, TestService, options, path},
};

/// A body, the status of its rejection, and the pointer and code of a reported fault.
type Case = (Vec<u8>, u16, &'static str, &'static str);

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn attribute(value: &str) -> String {
    format!(r#"{{"name":"x","attributes":{{"a":{value}}}}}"#)
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        (b"".into(), 400, "#", "json_syntax"),
        (b" ".into(), 400, "#", "json_syntax"),
        (b"{".into(), 400, "#", "json_syntax"),
        (br#"{"name":"x"} x"#.into(), 400, "#", "json_syntax"),
        (br#"{"name":"x",}"#.into(), 400, "#", "json_syntax"),
        (b"{\"name\":\"\xff\"}".into(), 400, "#", "json_syntax"),
        (b"{\"name\":\"a\x00b\"}".into(), 400, "#", "json_syntax"),
        (b"\xef\xbb\xbf{}".into(), 400, "#", "json_syntax"),
        (b"NaN".into(), 400, "#", "json_syntax"),
        (attribute("01").into(), 400, "#", "json_syntax"),
        (b"null".into(), 422, "#", "type"),
        (b"[]".into(), 422, "#", "type"),
        (br#"["x"]"#.into(), 422, "#", "type"),
        (br#"["x","draft",{}]"#.into(), 422, "#", "type"),
        (br#"{"name":"x","status":{"draft":null}}"#.into(), 422, "#/status", "type"),
        (br#"{"name":"\u0000"}"#.into(), 422, "#/name", "nul"),
        (br#"{"name":"\ud800"}"#.into(), 422, "#/name", "lone_surrogate"),
        (br#"{"name":"x","name":"y"}"#.into(), 422, "#/name", "duplicate_name"),
        (br#"{"name":"x","name":" "}"#.into(), 422, "#/name", "too_short"),
        (br#"{"name":"x","collection":"x","collection":""}"#.into(), 422, "#/collection", "key"),
        (br#"{"name":"x","a":1,"a":2}"#.into(), 422, "#/a", "duplicate_name"),
        (attribute(r#""\u0000""#).into(), 422, "#/attributes/a", "nul"),
        (attribute(r#"{"\u0000":1}"#).into(), 422, "#/attributes/a/%00", "nul"),
        (attribute(r#"["\udfff"]"#).into(), 422, "#/attributes/a/0", "lone_surrogate"),
        (attribute("1e200000").into(), 422, "#/attributes/a", "out_of_range"),
        (attribute("-1e-200000").into(), 422, "#/attributes/a", "out_of_range"),
        (attribute(r#"{"b":1,"b":2}"#).into(), 422, "#/attributes/a/b", "duplicate_name"),
        (
            attribute(r#"{"$serde_json::private::Number":"x"}"#).into(),
            422,
            "#/attributes/a/$serde_json::private::Number",
            "reserved_name",
        ),
        (
            attribute(r#"{"\u0024serde_json::private::RawValue":"1"}"#).into(),
            422,
            "#/attributes/a/$serde_json::private::RawValue",
            "reserved_name",
        ),
        (attribute(&format!("0.5{}", "0".repeat(16_383))).into(), 422, "#/attributes/a", "out_of_range"),
        (attribute(&nested(33)).into(), 422, "#/attributes", "too_deep"),
        (attribute(&format!("[{}0]", "1e308,".repeat(300))).into(), 422, "#/attributes", "too_large"),
    ]
}

#[tokio::test]
async fn hostile_bodies_are_rejected_with_the_fault_they_have() {
    let service = TestService::start().await;
    for (body, status, pointer, code) in cases() {
        let slug = if status == 400 { "malformed-request" } else { "validation-error" };
        let reply = service.post_text(body.clone()).await;
        let faults = reply.is_problem(status, slug).faults();
        assert!(
            faults.contains(&(pointer.into(), code.into())),
            "{} → {faults:?}",
            String::from_utf8_lossy(&body)
        );
    }
    for body in [
        nested(10_000),
        attribute(&nested(10_000)),
        "[".repeat(500_000),
        format!("{{\"a\":{}", "[".repeat(500_000)),
    ] {
        let status = service.post_text(body).await.status;
        assert!(status == StatusCode::BAD_REQUEST || status == StatusCode::UNPROCESSABLE_ENTITY, "{status}");
    }
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(service.pool.status().size, 0, "bad input uses no connection");
}

#[tokio::test]
async fn an_item_has_the_same_faults_in_a_batch() {
    let service = TestService::start().await;
    // A batch nests deeper.
    for (body, ..) in cases().into_iter().filter(|&(_, status, _, code)| status == 422 && code != "too_deep")
    {
        let text = String::from_utf8(body).unwrap();
        let alone = service.post_text(text.clone()).await.faults();
        let inside: BTreeSet<_> =
            alone.into_iter().map(|(at, code)| (at.replace('#', "#/operations/0/item"), code)).collect();
        let batch = format!(r#"{{"operations":[{{"op":"create","item":{text}}}]}}"#);
        let request = service.request(Method::POST, "/v1/items/batch");
        let request = request.header("content-type", "application/json").body(batch);
        let found = Reply::of(request).await.faults();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), inside, "{text}");
    }
}

/// Each text that `serde_json` would take for raw JSON inside of another one starts at depth zero.
#[tokio::test]
async fn texts_in_texts_are_not_parsed() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    for name in ["$serde_json::private::RawValue", "\\u0024serde_json::private::RawValue"] {
        let mut text = "1".to_owned();
        for _ in 0..8 {
            let inner = json!(text).to_string();
            text = format!("{}{{\"{name}\":{inner}}}{}", "[".repeat(60), "]".repeat(60));
        }
        let attributes = format!("{{\"attributes\":{text}}}");
        let operation = json!({ "op": "update", "id": item["id"], "patch": {} }).to_string();
        let batch = format!("{{\"operations\":[{operation},{{\"op\":\"create\",\"item\":{attributes}}}]}}");
        for (method, address, body) in [
            (Method::POST, "/v1/items".to_owned(), attributes.clone()),
            (Method::PUT, path(&item), attributes.clone()),
            (Method::PATCH, path(&item), attributes),
            (Method::POST, "/v1/items/batch".to_owned(), batch),
        ] {
            let request = service.request(method, &address).header("content-type", "application/json");
            let faults = Reply::of(request.body(body)).await.is_problem(422, "validation-error").faults();
            // The first two say that it was not parsed.
            let expected = ["reserved_name", "too_deep", "required", "type"];
            assert!(faults.iter().any(|(_, code)| expected[..2].contains(&&**code)), "{faults:?}");
            assert!(faults.iter().all(|(_, code)| expected.contains(&&**code)), "{faults:?}");
        }
    }
}

/// Values of an attribute `k` that cannot be parsed, and where each is rejected with which code.
fn unparsable() -> [(String, String, &'static str); 5] {
    [
        (r#""\u0000""#.to_owned(), "/attributes/k".to_owned(), "nul"),
        (r#""\ud800""#.to_owned(), "/attributes/k".to_owned(), "lone_surrogate"),
        (r#"{"\ud800":1}"#.to_owned(), r"/attributes/k/%5Cud800".to_owned(), "lone_surrogate"),
        (
            r#"{"$serde_json::private::Number":"1"}"#.to_owned(),
            "/attributes/k/$serde_json::private::Number".to_owned(),
            "reserved_name",
        ),
        (nested(63), format!("/attributes/k{}", "/0".repeat(62)), "too_deep"),
    ]
}

#[tokio::test]
async fn a_value_that_cannot_be_parsed_hides_no_other_fault() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let send = async |method: Method, address: &str, media_type: &str, body: &str| {
        let request = service.request(method, address).header("content-type", media_type);
        Reply::of(request.body(body.to_owned())).await.is_problem(422, "validation-error").faults()
    };
    for (value, pointer, code) in unparsable() {
        let invalid = format!(r#"{{"name":"","foo":1,"attributes":{{"k":{value}}}}}"#);
        let of_item = |inside: &str| {
            let mut faults = vec![
                (format!("#{inside}/name"), "too_short".to_owned()),
                (format!("#{inside}/foo"), "unknown_field".to_owned()),
                (format!("#{inside}{pointer}"), code.to_owned()),
            ];
            if code == "too_deep" {
                faults.push((format!("#{inside}/attributes"), code.to_owned()));
            }
            faults.sort();
            faults
        };
        for (method, address, media_type) in [
            (Method::POST, "/v1/items".to_owned(), "application/json"),
            (Method::PUT, path(&item), "application/json"),
            (Method::PATCH, path(&item), "application/merge-patch+json"),
        ] {
            let faults = send(method, &address, media_type, &invalid).await;
            assert_eq!(faults, of_item(""), "{invalid}");
        }
        let create = format!(r#"{{"op":"create","item":{invalid}}}"#);
        let update = format!(r#"{{"op":"update","id":{},"patch":{invalid}}}"#, item["id"]);
        let batch = format!(r#"{{"operations":[{create},{update}],"bar":1}}"#);
        let faults = send(Method::POST, "/v1/items/batch", "application/json", &batch).await;
        if code == "too_deep" {
            // In a batch, the value begins deeper.
            assert_eq!(faults.iter().filter(|(_, found)| found == code).count(), 4, "{faults:?}");
            continue;
        }
        let mut expected = vec![("#/bar".to_owned(), "unknown_field".to_owned())];
        expected.extend(of_item("/operations/0/item"));
        expected.extend(of_item("/operations/1/patch"));
        expected.sort();
        assert_eq!(faults, expected);
    }
}

#[tokio::test]
async fn unusual_bodies_that_are_valid_work() {
    let service = TestService::start().await;
    for body in [
        r#"{"name":"\ud83d\ude00","attributes":{"\\u0000":"\\ud800","":{"":[]}}}"#.to_owned(),
        "\r\n\t {\"name\" : \"x\"}\n".to_owned(),
        r#"{"n\u0061me":"x"}"#.to_owned(),
        r#"{"name":"x","attributes":{"a":-0.0,"b":1E+2,"c":0e300}}"#.to_owned(),
    ] {
        let reply = service.post_text(body.clone()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{body}: {reply:?}");
    }
}

#[tokio::test]
async fn at_most_100_faults_are_reported() {
    let service = TestService::start().await;
    let body: Value =
        (0..5_000).map(|n| (format!("unknown{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let reply = service.post("/v1/items", &body).await;
    reply.is_problem(422, "validation-error");
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 100);
    assert_eq!(reply.body["errors_truncated"], true);
    assert_eq!(reply.body["detail"], "More than 100 fields are not valid; the first 100 are listed.");
}

#[tokio::test]
async fn a_body_over_the_limit_is_rejected_with_or_without_a_content_length() {
    let service = TestService::start().await;
    let announced = service.post_text(vec![b' '; 1024 * 1024 + 1]).await;
    announced.is_problem(413, "content-too-large");
    let chunks = (0..70).map(|_| Ok::<_, std::io::Error>(vec![b' '; 16 * 1024]));
    let streamed = service.post_text(reqwest::Body::wrap_stream(futures_util::stream::iter(chunks))).await;
    streamed.is_problem(413, "content-too-large");
    let mut largest = br#"{"name":"x"}"#.to_vec();
    largest.resize(1024 * 1024, b' ');
    assert_eq!(service.post_text(largest).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_body_that_trickles_in_is_rejected_with_408_and_costs_no_connection() {
    let mut options = options();
    options.body_timeout = Duration::from_millis(200);
    options.max_requests = 1;
    let service = TestService::start_with(options).await;
    let head =
        "POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{";
    let mut slow = raw(&service, head.as_bytes()).await;
    // Meanwhile it does not occupy the only slot for requests.
    assert_eq!(service.get("/v1/items").await.status, StatusCode::OK);
    let reply = read_reply(&mut slow).await;
    assert!(reply.starts_with("HTTP/1.1 408") && reply.contains("/problems/request-timeout"), "{reply}");
    assert_eq!(service.database.count_items().await, 0);
}

#[tokio::test]
async fn unusual_requests_are_rejected_or_work() {
    let service = TestService::start().await;
    let long = format!("/v1/items?name_prefix={}", "x".repeat(9_000));
    service.get(&long).await.is_problem(400, "malformed-request");
    for (request, status) in [
        ("GET /v1/items?limit=1&limit HTTP/1.1", "400"),
        ("GET /v1/items?%6Cimit=1 HTTP/1.1", "200"),
        ("GET /v1/items?&& HTTP/1.1", "200"),
        ("GET //v1/items HTTP/1.1", "404"),
        ("GET /v1/items/ HTTP/1.1", "404"),
        ("GET /v1/../v1/items HTTP/1.1", "404"),
        ("BREW /v1/items HTTP/1.1", "405"),
        ("GET /v1/items\u{e9} HTTP/1.1", "404"),
    ] {
        let mut stream =
            raw(&service, format!("{request}\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await;
        let reply = read_reply(&mut stream).await;
        assert_eq!(reply.split(' ').nth(1), Some(status), "{request}: {reply}");
        assert!(status == "200" || reply.contains("application/problem+json"), "{request}: {reply}");
    }
}

#[tokio::test]
async fn malformed_http_is_rejected_with_a_problem_document() {
    let service = TestService::start().await;
    let head = |fields: &str| format!("GET /v1/items HTTP/1.1\r\n{fields}\r\n\r\n");
    for (request, status, slug) in [
        ("GARBAGE\r\n\r\n".to_owned(), 400, "malformed-request"),
        (head("no colon"), 400, "malformed-request"),
        (head("host: x\r\nif-none-match: a\0b"), 400, "malformed-request"),
        (head("host: x\r\ncontent-length: many"), 400, "malformed-request"),
        (head("accept: */*\r\nconnection: close"), 400, "malformed-request"),
        (head("host: x\r\nhost: y\r\nconnection: close"), 400, "malformed-request"),
        (head(&vec!["host: x"; 101].join("\r\n")), 431, "request-header-fields-too-large"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(70_000)), 414, "uri-too-long"),
    ] {
        let reply = read_reply(&mut raw(&service, request.as_bytes()).await).await;
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{request:.60}: {head}");
        assert!(head.contains("content-type: application/problem+json"), "{request:.60}: {head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["type"], &body["status"]), (&json!(format!("/problems/{slug}")), &json!(status)));
        let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
        assert_eq!(body["instance"], format!("urn:uuid:{id}"));
    }
}

#[tokio::test]
async fn what_is_not_a_request_is_logged_and_counted_once() {
    let log = Log::capture();
    let service = TestService::start().await;
    let reply = read_reply(&mut raw(&service, b"GARBAGE\r\n\r\n").await).await;
    let id = reply.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    let lines = log.lines("request");
    assert_eq!(lines.len(), 1, "{}", log.text());
    assert_eq!((&lines[0]["span"]["request_id"], &lines[0]["http.status"]), (&json!(id), &json!(400)));
    let metrics = service.get("/metrics").await.text;
    let count = r#"curio_http_request_duration_seconds_count{method="other",route="none",status="400"} 1"#;
    assert!(metrics.contains(count), "{metrics}");
}

#[tokio::test]
async fn a_transfer_coding_other_than_chunked_is_rejected_with_501() {
    let service = TestService::start().await;
    for (coding, version, status) in [
        ("chunked", "1.1", "201"),
        ("Chunked", "1.1", "201"),
        ("gzip, chunked", "1.1", "501"),
        ("identity, chunked", "1.1", "501"),
        ("gzip\r\ntransfer-encoding: chunked", "1.1", "501"),
        ("chunked, chunked", "1.1", "501"),
        ("gzip", "1.1", "400"),
        ("chunked", "1.0", "400"),
    ] {
        let mut stream = raw(
            &service,
            format!(
                "POST /v1/items HTTP/{version}\r\nhost: x\r\ncontent-type: application/json\r\n\
                 transfer-encoding: {coding}\r\n\r\nc\r\n{{\"name\":\"x\"}}\r\n0\r\n\r\n"
            )
            .as_bytes(),
        )
        .await;
        let reply = read_reply(&mut stream).await;
        assert_eq!(reply.split(' ').nth(1), Some(status), "{coding}: {reply}");
        if status != "201" {
            assert!(reply.contains("application/problem+json"), "{coding}: {reply}");
            assert!(reply.contains("connection: close"), "{coding}: {reply}");
        }
    }
    assert_eq!(service.database.count_items().await, 2);
}

#[tokio::test]
async fn header_values_beyond_ascii_are_rejected_or_ignored() {
    let service = TestService::start().await;
    for header in [
        "if-none-match: \"\u{e9}\"",
        "accept: \u{e9}",
        "x-request-id: \u{e9}",
        "traceparent: \u{e9}",
        "x-other: \u{e9}",
    ] {
        let request = format!("GET /v1/items HTTP/1.1\r\nhost: x\r\n{header}\r\nconnection: close\r\n\r\n");
        let reply = read_reply(&mut raw(&service, request.as_bytes()).await).await;
        assert!(reply.starts_with("HTTP/1.1 200") || reply.starts_with("HTTP/1.1 4"), "{header}: {reply}");
    }
}

async fn raw(service: &TestService, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// What the server sends until it closes, or until a body of known length is complete.
async fn read_reply(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if length.is_some_and(|length| body.len() >= length) {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
