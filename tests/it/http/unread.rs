//! Responses that their clients do not read, and bodies that they do not finish: they take memory
//! and permits.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::connections::{
    ask_without_reading, large_responses_are_rejected, large_responses_are_sent, with_large_items,
};
use crate::support::{
    Options, eventually,
    service::{Reply, TestService, options},
};

/// A service with large items, and all the memory that one client may have in use.
async fn full(service: &TestService) -> Vec<tokio::net::TcpStream> {
    let streams = join_all((0..40).map(|_| ask_without_reading(service))).await;
    large_responses_are_rejected(service).await;
    streams
}

/// Changes the name of all items, and gets them.
async fn rename_all(service: &TestService, ids: &[Value], name: &str, prefer: &str) -> Reply {
    let update = |id| json!({ "op": "update", "id": id, "patch": { "name": name } });
    let batch = json!({ "operations": ids.iter().map(update).collect::<Vec<_>>() });
    service.send(Method::POST, "/v1/items/batch", &[("prefer", prefer)], Some(&batch)).await
}

#[tokio::test]
async fn they_leave_memory_for_small_responses() {
    let service = TestService::start().await;
    with_large_items(&service).await;
    let streams = full(&service).await;
    drop(streams);
    large_responses_are_sent(&service).await;
}

/// A service with large items that knows its clients apart.
async fn of_several_clients(max_requests: usize) -> TestService {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let options = Options { trusted_proxies, max_requests, ..options() };
    let service = TestService::start_with(options).await;
    with_large_items(&service).await;
    service
}

/// A page that another client reads.
async fn page_of_another(service: &TestService) -> StatusCode {
    let others = [("x-forwarded-for", "192.0.2.1"), ("accept-encoding", "identity")];
    service.send(Method::GET, "/v1/items?limit=200", &others, None).await.status
}

#[tokio::test]
async fn those_of_one_client_leave_memory_to_others() {
    let service = of_several_clients(512).await;
    let _streams = full(&service).await;
    assert_eq!(page_of_another(&service).await, StatusCode::OK);
}

#[tokio::test]
async fn those_of_one_client_leave_permits_to_others() {
    let service = of_several_clients(8).await;
    let _streams = join_all((0..8).map(|_| ask_without_reading(&service))).await;
    eventually("the client has all that it may have", async || {
        service.get("/v1/items?limit=1").await.status == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    assert_eq!(page_of_another(&service).await, StatusCode::OK);
}

#[tokio::test]
async fn a_batch_without_memory_for_its_response_writes_nothing() {
    let service = TestService::start().await;
    with_large_items(&service).await;
    let page = service.get("/v1/items?limit=100&fields=id,name").await.body;
    let ids: Vec<Value> = page["data"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    let streams = full(&service).await;
    let rejected = rename_all(&service, &ids, "Desk", "return=representation").await;
    rejected.is_problem(503, "unavailable");
    let unchanged = service.get("/v1/items?limit=100&fields=id,name").await.body;
    assert_eq!(unchanged["data"], page["data"]);
    let minimal = rename_all(&service, &ids, "Chair", "return=minimal").await;
    assert_eq!(minimal.status, StatusCode::OK, "{}", minimal.body);
    drop(streams);
    large_responses_are_sent(&service).await;
    let renamed = rename_all(&service, &ids, "Desk", "return=representation").await;
    assert_eq!(
        (renamed.status, &renamed.body["results"][99]["item"]["name"]),
        (StatusCode::OK, &json!("Desk"))
    );
}

#[tokio::test]
async fn unfinished_bodies_of_one_client_leave_memory_to_others() {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let body_timeout = Duration::from_mins(1);
    let service = TestService::start_with(Options { trusted_proxies, body_timeout, ..options() }).await;
    let head = "POST /v1/items/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 8000000\r\n\r\n";
    let unfinished = [head, &" ".repeat(7_900_000)].concat();
    let _connections = join_all((0..20).map(async |_| {
        let mut stream = service.connect().await;
        // Some are rejected.
        let _ = stream.write_all(unfinished.as_bytes()).await;
        stream
    }))
    .await;
    let unknown = json!({ "op": "none", "padding": " ".repeat(7_900_000) });
    let large = json!({ "operations": [unknown] });
    let send =
        async |fields: &[_]| service.send(Method::POST, "/v1/items/batch", fields, Some(&large)).await.status;
    eventually("the client has all that it may have", async || {
        send(&[]).await == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    assert_eq!(send(&[("x-forwarded-for", "192.0.2.1")]).await, StatusCode::UNPROCESSABLE_ENTITY);
}
