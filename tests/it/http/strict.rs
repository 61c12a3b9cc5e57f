//! What a strict client may rely on: grammars, equivalent spellings, and fields that are never
//! ignored.

use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderName, HeaderValue},
    redirect::Policy,
};
use serde_json::{Value, json};

use crate::support::service::{Reply, TestService, options, path};

pub fn malformed(reply: &Reply) -> Vec<(String, String)> {
    reply.is_problem(400, "malformed-request").faults()
}

fn malformed_body(reply: &Reply) -> &str {
    reply.is_problem(400, "malformed-request").body["detail"].as_str().unwrap()
}

/// An item with attributes of more than a kibibyte, which are compressed.
fn large() -> Value {
    json!({ "name": "Lamp", "attributes": { "text": "lorem ipsum ".repeat(200) } })
}

#[tokio::test]
async fn a_precondition_that_nothing_evaluates_is_rejected() {
    let service = TestService::start().await;
    let body = json!({ "name": "Lamp" });
    let batch = json!({ "operations": [{ "op": "create", "item": body }] });
    for (method, path, body) in [
        (Method::GET, "/v1/items", None),
        (Method::POST, "/v1/items", Some(&body)),
        (Method::POST, "/v1/items/batch", Some(&batch)),
    ] {
        let fields = [("if-match", "\"999\""), ("if-none-match", "*")];
        let reply = service.send(method, path, &fields, body).await;
        let expected = ["If-Match", "If-None-Match"].map(|name| (name.into(), "not_evaluated".into()));
        assert_eq!(malformed(&reply), expected);
    }
    assert_eq!(service.database.count_items().await, 0);
    let pages =
        ["/", "/docs/", "/openapi.json", "/problems/conflict", "/.well-known/api-catalog", "/metrics"];
    for path in pages {
        for (name, value) in [("If-Match", "\"1\""), ("If-None-Match", "*")] {
            for method in [Method::GET, Method::HEAD] {
                let reply = service.send(method.clone(), path, &[(name, value)], None).await;
                assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{method} {path}");
                if method == Method::GET {
                    assert_eq!(malformed(&reply), [(name.into(), "not_evaluated".into())]);
                }
            }
        }
        assert!(service.get(path).await.status.is_success(), "{path}");
    }
    // What does not succeed without the precondition responds as without it (RFC 9110 §13.2.1).
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    for (method, path, status) in [
        (Method::GET, "/", 307),
        (Method::GET, "/docs", 303),
        (Method::GET, "/problems/none", 404),
        (Method::POST, "/openapi.json", 405),
    ] {
        let request = service.request(method, path).header("if-match", "\"1\"").build().unwrap();
        assert_eq!(client.execute(request).await.unwrap().status(), status, "{path}");
    }
    for path in ["/livez", "/readyz"] {
        let reply =
            service.send(Method::GET, path, &[("if-match", "\"1\""), ("if-none-match", "*")], None).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_limit_of_attributes_is_on_their_value() {
    let service = TestService::start().await;
    let longest = "x".repeat(65_536 - r#"{"a":""}"#.len());
    let numbers: Vec<u32> = (10_000..20_500).collect();
    for attributes in [json!({ "a": longest }), json!({ "a": numbers }), json!({ "a": "😀".repeat(16_000) })]
    {
        let body = json!({ "name": "x", "attributes": attributes });
        let created = service.post("/v1/items", &body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{:?}", created.faults());
        let served = Reply::of(service.request(Method::GET, &path(&created.body))).await;
        assert_eq!(service.put(&path(&created.body), &served.body).await.status, StatusCode::OK);
        // Spelled at length.
        let spelled = serde_json::to_string_pretty(&body).unwrap().replace('😀', r"\ud83d\ude00");
        assert_eq!(service.post_text(spelled).await.status, StatusCode::CREATED);
    }
    let too_long = json!({ "name": "x", "attributes": { "a": format!("{longest}x") } });
    let faults = service.post("/v1/items", &too_long).await.is_problem(422, "validation-error").faults();
    assert_eq!(faults, [("#/attributes".into(), "too_large".into())]);
}

#[tokio::test]
async fn times_are_compared_exactly() {
    let service = TestService::start().await;
    let created = service.create("Lamp").await;
    let time = created["created_at"].as_str().unwrap().trim_end_matches('Z');
    let count = async |parameter: &str, digits: &str| {
        let reply = service.get(&format!("/v1/items?{parameter}={time}{digits}Z")).await;
        reply.body["data"].as_array().unwrap().len()
    };
    for (digits, before, after) in [("", 0, 1), ("000", 0, 1), ("9", 1, 0), ("0000000001", 1, 0)] {
        assert_eq!(count("created_before", digits).await, before, "{digits}");
        assert_eq!(count("created_after", digits).await, after, "{digits}");
    }
    let minus = service.get("/v1/items?created_after=2026-11-22T12:00:00%E2%88%9201:00").await;
    assert_eq!(malformed(&minus), [("created_after".into(), "date_time".into())]);
}

#[tokio::test]
async fn partial_content_is_rejected() {
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let range = [("content-range", "bytes 0-9/20")];
    let (part, query) = (json!({ "name": "Part" }), Method::from_bytes(b"QUERY").unwrap());
    for (method, path, content) in [
        (Method::PUT, path(&item), &part),
        (Method::PATCH, path(&item), &part),
        (query, "/v1/items".to_owned(), &json!({ "limit": 1 })),
    ] {
        let reply = service.send(method, &path, &range, Some(content)).await;
        assert_eq!(malformed(&reply), [("Content-Range".into(), "partial".into())]);
    }
    assert_eq!(service.get(&path(&item)).await.body, item);
}

#[tokio::test]
async fn what_was_served_in_a_coding_can_be_sent_back_in_it() {
    let service = TestService::start().await;
    let client = Client::builder().no_gzip().build().unwrap();
    let created = service.post("/v1/items", &large()).await.body;
    let url = format!("{}{}", service.address, path(&created));
    for coding in ["gzip", "br", "zstd"] {
        let served = client.get(&url).header("accept-encoding", coding).send().await.unwrap();
        assert_eq!(served.headers()["content-encoding"], coding);
        let bytes = served.bytes().await.unwrap();
        let send = |bytes: Vec<u8>, coding: &str| {
            let request =
                service.request(Method::POST, "/v1/items").header("content-type", "application/json");
            Reply::of(request.header("content-encoding", coding).body(bytes))
        };
        let copy = send(bytes.to_vec(), coding).await;
        assert_eq!(copy.status, StatusCode::CREATED, "{coding}: {copy:?}");
        assert_eq!(copy.body["attributes"], created["attributes"]);

        for spelling in [coding.to_uppercase(), format!(", {coding} ,,")] {
            assert_eq!(send(bytes.to_vec(), &spelling).await.status, StatusCode::CREATED, "{spelling}");
        }
        send(bytes[..bytes.len() / 2].to_vec(), coding).await.is_problem(400, "malformed-request");
        send(b"{\"name\": \"x\"}".to_vec(), coding).await.is_problem(400, "malformed-request");
        for behind in [&b"x"[..], b"\0", b"{\"name\": \"x\"}", &bytes[..bytes.len() / 2]] {
            let reply = send([&bytes[..], behind].concat(), coding).await;
            assert_eq!(
                malformed_body(&reply),
                "The body ended early, or does not match its Content-Encoding."
            );
        }
        for other in ["deflate", "gzip, br", "compress"] {
            let reply = send(bytes.to_vec(), other).await;
            reply.is_problem(415, "unsupported-media-type");
            assert_eq!(reply.header("accept-encoding"), Some("br, gzip, zstd"));
        }
    }
    let x_gzip = client.get(format!("{}/v1/items", service.address)).header("accept-encoding", "x-gzip");
    assert_eq!(x_gzip.send().await.unwrap().headers()["content-encoding"], "gzip");
    assert_eq!(service.database.count_items().await, 10);
}

#[tokio::test]
async fn the_limit_of_a_body_is_on_its_content() {
    let service = TestService::start().await;
    let client = Client::builder().no_gzip().build().unwrap();
    // 20 items of 60 KiB in a page: a large JSON text that a few kibibytes of gzip stand for.
    for _ in 0..20 {
        service.post("/v1/items", &json!({ "name": "x", "attributes": { "a": "x".repeat(60_000) } })).await;
    }
    let page = client.get(format!("{}/v1/items", service.address)).header("accept-encoding", "gzip");
    let bytes = page.send().await.unwrap().bytes().await.unwrap();
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let request = service.request(Method::POST, "/v1/items").header("content-type", "application/json");
    let reply = Reply::of(request.header("content-encoding", "gzip").body(bytes)).await;
    reply.is_problem(413, "content-too-large");
}

#[tokio::test]
async fn white_space_is_what_the_published_pattern_says() {
    let service = TestService::start().await;
    for name in ["\u{feff}", " \u{feff}\u{a0} ", "\u{2003}"] {
        let faults = service.post("/v1/items", &json!({ "name": name })).await;
        assert_eq!(
            faults.is_problem(422, "validation-error").faults(),
            [("#/name".into(), "too_short".into())]
        );
    }
    assert_eq!(service.create("\u{feff}Lamp\u{feff}").await["name"], "Lamp");
}

#[tokio::test]
async fn a_compressed_response_has_an_entity_tag_of_its_own() {
    let service = TestService::start().await;
    let client = Client::builder().no_gzip().build().unwrap();
    let created = service.post("/v1/items", &large()).await;
    let path = path(&created.body);
    let url = format!("{}{path}", service.address);
    let served = client.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(served.headers()["etag"], "\"1--gzip\"");
    assert_eq!(client.get(&url).send().await.unwrap().headers()["etag"], "\"1\"");

    // In another coding it is another representation (RFC 9110 §15.4.5).
    for (tag, coding, status, etag) in [
        ("\"1--gzip\"", Some("gzip"), 304, "\"1--gzip\""),
        ("\"1--br\", W/\"1--gzip\"", Some("gzip"), 304, "\"1--gzip\""),
        ("\"1\"", Some("gzip"), 304, "\"1\""),
        ("\"1--br\"", Some("gzip"), 200, "\"1--gzip\""),
        ("\"1--gzip\"", Some("identity"), 200, "\"1\""),
        // Without the field, every coding is acceptable (RFC 9110 §12.5.3).
        ("\"1--gzip\"", None, 304, "\"1--gzip\""),
        ("\"1--gzip\", \"1\"", None, 304, "\"1\""),
        ("\"2--gzip\"", None, 200, "\"1\""),
    ] {
        let request = client.get(&url).header("if-none-match", tag);
        let request = match coding {
            Some(coding) => request.header("accept-encoding", coding),
            None => request,
        };
        let reply = request.send().await.unwrap();
        assert_eq!(
            (reply.status().as_u16(), &reply.headers()["etag"]),
            (status, &etag.parse().unwrap()),
            "{tag}"
        );
    }
    let patch = json!({ "name": "Desk lamp" });
    for (tag, status) in [("\"1--lzw\"", 412), ("\"2--gzip\"", 412), ("\"1--gzip\"", 200)] {
        let reply = service.send(Method::PATCH, &path, &[("if-match", tag)], Some(&patch)).await;
        assert_eq!(reply.status, status, "{tag}");
    }
}

#[tokio::test]
async fn the_versions_of_an_id_never_repeat() {
    let service = TestService::start().await;
    let created = service.create("Lamp").await;
    let path = path(&created);
    service.patch(&path, &json!({ "status": "active" })).await;
    for version in [3, 4, 5] {
        assert_eq!(service.delete(&format!("{path}?purge=true")).await.status, StatusCode::NO_CONTENT);
        let again = service.put(&path, &json!({ "name": "Other" })).await;
        assert_eq!((again.status, &again.body["version"]), (StatusCode::CREATED, &json!(version)));
    }
    for stale in ["\"1\"", "\"2\"", "\"4\""] {
        let reply = service.send(Method::GET, &path, &[("if-none-match", stale)], None).await;
        assert_eq!(reply.status, StatusCode::OK);
        let reply = service.send(Method::PATCH, &path, &[("if-match", stale)], Some(&json!({}))).await;
        reply.is_problem(412, "precondition-failed");
    }
}

#[tokio::test]
async fn two_clients_behind_a_proxy_are_never_one() {
    let trusting =
        crate::support::Options { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..options() };
    let service = TestService::start_with(trusting).await;
    let create = async |client: &str| {
        let fields = [("x-forwarded-for", client), ("idempotency-key", "k")];
        service.send(Method::POST, "/v1/items", &fields, Some(&json!({ "name": "Lamp" }))).await.body["id"]
            .clone()
    };
    let mut ids = Vec::new();
    for client in ["203.0.113.21:1000", "198.51.100.99:2000", "[2001:db8::1]:443", "unknown", "fe80::1%eth0"]
    {
        let id = create(client).await;
        assert!(!ids.contains(&id), "{client}");
        assert_eq!(create(client).await, id);
        ids.push(id);
    }
    // Another port of a client is the same client.
    assert_eq!(create("203.0.113.21:1001,").await, ids[0]);

    // A byte beyond ASCII hides neither an address nor a client.
    let create_as = async |client: &[u8]| {
        let request = service.request(Method::POST, "/v1/items").header("idempotency-key", "k");
        let request = request.header("x-forwarded-for", HeaderValue::from_bytes(client).unwrap());
        Reply::of(request.json(&json!({ "name": "Lamp" }))).await.body["id"].clone()
    };
    assert_eq!(create_as(b"\xe4, 203.0.113.21").await, ids[0]);
    for client in [&b"\xe4, 203.0.113.22"[..], b"203.0.113.23, \xe4", b"203.0.113.23, \xe5"] {
        let id = create_as(client).await;
        assert!(!ids.contains(&id), "{client:?}");
        assert_eq!(create_as(client).await, id);
        ids.push(id);
    }
}

#[tokio::test]
async fn a_malformed_list_of_what_is_accepted_is_rejected() {
    let service = TestService::start().await;
    for (name, code, value) in [
        ("Accept", "accept", "a"),
        ("Accept", "accept", "application/json;q=1.5"),
        ("Accept-Encoding", "accept_encoding", "identity;q=abc"),
        ("Accept-Encoding", "accept_encoding", "identity;q=2"),
        ("Accept-Encoding", "accept_encoding", "identity;q=-1"),
        ("Accept", "accept", "application/json;q=.5"),
        ("Accept", "accept", "application/json;q=\"0\""),
        ("Accept", "accept", "application/json;q"),
        ("Accept", "accept", "text/html;x=\"unclosed"),
        ("Accept-Encoding", "accept_encoding", "gzip;q=0.5;q=1"),
        ("Accept-Encoding", "accept_encoding", "gzip;foo=1"),
    ] {
        let reply = service.send(Method::GET, "/v1/items", &[(name, value)], None).await;
        assert_eq!(malformed(&reply), [(name.into(), code.into())], "{value}");
        let probe = service.send(Method::GET, "/livez", &[(name, value)], None).await;
        assert_eq!(probe.status, StatusCode::OK, "{value}");
    }
}

#[tokio::test]
async fn a_malformed_media_type_is_rejected() {
    let service = TestService::start().await;
    let body = json!({ "name": "Lamp" });
    let send = async |media_type: &str| {
        service.send(Method::POST, "/v1/items", &[("content-type", media_type)], Some(&body)).await
    };
    for parameters in ["charset", "charset = utf-8", "charset=", "a=\"b", "a b=c", "=utf-8"] {
        let reply = send(&format!("application/json; {parameters}")).await;
        assert_eq!(malformed(&reply), [("Content-Type".into(), "media_type".into())], "{parameters}");
    }
    for other in ["text/plain; charset", "application/json, a/b", "application/json;charset=utf-8;charset=x"]
    {
        send(other).await.is_problem(415, "unsupported-media-type");
    }
    for valid in ["application/json;;charset=\"UTF-8\";", "APPLICATION/JSON ; a=b; charset=utf-8"] {
        assert_eq!(send(valid).await.status, StatusCode::CREATED, "{valid}");
    }
    let twice = [("content-type", "application/json"), ("content-type", "text/plain")];
    let reply = service.send(Method::POST, "/v1/items", &twice, Some(&json!({ "name": "x" }))).await;
    reply.is_problem(400, "malformed-request");
}

#[tokio::test]
async fn a_response_without_content_is_always_acceptable() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let none = [("accept-encoding", "identity;q=0"), ("accept", "text/html")];
    service.send(Method::GET, &item, &none[..1], None).await.is_problem(406, "not-acceptable");
    for method in [Method::OPTIONS, Method::DELETE] {
        assert_eq!(service.send(method, &item, &none, None).await.status, StatusCode::NO_CONTENT);
    }
    service.send(Method::DELETE, &item, &none, None).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_quoted_string_with_bytes_beyond_ascii_is_valid() {
    let service = TestService::start().await;
    let send = async |name: &str, value: &[u8]| {
        let request = service.request(Method::POST, "/v1/items").json(&json!({ "name": "Lamp" }));
        let request = request.build().map(|mut request| {
            request
                .headers_mut()
                .insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(value).unwrap());
            request
        });
        Reply::read(service.client.execute(request.unwrap()).await.unwrap()).await
    };
    for (name, value) in [
        ("accept", &b"application/json;a=\"\xe4\""[..]),
        ("accept", b"text/html;a=\"\xe4\", */*;q=0.1"),
        ("content-type", b"application/json;a=\"\xe4\""),
    ] {
        let reply = send(name, value).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{name}: {reply:?}");
    }
    let minimal = send("prefer", b"return=minimal, foo=\"\xe4\"").await;
    assert_eq!(
        (minimal.status, minimal.header("preference-applied")),
        (StatusCode::CREATED, Some("return=minimal"))
    );
    // A content coding has no parameters (RFC 9110 §12.5.3).
    send("accept-encoding", b"gzip;x=\"\xe4\"").await.is_problem(400, "malformed-request");
    send("accept", b"application/json;a=\"\xe4\";q=0").await.is_problem(406, "not-acceptable");
    send("content-type", b"application/json;a=\"\xe4\";charset=latin1")
        .await
        .is_problem(415, "unsupported-media-type");
}
