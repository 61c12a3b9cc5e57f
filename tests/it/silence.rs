//! Connections to the database that stay open, but over which nothing passes any more.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::oneshot;

use crate::support::{
    DatabaseOptions, Options,
    database::TestDatabase,
    eventually,
    proxy::{Mode, Proxy},
    service::{TestService, options, path},
};

/// Twice as long as the service may take to recover, for a busy machine.
const RECOVERY: Duration = Duration::from_secs(4);

/// A service whose own time-outs end no request before its client gives up.
async fn service(max_connections: usize) -> (TestService, Proxy) {
    let database = TestDatabase::new().await;
    let (proxy, connect) = Proxy::of(&database).await;
    let minute = Duration::from_mins(1);
    let pool = DatabaseOptions {
        connect,
        max_connections,
        statement_timeout: minute,
        lock_timeout: minute,
        idle_in_transaction_timeout: minute,
        ..database.options()
    };
    let options = Options { request_timeout: minute, ..options() };
    (TestService::on(database, pool, options), proxy)
}

#[tokio::test]
async fn idle_connections_that_became_silent_are_replaced_in_time() {
    let (service, proxy) = service(20).await;
    service.open_all_connections(20).await;
    // Longer than an idle connection is trusted.
    tokio::time::sleep(Duration::from_millis(200)).await;
    proxy.silence();
    let start = Instant::now();
    let replies = futures_util::future::join_all((0..20).map(|_| service.get("/v1/items"))).await;
    assert!(replies.iter().all(|reply| reply.status == StatusCode::OK), "{replies:?}");
    assert!(start.elapsed() < RECOVERY, "{:?}", start.elapsed());
}

/// Another transaction that holds the items of this name.
async fn hold(service: &TestService, name: &str) -> PgConnection {
    let mut holder = service.database.connect().await;
    let hold = format!("BEGIN; SELECT FROM items WHERE name = '{name}' FOR UPDATE");
    sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut holder).await.unwrap();
    holder
}

/// Waits until so many transactions wait for a lock.
async fn blocked(service: &TestService, count: i64) {
    let blocked = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("they wait", async || service.database.number(blocked).await == count).await;
}

#[tokio::test]
async fn requests_on_connections_that_become_silent_are_rejected_and_slow_ones_are_not() {
    check_silent_and_slow_requests(Mode::Open).await;
}

#[tokio::test]
async fn requests_on_silent_connections_are_rejected_although_the_server_accepts_no_others() {
    check_silent_and_slow_requests(Mode::Full).await;
}

/// The proxy is in this mode once the good connections are open.
async fn check_silent_and_slow_requests(mode: Mode) {
    let (service, proxy) = service(8).await;
    let patch = json!({ "status": "active" });
    // One by one: a connection that is silenced while it logs in keeps its process for a minute, for
    // which `DROP DATABASE` waits.
    let mut lamps = Vec::new();
    for _ in 0..3 {
        lamps.push(path(&service.create("Lamp").await));
    }
    let book = path(&service.create("Book").await);
    let (lamp_holder, book_holder) = (hold(&service, "Lamp").await, hold(&service, "Book").await);
    let (over, is_over) = oneshot::channel();
    let silent = async {
        let rejected = join_all(lamps.iter().map(|lamp| service.patch(lamp, &patch))).await;
        over.send(()).unwrap();
        rejected
    };
    let slow = async {
        blocked(&service, 3).await;
        proxy.silence();
        // One process ends; the others wait for another command once they have their locks.
        let end = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1) AS one";
        assert_eq!(service.database.number(end).await, 1);
        blocked(&service, 2).await;
        let (slow, ()) = tokio::join!(service.patch(&book, &patch), async {
            blocked(&service, 3).await;
            assert_eq!(service.get("/v1/items").await.status, StatusCode::OK);
            proxy.set(mode);
            drop(lamp_holder);
            is_over.await.unwrap();
            drop(book_holder);
        });
        slow
    };
    let (rejected, slow) = tokio::join!(silent, slow);
    proxy.set(Mode::Open);
    for reply in rejected {
        assert_eq!(reply.is_problem(503, "unavailable").header("retry-after"), Some("1"));
    }
    assert_eq!(slow.status, StatusCode::OK, "{slow:?}");
    // Their transactions hold no locks any more.
    let patched = join_all(lamps.iter().map(|lamp| service.patch(lamp, &patch))).await;
    assert!(patched.iter().all(|reply| reply.status == StatusCode::OK), "{patched:?}");
}
