//! Connections that open slowly, or whose client leaves.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    eventually,
    proxy::{Mode, Proxy},
    service::{TestService, options},
};

/// A service behind whose pool there is a proxy.
async fn service() -> (TestService, Proxy) {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let pool = DatabaseOptions { connect, ..database.options() };
    (TestService::on(database, pool, options()), proxy)
}

#[tokio::test]
async fn a_connection_whose_client_left_while_it_was_opened_is_for_the_next() {
    let (service, proxy) = service().await;
    let waiting = async |count| {
        eventually("the pool sees its clients", async || service.pool.status().waiting == count).await;
    };
    proxy.set(Mode::Hold);
    tokio::select! {
        reply = service.get("/v1/items") => panic!("{reply:?}"),
        () = waiting(1) => {}
    }
    waiting(0).await;
    let (reply, ()) = tokio::join!(service.get("/v1/items"), async {
        waiting(1).await;
        proxy.set(Mode::Open);
    });
    assert_eq!((reply.status, proxy.connections()), (StatusCode::OK, 1), "{reply:?}");
}

#[tokio::test]
async fn if_the_server_accepts_no_more_connections_requests_wait_for_those_that_are_open() {
    check_that_two_connections_suffice(Mode::Full).await;
}

#[tokio::test]
async fn if_the_server_accepts_connections_slowly_requests_wait_for_those_that_are_open() {
    check_that_two_connections_suffice(Mode::Slow).await;
}

/// The proxy is in this mode once the two are open.
async fn check_that_two_connections_suffice(mode: Mode) {
    let (service, proxy) = service().await;
    service.open_all_connections(2).await;
    proxy.set(mode);
    let lists = join_all((0..30).map(|_| service.get("/v1/items?limit=1")));
    let created = join_all((0..30).map(|_| service.create("Lamp")));
    let (lists, _) = tokio::join!(lists, created);
    assert!(lists.iter().all(|list| list.status == StatusCode::OK), "{lists:?}");
    assert_eq!(service.pool.status().size, 2);
}

#[tokio::test]
async fn a_connection_whose_client_leaves_during_its_ping_is_not_closed() {
    let (service, proxy) = service().await;
    service.open_all_connections(1).await;
    // Longer than an idle connection is trusted.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = proxy.round_trips();
    proxy.set(Mode::Hold);
    tokio::select! {
        connection = service.pool.connection() => panic!("{connection:?}"),
        () = eventually("it is pinged", async || proxy.round_trips() > before) => {}
    }
    proxy.set(Mode::Open);
    service.pool_is_clean().await;
    assert_eq!((service.pool.status().size, proxy.connections()), (1, 1));
}
