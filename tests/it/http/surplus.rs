//! Connections above the limit.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::{io::AsyncWriteExt, runtime::Builder, time::timeout};

use super::connections::{connect, service_with};
use crate::support::{
    database::TestDatabase,
    eventually,
    service::{Reply, TestService, options, read_to_end},
};

async fn ask_on_new_connection(service: &TestService, path: &str) -> Reply {
    let client = reqwest::Client::new();
    Reply::of(client.get(format!("{}{path}", service.address))).await
}

#[tokio::test]
async fn connections_above_the_limit_are_good_for_probes_alone() {
    let service = service_with(|connections| connections.max = 2).await;
    let silent = [connect(&service).await, connect(&service).await];
    let ask = async |path: &str| ask_on_new_connection(&service, path).await;
    ask("/v1/items").await.is_problem(503, "unavailable");
    // Rejected clients that go on sending do not take the connections of probes.
    let mut rejected = Vec::new();
    for _ in 0..40 {
        let mut stream = connect(&service).await;
        let head = "POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.unwrap();
        rejected.push(stream);
    }
    for path in ["/livez", "/readyz"] {
        let reply = timeout(Duration::from_secs(4), ask(path)).await.expect("no connection for probes");
        assert_eq!(reply.status, StatusCode::OK);
    }
    drop((silent, rejected));
    eventually("the limit is not reached any more", async || ask("/v1/items").await.status == StatusCode::OK)
        .await;
}

#[tokio::test]
async fn silent_connections_above_the_limit_make_room_for_probes() {
    let service = service_with(|connections| connections.max = 2).await;
    let mut silent = Vec::new();
    for _ in 0..400 {
        silent.push(connect(&service).await);
    }
    for path in ["/livez", "/readyz"] {
        let ask = ask_on_new_connection(&service, path);
        let reply = timeout(Duration::from_secs(5), ask).await.expect("no connection for probes");
        assert_eq!(reply.status, StatusCode::OK);
    }
}

#[test]
fn connections_above_the_limit_do_not_wait_for_the_others() {
    // A runtime that has no time.
    let busy = Builder::new_current_thread().build().unwrap();
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut options = options();
        options.connections.max = 1;
        let database = TestDatabase::new().await;
        let pool = database.options();
        let service = TestService::on_runtime(busy.handle(), database, pool, options);
        let _regular = connect(&service).await;
        for path in ["/livez", "/readyz"] {
            let reply = timeout(Duration::from_secs(10), ask_on_new_connection(&service, path)).await;
            let reply = reply.expect("it waits for the others");
            assert_eq!(reply.status, StatusCode::OK);
        }
    });
}

#[tokio::test]
async fn a_probe_above_the_limit_may_be_slower_than_others_that_connect() {
    let service = service_with(|connections| connections.max = 1).await;
    let _regular = connect(&service).await;
    let mut probe = connect(&service).await;
    let mut others = Vec::new();
    for _ in 0..150 {
        others.push(connect(&service).await);
    }
    ask_on_new_connection(&service, "/livez").await;
    probe.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let reply = timeout(Duration::from_secs(5), read_to_end(&mut probe)).await.expect("no response");
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}
