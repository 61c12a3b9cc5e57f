//! Requests that wait for locks.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::support::{
    DatabaseOptions, Options,
    database::TestDatabase,
    eventually,
    service::{TestService, options, path},
};

const ROWS: &str = "BEGIN; SELECT FROM items FOR UPDATE";

/// Another transaction, which holds a lock.
async fn hold(service: &TestService, lock: &'static str) -> PgConnection {
    let mut holder = service.database.connect().await;
    sqlx::raw_sql(lock).execute(&mut holder).await.unwrap();
    holder
}

/// A service with few connections, all of which are open.
pub async fn small_service(max_connections: usize, lock_timeout: Duration) -> TestService {
    let database = TestDatabase::new().await;
    let wait_timeout = Duration::from_secs(1);
    let pool = DatabaseOptions { max_connections, lock_timeout, wait_timeout, ..database.options() };
    let service = TestService::on(database, pool, options());
    // So that a time-out measures waiting alone.
    service.open_all_connections(max_connections).await;
    service
}

#[tokio::test]
async fn a_write_that_waits_too_long_for_a_lock_is_a_conflict() {
    let service = small_service(2, Duration::from_millis(100)).await;
    let path = path(&service.create("Lamp").await);
    let holder = hold(&service, ROWS).await;
    for reply in [
        service.patch(&path, &json!({ "name": "a" })).await,
        service.put(&path, &json!({ "name": "a" })).await,
        service.delete(&path).await,
    ] {
        reply.is_problem(409, "conflict");
    }
    assert_eq!(service.get(&path).await.status, StatusCode::OK, "readers do not wait");
    holder.close().await.unwrap();
    assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_pool_exhausted_by_slow_locks_rejects_requests_and_recovers() {
    let service = small_service(2, Duration::from_secs(5)).await;
    let path = path(&service.create("Lamp").await);
    let holder = hold(&service, "BEGIN; LOCK TABLE items").await;
    tokio::join!(service.create("a"), service.get(&path), async {
        eventually("the pool is used up", async || {
            service.pool.status().available == 0 && service.pool.status().size == 2
        })
        .await;
        let rejected = service.get(&path).await;
        assert_eq!(rejected.is_problem(503, "unavailable").header("retry-after"), Some("1"));
        assert_eq!(service.get("/livez").await.status, StatusCode::OK);
        assert_eq!(service.get("/readyz").await.status, StatusCode::OK, "it has a connection of its own");
        holder.close().await.unwrap();
    });
    assert_eq!(service.database.count_items().await, 2);
    service.pool_is_clean().await;
}

/// Changes these of eight locked items, alone or in a batch, which uses so many of eight
/// connections.
async fn changes_leave_connections_to_others(
    changed: [usize; 8],
    is_in_batch: fn(usize) -> bool,
    connections: i64,
) {
    let service = small_service(8, Duration::from_secs(30)).await;
    let mut locked = Vec::new();
    for _ in changed {
        locked.push(service.create("Lamp").await["id"].as_str().unwrap().to_owned());
    }
    let holder = hold(&service, ROWS).await;
    let other = path(&service.create("Other").await);
    let patch = json!({ "status": "active" });
    let changes = join_all(changed.iter().enumerate().map(async |(n, index)| {
        let id = &locked[*index];
        if is_in_batch(n) {
            let operations = json!([{ "op": "update", "id": id, "patch": patch }]);
            return service.post("/v1/items/batch", &json!({ "operations": operations })).await;
        }
        service.patch(&format!("/v1/items/{}", id.to_uppercase()), &patch).await
    }));
    let others = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("changes wait", async || service.database.number(waiting).await == connections).await;
        for path in [&other, "/v1/items"] {
            assert_eq!(service.get(path).await.status, StatusCode::OK);
        }
        service.create("New").await;
        if connections < 4 {
            assert_eq!(service.patch(&other, &patch).await.status, StatusCode::OK);
        }
        assert_eq!(service.database.number(waiting).await, connections);
        holder.close().await.unwrap();
    };
    let (replies, ()) = tokio::join!(changes, others);
    assert!(replies.iter().all(|reply| reply.status == StatusCode::OK), "{replies:?}");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn changes_that_wait_for_locks_leave_connections_to_others() {
    let each = [0, 1, 2, 3, 4, 5, 6, 7];
    changes_leave_connections_to_others(each, |_| false, 4).await;
    changes_leave_connections_to_others(each, |_| true, 2).await;
}

#[tokio::test]
async fn a_client_changes_an_item_by_one_request_at_a_time_alone_or_in_a_batch() {
    changes_leave_connections_to_others([0; 8], |_| false, 1).await;
    changes_leave_connections_to_others([0; 8], |_| true, 1).await;
    changes_leave_connections_to_others([0; 8], |n| n % 2 == 0, 1).await;
}

#[tokio::test]
async fn writes_that_wait_leave_a_quarter_of_the_connections_to_reads() {
    let service = small_service(4, Duration::from_secs(30)).await;
    let item = path(&service.create("Lamp").await);
    let holder = hold(&service, "BEGIN; LOCK TABLE items IN SHARE MODE").await;
    let created = join_all((0..3).map(|_| service.create("Lamp")));
    let others = async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
        eventually("writes wait", async || service.database.number(waiting).await == 3).await;
        service.post("/v1/items", &json!({ "name": "Lamp" })).await.is_problem(503, "unavailable");
        for path in [&item, "/v1/items"] {
            assert_eq!(service.get(path).await.status, StatusCode::OK);
        }
        holder.close().await.unwrap();
    };
    tokio::join!(created, others);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_client_that_takes_all_turns_of_lists_delays_others_by_one_of_its_own() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions {
        max_connections: 8,
        lock_timeout: Duration::from_secs(2),
        // For so long, a list waits for a turn: until the second ones have waited for the lock, too.
        statement_timeout: Duration::from_secs(5),
        ..database.options()
    };
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let service = TestService::on(database, pool, Options { trusted_proxies, ..options() });
    let holder = hold(&service, "BEGIN; LOCK TABLE items").await;
    let get =
        async |path, client| service.send(Method::GET, path, &[("x-forwarded-for", client)], None).await;
    let all = join_all((0..20).map(|_| get("/v1/items", "203.0.113.1")));
    let other = async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass";
        eventually("lists wait", async || service.database.number(waiting).await == 2).await;
        get("/v1/collections", "203.0.113.2").await
    };
    tokio::select! {
        reply = other => assert_eq!(reply.status, StatusCode::OK, "{reply:?}"),
        replies = all => panic!("{replies:?}"),
    }
    holder.close().await.unwrap();
}
