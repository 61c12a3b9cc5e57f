//! The method QUERY (RFC 10008): lists whose parameters are in the content.

use std::collections::BTreeSet;

use http::{Method, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::service::{Reply, TestService};

async fn query(service: &TestService, path: &str, content: &Value) -> Reply {
    query_as(service, path, "application/json", content.to_string()).await
}

async fn query_as(service: &TestService, path: &str, media_type: &str, content: String) -> Reply {
    let method = Method::from_bytes(b"QUERY").unwrap();
    Reply::of(service.request(method, path).header(CONTENT_TYPE, media_type).body(content)).await
}

#[tokio::test]
async fn a_query_returns_what_a_get_with_the_same_parameters_returns() {
    let service = TestService::start().await;
    for (name, status) in [("a", "draft"), ("b", "active"), ("c", "archived"), ("d", "active")] {
        service.post("/v1/items", &json!({ "name": name, "status": status })).await;
    }
    for (content, parameters) in [
        (json!({}), ""),
        (json!({ "status": "active" }), "status=active"),
        (json!({ "status": ["draft", "active"], "limit": 2 }), "status=draft&status=active&limit=2"),
        (
            json!({ "filter": "name in (\"b\", \"c\")", "sort": "name" }),
            "filter=name+in+(%22b%22,%22c%22)&sort=name",
        ),
        (json!({ "fields": "name,attributes.color" }), "fields=name,attributes.color"),
        (json!({ "include_deleted": true, "limit": 1.0 }), "include_deleted=true&limit=1"),
    ] {
        let (queried, got) = (
            query(&service, "/v1/items", &content).await,
            service.get(&format!("/v1/items?{parameters}")).await,
        );
        assert_eq!((queried.status, &queried.body), (StatusCode::OK, &got.body), "{content}");
        for field in ["etag", "vary", "cache-control", "allow"] {
            assert_eq!(queried.header(field), got.header(field), "{content}");
        }
    }
    let first = query(&service, "/v1/items", &json!({ "status": "active", "limit": 1 })).await;
    let cursor = &first.body["next_cursor"];
    let second = query(&service, "/v1/items", &json!({ "status": "active", "cursor": cursor })).await;
    assert_eq!(second.body["data"][0]["name"], "b");
    // `Link` leads on by GET.
    assert_eq!(service.get(&first.link("next").unwrap()).await.body["data"], second.body["data"]);
}

#[tokio::test]
async fn a_query_exports_too() {
    let service = TestService::start().await;
    service.create("lamp").await;
    let method = Method::from_bytes(b"QUERY").unwrap();
    let request = service.request(method, "/v1/items").header("accept", "text/csv").json(&json!({}));
    let exported = Reply::of(request).await;
    assert_eq!((exported.status, exported.header("content-type")), (StatusCode::OK, Some("text/csv")));
    assert!(exported.text.contains("lamp"), "{exported:?}");
}

#[tokio::test]
async fn the_faults_of_a_query_are_in_its_content() {
    let service = TestService::start().await;
    let content = json!({ "filter": "name =", "limit": 0, "cursor": "x", "color": 1, "a/b": true, "status": [{}], "fields": [] });
    let mut faults =
        query(&service, "/v1/items", &content).await.is_problem(422, "validation-error").faults();
    faults.sort();
    assert_eq!(
        faults,
        [
            ("#/a~1b", "unknown_parameter"),
            ("#/color", "unknown_parameter"),
            ("#/cursor", "cursor"),
            ("#/fields", "too_few"),
            ("#/filter", "filter"),
            ("#/limit", "limit"),
            ("#/status", "type"),
        ]
        .map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    let long = query(&service, "/v1/items", &json!({ "\u{e9}".repeat(5_000): 1 })).await;
    assert_eq!(
        long.is_problem(422, "validation-error").faults(),
        [("#".to_owned(), "unknown_parameter".to_owned())]
    );
    for (content, status, slug) in [
        ("", 400, "malformed-request"),
        ("{\"limit\":1", 400, "malformed-request"),
        ("[]", 422, "validation-error"),
        ("{\"limit\":null}", 422, "validation-error"),
        ("{\"limit\":1,\"limit\":1}", 422, "validation-error"),
        ("{\"name_prefix\":\"\\u0000\"}", 422, "validation-error"),
        ("{\"name_prefix\":\"\\ud800\"}", 422, "validation-error"),
    ] {
        let reply = query_as(&service, "/v1/items", "application/json", content.to_owned()).await;
        reply.is_problem(status, slug);
    }
    query(&service, "/v1/items?limit=1", &json!({})).await.is_problem(400, "malformed-request");
    let reply = query_as(&service, "/v1/items", "text/plain", "{}".to_owned()).await;
    reply.is_problem(415, "unsupported-media-type");
    assert_eq!(reply.header("accept-query"), Some("application/json"));
}

#[tokio::test]
async fn a_parameter_that_occurs_twice_has_the_faults_of_the_last() {
    let service = TestService::start().await;
    let twice = r#"{"color":1,"color":2,"limit":1,"limit":0}"#.to_owned();
    let faults = query_as(&service, "/v1/items", "application/json", twice).await.faults();
    assert_eq!(
        faults,
        [
            ("#/color", "duplicate_name"),
            ("#/color", "unknown_parameter"),
            ("#/limit", "duplicate_name"),
            ("#/limit", "limit"),
        ]
        .map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
}

#[tokio::test]
async fn a_filter_may_be_longer_than_a_url() {
    let service = TestService::start().await;
    for name in ["a", "b", "c"] {
        service.create(name).await;
    }
    let filter = |length: usize| {
        let filter = r#"name in ("a", "b", ""#.to_owned();
        let end = "\")";
        format!("{filter}{}{end}", "x".repeat(length - filter.len() - end.len()))
    };
    let mut content = json!({ "filter": filter(65_536), "limit": 1 });
    let first = query(&service, "/v1/items", &content).await;
    assert_eq!((first.status, &first.body["data"][0]["name"]), (StatusCode::OK, &json!("b")), "{first:?}");
    assert_eq!(first.header("link"), None, "no client could follow it");
    content["cursor"] = first.body["next_cursor"].clone();
    let next = query(&service, "/v1/items", &content).await;
    assert_eq!((&next.body["data"][0]["name"], &next.body["next_cursor"]), (&json!("a"), &Value::Null));
    let reply = query(&service, "/v1/items", &json!({ "filter": filter(65_537) })).await;
    let expected = [("#/filter".to_owned(), "length".to_owned())];
    assert_eq!(reply.is_problem(422, "validation-error").faults(), expected);
}

/// Nginx rejects a response whose head has more than 4 KiB.
#[tokio::test]
async fn links_leave_out_what_a_proxy_would_reject() {
    let service = TestService::start().await;
    for name in ["a", "b", "c"] {
        service.create(name).await;
    }
    let mut numbers = BTreeSet::new();
    for length in (50..2_100).step_by(50) {
        let filter = format!(r#"name != "{}""#, "x".repeat(length));
        let mut content = json!({ "filter": filter, "limit": 1 });
        content["cursor"] = query(&service, "/v1/items", &content).await.body["next_cursor"].clone();
        let second = query(&service, "/v1/items", &content).await;
        assert_eq!(second.body["data"][0]["name"], "b");
        let links = ["next", "prev", "first"].map(|rel| second.link(rel));
        assert!(links.is_sorted_by_key(Option::is_none), "{length}: {links:?}");
        assert!(second.header("link").is_none_or(|link| link.len() <= 2_048));
        numbers.insert(links.iter().flatten().count());
        if let Some(next) = &links[0] {
            assert_eq!(service.get(next).await.body["data"][0]["name"], "a");
        }
    }
    assert_eq!(numbers, BTreeSet::from([0, 1, 2, 3]));
}

#[tokio::test]
async fn clients_learn_of_the_method_where_it_is_allowed() {
    let service = TestService::start().await;
    for method in [Method::OPTIONS, Method::DELETE] {
        let reply = Reply::of(service.request(method.clone(), "/v1/items")).await;
        assert_eq!(reply.header("accept-query"), Some("application/json"), "{method}");
        assert!(reply.header("allow").unwrap().split(',').any(|allowed| allowed == "QUERY"), "{reply:?}");
    }
    for path in ["/v1/collections", "/v1/items/batch", "/livez"] {
        let reply = query(&service, path, &json!({})).await;
        reply.is_problem(405, "method-not-allowed");
        assert!(!reply.header("allow").unwrap().contains("QUERY"), "{reply:?}");
    }
    let reply = Reply::of(
        service
            .request(Method::OPTIONS, "/v1/items")
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "QUERY"),
    )
    .await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
}
