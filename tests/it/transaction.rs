//! No fate of a request leaves a transaction open or a connection broken.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

use curio::{
    error::Error,
    postgres::{
        catalog::{
            models::{ItemContent, Status},
            operations::item,
        },
        service::{
            models::KeptAnswer,
            operations::idempotency_key::{self, Claim},
        },
    },
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::support::{
    Database, DatabaseOptions,
    database::TestDatabase,
    eventually,
    proxy::{Mode, Proxy},
};

fn content(name: &str) -> ItemContent {
    let attributes = RawValue::from_string("{}".into()).unwrap();
    ItemContent { name: name.into(), status: Status::Draft, attributes }
}

/// A pool of one connection, so that a fault of it shows.
fn single(database: &TestDatabase) -> DatabaseOptions {
    DatabaseOptions { max_connections: 1, wait_timeout: Duration::from_secs(5), ..database.options() }
}

fn through(proxy: &Proxy, database: &TestDatabase) -> Database {
    let options = single(database);
    let connect = options.connect.clone().host("127.0.0.1").port(proxy.address.port());
    Database::new(DatabaseOptions { connect, ..options }).unwrap()
}

async fn proxy(database: &TestDatabase) -> Proxy {
    let options = database.connect_options();
    Proxy::to(options.get_host(), options.get_port()).await
}

/// Polls a future until it waits for something, then drops it.
async fn start_and_drop<T>(future: impl Future<Output = T>, until: impl AsyncFn() -> bool) {
    let mut future = pin!(future);
    eventually("the request can be dropped", async || {
        let polled =
            std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        assert!(!polled, "the request must still wait");
        until().await
    })
    .await;
}

#[tokio::test]
async fn a_keyed_request_dropped_while_preparing_statements_leaves_a_usable_connection() {
    let database = TestDatabase::new().await;
    let proxy = proxy(&database).await;
    let pool = through(&proxy, &database);
    pool.connection().await.unwrap().release();
    proxy.set(Mode::Hold);
    let arrived = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'curio' AND query LIKE '%PREPARE%'";
    start_and_drop(idempotency_key::begin(&pool, &[7; 32]), async || database.number(arrived).await == 1)
        .await;
    proxy.set(Mode::Open);
    takes_keys(&pool).await;
}

#[tokio::test]
async fn a_failed_preparation_of_statements_leaves_a_usable_connection() {
    let database = TestDatabase::new().await;
    let pool = Database::new(single(&database)).unwrap();
    database.execute("ALTER TABLE idempotency_keys RENAME TO gone").await;
    assert!(matches!(idempotency_key::begin(&pool, &[7; 32]).await, Err(Error::Internal(_))));
    database.execute("ALTER TABLE gone RENAME TO idempotency_keys").await;
    takes_keys(&pool).await;
}

/// As behind a pooler that gives each transaction any free session.
#[tokio::test]
async fn keys_work_if_prepared_statements_come_and_go() {
    let database = TestDatabase::new().await;
    let session = async |pool: &Database, sql: &'static str| {
        let mut conn = pool.connection().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut *conn).await.unwrap();
        conn.release();
    };
    let gone = "DEALLOCATE curio_lock_key; DEALLOCATE curio_find_answer; DEALLOCATE curio_add_answer";
    let there = "PREPARE curio_find_answer (bytea) AS SELECT 1";
    for (id, before, between) in [([1; 32], "SELECT 1", gone), ([2; 32], there, "SELECT 1")] {
        let pool = Database::new(single(&database)).unwrap();
        session(&pool, before).await;
        takes_keys(&pool).await;
        session(&pool, between).await;
        let stored = KeptAnswer { fingerprint: vec![3; 32], answer: b"HTTP/1.1 204 \r\n\r\n".to_vec() };
        let Claim::Taken(tx) = idempotency_key::begin(&pool, &id).await.unwrap() else { panic!("a new key") };
        idempotency_key::commit(tx, &id, &stored).await.unwrap();
        let Claim::Kept(found) = idempotency_key::begin(&pool, &id).await.unwrap() else {
            panic!("a key with a response")
        };
        assert_eq!((found.fingerprint, found.answer), (stored.fingerprint, stored.answer));
        takes_keys(&pool).await;
    }
}

async fn takes_keys(pool: &Database) {
    for _ in 0..2 {
        match idempotency_key::begin(pool, &[7; 32]).await.unwrap() {
            Claim::Taken(tx) => tx.rehearse().await.unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_request_dropped_during_begin_leaves_a_clean_pool() {
    let database = TestDatabase::new().await;
    let proxy = proxy(&database).await;
    let pool = through(&proxy, &database);
    pool.connection().await.unwrap().release();
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'";
    for _ in 0..20 {
        proxy.set(Mode::Hold);
        // The server has begun; its response is held back, and the request is dropped.
        start_and_drop(pool.begin(), async || database.number(open).await == 1).await;
        proxy.set(Mode::Open);
        let mut tx = pool.begin().await.unwrap();
        item::create(&mut tx, Uuid::now_v7(), &content("x")).await.unwrap();
        drop(tx);
        eventually("nothing is open", async || database.number(open).await == 0).await;
    }
    assert_eq!(database.count_items().await, 0);
    assert_eq!(pool.status().size, 1, "the connection was cleaned, not replaced");
}

#[tokio::test]
async fn a_begin_dropped_at_any_poll_leaves_a_clean_pool() {
    let database = TestDatabase::new().await;
    let pool = Database::new(single(&database)).unwrap();
    for polls in 0..40 {
        let mut begin = Box::pin(pool.begin());
        for _ in 0..polls {
            if std::future::poll_fn(|context| Poll::Ready(begin.as_mut().poll(context).is_ready())).await {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begin);
        let mut tx = pool.begin().await.unwrap();
        // Had a transaction been open already, this would be inside it and the commit would end the
        // wrong one.
        item::create(&mut tx, Uuid::now_v7(), &content("x")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(database.count_items().await, i64::from(polls) + 1);
    }
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_and_its_connection_used_again() {
    let database = TestDatabase::new().await;
    let pool = Database::new(single(&database)).unwrap();
    let id = Uuid::now_v7();
    let mut tx = pool.begin().await.unwrap();
    item::create(&mut tx, id, &content("x")).await.unwrap();
    drop(tx);
    let mut conn = pool.connection().await.unwrap();
    assert!(item::get(&mut conn, id).await.unwrap().is_none());
    conn.release();
    assert_eq!((pool.status().size, pool.status().available), (1, 1));
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_returns_its_connection() {
    let database = TestDatabase::new().await;
    let pool = Database::new(single(&database)).unwrap();
    let id = Uuid::now_v7();
    for _ in 0..3 {
        let mut tx = pool.begin().await.unwrap();
        item::create(&mut tx, id, &content("x")).await.unwrap();
        let again = item::create(&mut tx, id, &content("y")).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    assert_eq!(database.count_items().await, 0);
}

#[tokio::test]
async fn waiting_for_a_connection_times_out() {
    let database = TestDatabase::new().await;
    let options = DatabaseOptions { wait_timeout: Duration::from_millis(500), ..single(&database) };
    let pool = Database::new(options).unwrap();
    let held = pool.connection().await.unwrap();
    let waited = pool.begin().await;
    assert!(matches!(waited, Err(Error::Unavailable(_))), "{waited:?}");
    held.release();
    pool.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn the_time_outs_are_enforced_by_the_database() {
    let database = TestDatabase::new().await;
    let pool = Database::new(DatabaseOptions {
        statement_timeout: Duration::from_millis(2_500),
        lock_timeout: Duration::from_millis(1_500),
        idle_in_transaction_timeout: Duration::from_millis(3_500),
        ..database.options()
    })
    .unwrap();
    let mut conn = pool.connection().await.unwrap();
    for (name, value) in [
        ("statement_timeout", "2500ms"),
        ("lock_timeout", "1500ms"),
        ("idle_in_transaction_session_timeout", "3500ms"),
    ] {
        let set: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(set, value, "{name}");
    }
    conn.release();
}
