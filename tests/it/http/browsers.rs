//! What pages in browsers may do, above all those of other origins.

use http::Request;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Auth, Options, openapi_text,
    service::{Reply, TestService, options, path},
};

pub const PAGE: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";
const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");

/// A service whose options are changed by the function.
pub async fn start(configure: impl FnOnce(&mut Options)) -> TestService {
    let mut options = options();
    configure(&mut options);
    TestService::start_with(options).await
}

/// A write that needs no media type and no body: it is 409, because its item is not deleted.
async fn restore(service: &TestService, fields: &[(&str, &str)]) -> Reply {
    let id = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    service.put(&format!("/v1/items/{id}"), &json!({ "name": "Lamp" })).await;
    service.send(Method::POST, &format!("/v1/items/{id}/restore"), fields, None).await
}

async fn passes(service: &TestService, fields: &[(&str, &str)]) {
    let reply = restore(service, fields).await;
    assert_eq!(reply.body["type"], "/problems/conflict", "{fields:?}: {reply:?}");
}

async fn is_rejected(service: &TestService, fields: &[(&str, &str)]) {
    let reply = restore(service, fields).await;
    assert_eq!(reply.body["type"], "/problems/cross-origin-request", "{fields:?}: {reply:?}");
    reply.is_problem(403, "cross-origin-request");
    assert_eq!(reply.header("access-control-allow-origin"), None, "{fields:?}");
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    service.delete(&item).await;
    let restore = format!("{item}/restore");
    let form = [("content-type", "application/x-www-form-urlencoded"), ("origin", EVIL), CROSS_SITE];
    service.send(Method::POST, &restore, &form, None).await.is_problem(403, "cross-origin-request");
    service.get(&item).await.is_problem(404, "not-found");
    let text = [("content-type", "text/plain"), ("origin", EVIL), CROSS_SITE];
    let body = json!({ "name": "Lamp" });
    service.send(Method::POST, "/v1/items", &text, Some(&body)).await.is_problem(403, "cross-origin-request");
    let own = [("sec-fetch-site", "same-origin")];
    assert_eq!(service.send(Method::POST, &restore, &own, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_another_origin_sends_no_write_of_any_operation() {
    let service = TestService::start().await;
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    let mut writes = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let reply = service.send(method.clone(), path, &[CROSS_SITE], None).await;
            if method == Method::GET {
                assert_ne!(reply.status, StatusCode::FORBIDDEN, "{path}");
            } else {
                reply.is_problem(403, "cross-origin-request");
                writes += 1;
            }
        }
    }
    assert!(writes > 15, "{writes}");
    for method in ["HEAD", "OPTIONS", "QUERY"] {
        let fields = [CROSS_SITE, ("origin", EVIL), ("content-type", "application/json")];
        let query = (method == "QUERY").then(|| json!({}));
        let reply = service.send(method.parse().unwrap(), "/v1/items", &fields, query.as_ref()).await;
        assert!(reply.status.is_success(), "{method}: {reply:?}");
    }
}

#[tokio::test]
async fn a_browser_says_which_site_sends_a_request() {
    let service = TestService::start().await;
    let own = service.address.clone();
    passes(&service, &[]).await;
    for site in ["same-origin", "none"] {
        passes(&service, &[("sec-fetch-site", site)]).await;
        passes(&service, &[("sec-fetch-site", site), ("origin", EVIL)]).await;
    }
    for site in ["cross-site", "same-site", "", "Same-Origin", "same-origin, none"] {
        is_rejected(&service, &[("sec-fetch-site", site)]).await;
        is_rejected(&service, &[("sec-fetch-site", site), ("origin", &own)]).await;
    }
    is_rejected(&service, &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]).await;
    is_rejected(&service, &[("origin", &own), ("origin", EVIL)]).await;
}

#[tokio::test]
async fn without_the_site_the_origin_is_that_of_the_host() {
    let service = TestService::start().await;
    passes(&service, &[("origin", &service.address)]).await;
    for (host, origin) in [
        ("a.example", "http://a.example"),
        ("a.example", "https://a.example"),
        ("A.Example", "https://a.example"),
        ("a.example:443", "https://a.example"),
        ("a.example:80", "http://a.example"),
        ("a.example:8080", "http://a.example:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("[0::1]", "http://[::1]"),
    ] {
        passes(&service, &[("host", host), ("origin", origin)]).await;
    }
    for (host, origin) in [
        ("a.example", "null"),
        ("null", "null"),
        ("a.example", ""),
        ("a.example", "a.example"),
        ("a.example", "//a.example"),
        ("a.example", "ftp://a.example"),
        ("a.example", "https://b.example"),
        ("a.example", "https://a.example.evil.example"),
        ("a.example", "https://a.example:8443"),
        ("a.example:80", "https://a.example"),
        ("a.example:8080", "http://a.example"),
        ("[::1]", "http://[::2]"),
    ] {
        is_rejected(&service, &[("host", host), ("origin", origin)]).await;
    }
}

#[tokio::test]
async fn behind_a_proxy_that_changes_the_host_the_origin_is_that_of_the_public_url() {
    let service = start(|options| {
        options.public_url = Some("https://api.example.com:443/catalogue".parse().unwrap());
        options.allowed_hosts = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    passes(&service, &[("origin", "https://api.example.com")]).await;
    for other in ["http://api.example.com", "https://api.example.com:8443", EVIL] {
        is_rejected(&service, &[("origin", other)]).await;
    }
    is_rejected(&service, &[("origin", "https://api.example.com"), CROSS_SITE]).await;
}

#[tokio::test]
async fn pages_that_may_call_the_api_may_write() {
    let service = start(|options| options.cors_origins = vec![PAGE.parse().unwrap()]).await;
    for fields in [&[("origin", PAGE)][..], &[("origin", PAGE), CROSS_SITE]] {
        passes(&service, fields).await;
        let reply = restore(&service, fields).await;
        assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE));
    }
    for other in [EVIL, "null", "https://app.example.com.evil.example", "HTTPS://app.example.com"] {
        is_rejected(&service, &[("origin", other)]).await;
        is_rejected(&service, &[("origin", other), CROSS_SITE]).await;
    }
    is_rejected(&service, &[CROSS_SITE]).await;
    let open = start(|options| options.cors_origins = vec!["*".parse().unwrap()]).await;
    for origin in [EVIL, "null"] {
        passes(&open, &[("origin", origin), CROSS_SITE]).await;
    }
}

#[tokio::test]
async fn only_a_bearer_token_is_sent_on_purpose() {
    let service = TestService::start().await;
    for field in ["Bearer x", "bearer x", "BEARER  x"] {
        passes(&service, &[CROSS_SITE, ("authorization", field)]).await;
    }
    // A browser that a proxy has asked for a password sends it with the forms of all sites.
    for field in ["Basic YTpi", "Negotiate YTpi", "Bearer", "Bearerx y", ""] {
        is_rejected(&service, &[CROSS_SITE, ("authorization", field)]).await;
    }
}

#[tokio::test]
async fn a_request_of_another_origin_costs_its_sender_no_quota() {
    let service = start(|options| {
        options.auth = Auth::Required;
        options.rate_limit = Some("1/60s".parse().unwrap());
    })
    .await;
    let post = async |fields: &[(&str, &str)]| service.send(Method::POST, "/v1/items", fields, None).await;
    for _ in 0..3 {
        post(&[CROSS_SITE]).await.is_problem(403, "cross-origin-request");
    }
    post(&[]).await.is_problem(401, "unauthorized");
    post(&[]).await.is_problem(429, "quota-exceeded");
}

/// The status of a write of a page over HTTP/2, to this target, from this origin.
async fn write_http2(service: &TestService, target: &str, origin: &str) -> u16 {
    let request = Request::post(target).header("origin", origin).body(()).unwrap();
    service.exchange_http2(request).await.status().as_u16()
}

#[tokio::test]
async fn the_target_says_which_host_a_request_is_for() {
    let service = TestService::start().await;
    let target = "http://a.example/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55/restore";
    assert_eq!(write_http2(&service, target, "https://a.example").await, 404);
    assert_eq!(write_http2(&service, target, "https://b.example").await, 403);
    let of_http1 = async |origin: &str| {
        let head = format!("POST {target} HTTP/1.1\r\nhost: b.example\r\norigin: {origin}\r\n");
        service.exchange(format!("{head}content-length: 0\r\nconnection: close\r\n\r\n")).await
    };
    let own = of_http1("https://a.example").await;
    assert!(own.starts_with("HTTP/1.1 404 "), "{own}");
    let other = of_http1("https://b.example").await;
    assert!(other.starts_with("HTTP/1.1 403 "), "{other}");
    // HTTP/1.0 has no Host.
    let head = "POST /v1/items HTTP/1.0\r\norigin: https://a.example\r\ncontent-length: 0\r\n\r\n";
    let without = service.exchange(head).await;
    assert!(without.starts_with("HTTP/1.0 403 "), "{without}");
}

#[tokio::test]
async fn a_preflight_lets_pages_send_keys_and_read_what_a_client_needs() {
    let service = start(|options| {
        options.auth = Auth::Required;
        options.cors_origins = vec![PAGE.parse().unwrap()];
    })
    .await;
    let preflight = [
        ("origin", PAGE),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,content-type,if-match"),
    ];
    let reply = service.send(Method::OPTIONS, "/v1/items/x", &preflight, None).await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (StatusCode::OK, Some(PAGE)),
        "{reply:?}"
    );
    let allowed = reply.header("access-control-allow-headers").unwrap();
    let has = |list: &str, name: &str| list.split(',').any(|field| field.trim() == name);
    for field in ["authorization", "content-type", "if-match", "idempotency-key", "prefer"] {
        assert!(has(allowed, field), "{field}: {allowed}");
    }
    assert_eq!(reply.header("access-control-allow-credentials"), None, "no cookies");
    let rejected = service.send(Method::GET, "/v1/items", &[("origin", PAGE), CROSS_SITE], None).await;
    rejected.is_problem(401, "unauthorized");
    assert_eq!(rejected.header("access-control-allow-origin"), Some(PAGE));
    let exposed = rejected.header("access-control-expose-headers").unwrap();
    for field in ["www-authenticate", "etag", "link", "location", "ratelimit", "retry-after", "x-request-id"]
    {
        assert!(has(exposed, field), "{field}: {exposed}");
    }
    let other = [("origin", EVIL), preflight[1], preflight[2]];
    let reply = service.send(Method::OPTIONS, "/v1/items/x", &other, None).await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn the_pages_of_the_document_store_no_key_and_send_what_is_filled_in() {
    let service = TestService::start().await;
    let script = service.get("/docs/swagger-initializer.js").await.text;
    for option in [
        r#""persistAuthorization": false"#,
        r#""tryItOutEnabled": true"#,
        r#""validatorUrl": "none""#,
        r#""url": "/openapi.json""#,
    ] {
        assert!(script.contains(option), "{option}: {script}");
    }
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    // Swagger UI fills in the example of a parameter, so no optional one has any.
    let shared = document["components"]["parameters"].as_object().unwrap().values();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let own = operations.filter_map(|operation| operation["parameters"].as_array()).flatten();
    for parameter in shared.chain(own).filter(|parameter| parameter["required"] != true) {
        for member in ["/example", "/examples", "/schema/example"] {
            assert_eq!(parameter.pointer(member), None, "{parameter}");
        }
    }
}
