//! The target of a request and its host, in all forms and spellings.

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::strict::malformed;
use crate::support::service::{TestService, path};

#[tokio::test]
async fn the_target_has_a_form_that_the_method_may_have() {
    let service = TestService::start().await;
    for (line, status) in [
        ("GET *", 400),
        ("POST *", 400),
        ("GET x", 400),
        ("GET x:80", 400),
        ("OPTIONS *", 204),
        ("GET http://x/livez", 200),
        ("CONNECT x:80", 404),
    ] {
        let head = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let response = service.exchange(head).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {response}");
    }
}

#[tokio::test]
async fn a_host_that_is_none_is_rejected_everywhere_but_by_probes() {
    let service = TestService::start().await;
    for host in ["a b", "h:abc", "a/b", "[zz]", "user:pw@h", "%zz", ""] {
        for path in ["/v1/items", "/openapi.json", "/nowhere"] {
            let reply = service.send(Method::GET, path, &[("host", host)], None).await;
            assert_eq!(malformed(&reply), [("Host".into(), "host".into())], "{host} {path}");
        }
        assert_eq!(service.send(Method::GET, "/livez", &[("host", host)], None).await.status, StatusCode::OK);
    }
    for target in ["http://h:99999/v1/items", "http://[zz]/v1/items", "http://u:p@x/v1/items"] {
        let mut stream = service.connect().await;
        let head = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 400 "), "{target}: {reply}");
    }
    for host in ["[::1]:80", "example.com:", "a_b.example", "caf%C3%A9"] {
        let reply = service.send(Method::GET, "/v1/items", &[("host", host)], None).await;
        assert_eq!(reply.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn equivalent_paths_are_one_path() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let (start, end) = item.split_at(item.len() - 1);
    let encoded = format!("{start}%{:02x}", end.as_bytes()[0]);
    for path in ["/v1/%69tems", "/%761/items?limit=1", &encoded, "/v1%2Ditems/../v1/items"] {
        let reply = service.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
    }
    assert_eq!(service.get("/v1%2Fitems").await.status, StatusCode::NOT_FOUND, "a slash is another path");
}

#[tokio::test]
async fn the_server_as_a_whole_has_options_and_ways_to_its_document() {
    let service = TestService::start().await;
    let mut stream = service.connect().await;
    stream.write_all(b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 204 "), "{reply}");

    let root = service.request(Method::GET, "/");
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let redirect = client.execute(root.build().unwrap()).await.unwrap();
    assert_eq!(
        (redirect.status(), &redirect.headers()["location"]),
        (StatusCode::TEMPORARY_REDIRECT, &"/docs".parse().unwrap())
    );
    let catalog = service.get("/.well-known/api-catalog").await;
    assert_eq!(
        catalog.header("content-type"),
        Some("application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"")
    );
    // RFC 9727 §2.
    let head = service.send(Method::HEAD, "/.well-known/api-catalog", &[], None).await;
    for reply in [&catalog, &head] {
        assert_eq!(reply.header("link"), Some("</.well-known/api-catalog>; rel=\"api-catalog\""));
    }
    for link in catalog.body["linkset"][0].as_object().unwrap().values().filter_map(Value::as_array) {
        assert_eq!(service.get(link[0]["href"].as_str().unwrap()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_target_that_is_none_of_http_is_rejected() {
    let service = TestService::start().await;
    for target in ["ftp://x/v1/items", "/v1/items?q=\u{e9}", "/v1/items?\u{e9}=1", "http://x/v1/items?\u{e9}"]
    {
        let head = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let reply = service.exchange(head).await;
        assert!(reply.starts_with("HTTP/1.1 400 "), "{target}: {reply}");
    }
    let head = |target: &str, more: &str| format!("HEAD {target} HTTP/1.1\r\nhost: x\r\n{more}\r\n");
    let mut stream = service.connect().await;
    for (target, status) in [("/v1/items#a", "400"), ("/v1/items?limit=1", "200"), ("/openapi.json?#", "400")]
    {
        stream.write_all(head(target, "x: #a\r\n").as_bytes()).await.unwrap();
        let mut reply = vec![0; 64 * 1024];
        let length = stream.read(&mut reply).await.unwrap();
        let reply = String::from_utf8_lossy(&reply[..length]);
        assert_eq!(reply.split(' ').nth(1), Some(status), "{target}: {reply}");
    }
    let of_http2 = async |uri: &str| {
        // Unlike the parser of whole URIs, its builder leaves the case of the scheme.
        let uri: http::Uri = match uri.split_once("://x") {
            Some((scheme, path)) => {
                http::Uri::builder().scheme(scheme).authority("x").path_and_query(path).build().unwrap()
            }
            None => uri.parse().unwrap(),
        };
        let request = http::Request::get(uri).body(()).unwrap();
        service.exchange_http2(request).await.status().as_u16()
    };
    // Without `:authority`, and without Host.
    assert_eq!(of_http2("/v1/items").await, 400);
    assert_eq!(of_http2("ftp://x/v1/items").await, 400);
    assert_eq!(of_http2("/livez").await, 200);
    for scheme in ["http", "https", "HTTP", "Https"] {
        assert_eq!(of_http2(&format!("{scheme}://x/v1/items")).await, 200, "{scheme}");
    }
    let with_host = http::Request::get("/v1/items").header("host", "x").body(()).unwrap();
    assert_eq!(service.exchange_http2(with_host).await.status().as_u16(), 200);
    // Both must be the same (RFC 9113 §8.3.1).
    for (host, status) in [("X", 200), ("y", 400)] {
        let with_both = http::Request::get("http://x/v1/items").header("host", host).body(()).unwrap();
        assert_eq!(service.exchange_http2(with_both).await.status().as_u16(), status, "{host}");
    }
}
