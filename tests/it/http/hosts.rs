//! The hosts that the service serves, and no others, whatever a name server says (DNS rebinding);
//! and its public URL.

use http::Request;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::browsers::{PAGE, start};
use crate::support::{
    Auth, Options,
    service::{Reply, TestService, options},
};

async fn get_from(service: &TestService, host: &str, path: &str) -> Reply {
    service.send(Method::GET, path, &[("host", host)], None).await
}

#[tokio::test]
async fn a_service_with_a_public_url_serves_its_host_only() {
    let service = start(|options| {
        options.public_url = Some("https://api.example.com/catalogue".parse().unwrap());
        options.cors_origins = vec![PAGE.parse().unwrap()];
    })
    .await;
    for host in ["api.example.com", "API.example.COM", "api.example.com:443", "api.example.com:"] {
        let reply = get_from(&service, host, "/v1/items").await;
        assert_eq!(reply.status, StatusCode::OK, "{host}: {reply:?}");
    }
    for host in [
        "evil.example",
        "api.example.com.evil.example",
        "api.example.com.",
        "api.example.com:80",
        "api.example.com:8443",
        "localhost",
        "127.0.0.1",
    ] {
        for path in ["/v1/items", "/openapi.json", "/docs/", "/nowhere", "/problems/conflict", "/"] {
            let reply = get_from(&service, host, path).await;
            reply.is_problem(421, "misdirected-request");
        }
        for path in ["/livez", "/readyz", "/metrics"] {
            assert_eq!(get_from(&service, host, path).await.status, StatusCode::OK, "{host} {path}");
        }
        let write = service.send(Method::POST, "/v1/items", &[("host", host)], Some(&json!({}))).await;
        write.is_problem(421, "misdirected-request");
        let preflight = [("host", host), ("origin", PAGE), ("access-control-request-method", "POST")];
        let reply = service.send(Method::OPTIONS, "/v1/items", &preflight, None).await;
        reply.is_problem(421, "misdirected-request");
    }
    get_from(&service, "a b", "/v1/items").await.is_problem(400, "malformed-request");
    let page = get_from(&service, "evil.example", "/problems/misdirected-request").await;
    page.is_problem(421, "misdirected-request");
    let page = get_from(&service, "api.example.com", "/problems/misdirected-request").await;
    assert!(page.text.contains("CURIO_ALLOWED_HOSTS"), "{page:?}");
}

#[tokio::test]
async fn the_target_must_be_at_the_public_url() {
    let service =
        start(|options| options.public_url = Some("http://api.example.com:8080".parse().unwrap())).await;
    let of_http2 = async |target: &str| {
        let request = Request::get(target).body(()).unwrap();
        service.exchange_http2(request).await.status().as_u16()
    };
    for (authority, status) in [
        ("api.example.com:8080", 200),
        ("API.example.com:8080", 200),
        ("api.example.com", 421),
        ("evil", 421),
    ] {
        assert_eq!(of_http2(&format!("http://{authority}/v1/items")).await, status, "{authority}");
        assert_eq!(of_http2(&format!("http://{authority}/livez")).await, 200, "{authority}");
        let with_host = Request::get("/v1/items").header("host", authority).body(()).unwrap();
        assert_eq!(service.exchange_http2(with_host).await.status().as_u16(), status, "{authority}");
    }
    let of_http1 = async |head: &str| {
        let reply = service.exchange(format!("{head}\r\nconnection: close\r\n\r\n")).await;
        reply.split(' ').nth(1).unwrap().to_owned()
    };
    for (head, status) in [
        ("GET http://api.example.com:8080/v1/items HTTP/1.1\r\nhost: evil.example", "200"),
        ("GET http://evil.example/v1/items HTTP/1.1\r\nhost: api.example.com:8080", "421"),
        ("OPTIONS * HTTP/1.1\r\nhost: api.example.com:8080", "204"),
        ("OPTIONS * HTTP/1.1\r\nhost: evil.example", "421"),
        // Without a host, it is the one that there is (RFC 9112 §3.3).
        ("GET /v1/items HTTP/1.0", "200"),
        ("GET /v1/items HTTP/1.0\r\nhost: evil.example", "421"),
    ] {
        assert_eq!(of_http1(head).await, status, "{head}");
    }
}

#[tokio::test]
async fn further_hosts_are_served_if_they_are_listed() {
    let listed = || vec!["curio.internal".parse().unwrap(), "10.0.0.7:8080".parse().unwrap()];
    let public = start(|options| {
        options.public_url = Some("https://api.example.com".parse().unwrap());
        options.allowed_hosts = listed();
    })
    .await;
    let only_listed = start(|options| options.allowed_hosts = listed()).await;
    for (host, status) in [
        ("curio.internal", 200),
        ("CURIO.internal:8080", 200),
        ("10.0.0.7:8080", 200),
        ("10.0.0.7", 421),
        ("a.curio.internal", 421),
    ] {
        for service in [&public, &only_listed] {
            assert_eq!(get_from(service, host, "/v1/items").await.status, status, "{host}");
        }
    }
    assert_eq!(get_from(&public, "api.example.com", "/v1/items").await.status, 200);
    assert_eq!(get_from(&only_listed, "api.example.com", "/v1/items").await.status, 421);
}

#[tokio::test]
async fn a_service_for_everybody_on_this_machine_serves_loopback_hosts_only() {
    let local = start(|options| options.is_on_loopback = true).await;
    for host in ["localhost", "LocalHost:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080"] {
        assert_eq!(get_from(&local, host, "/v1/items").await.status, 200, "{host}");
    }
    let rebound = ["evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"];
    for host in rebound {
        get_from(&local, host, "/v1/items").await.is_problem(421, "misdirected-request");
    }
    let further = start(|options| {
        options.is_on_loopback = true;
        options.allowed_hosts = vec!["curio.test".parse().unwrap()];
    })
    .await;
    for (host, status) in [("curio.test", 200), ("localhost", 200), ("evil.example", 421)] {
        assert_eq!(get_from(&further, host, "/v1/items").await.status, status, "{host}");
    }
    // A page has no key, and a proxy on the same machine passes on any host.
    let guarded = start(|options| {
        options.is_on_loopback = true;
        options.auth = Auth::Required;
    })
    .await;
    get_from(&guarded, rebound[0], "/v1/items").await.is_problem(401, "unauthorized");
    let reachable = TestService::start().await;
    assert_eq!(get_from(&reachable, rebound[0], "/v1/items").await.status, 200);
}

#[tokio::test]
async fn links_are_relative_or_below_the_public_url() {
    let ask = async |service: &TestService| {
        service.create("a").await;
        service.create("b").await;
        let fields =
            [("host", "other"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "evil.example")];
        let reply = service.send(Method::GET, "/v1/items?limit=1", &fields, None).await;
        let catalog = service.send(Method::GET, "/.well-known/api-catalog", &fields, None).await;
        let links = [&reply, &catalog].map(|reply| reply.header("link").unwrap());
        let description = catalog.body["linkset"][0]["service-desc"][0]["href"].as_str().unwrap();
        links.map(|link| link.split(['?', '>']).next().unwrap().to_owned()).join(" ") + " " + description
    };
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let relative = TestService::start_with(Options { trusted_proxies, ..options() }).await;
    assert_eq!(ask(&relative).await, "</v1/items </.well-known/api-catalog /openapi.json");
    let public_url = Some("https://api.example.com/catalogue/".parse().unwrap());
    let allowed_hosts = vec!["127.0.0.1".parse().unwrap(), "other".parse().unwrap()];
    let absolute = TestService::start_with(Options { public_url, allowed_hosts, ..options() }).await;
    let links = ["<", "<", ""].map(|start| format!("{start}https://api.example.com/catalogue"));
    let paths = ["/v1/items", "/.well-known/api-catalog", "/openapi.json"];
    let expected: Vec<_> = links.iter().zip(paths).map(|(link, path)| format!("{link}{path}")).collect();
    assert_eq!(ask(&absolute).await, expected.join(" "));
}
