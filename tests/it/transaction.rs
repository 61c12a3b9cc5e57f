//! No fate of a request leaves a transaction open or a connection broken.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

use curio::{
    access::Scope,
    error::Error,
    ids::new_id,
    postgres::{
        catalog::{
            models::{ItemContent, Status, Validity},
            operations::item,
        },
        service::{
            models::StoredResponse,
            operations::idempotency_key::{self, Claim},
        },
    },
};
use serde_json::{json, value::RawValue};
use sqlx::Connection as _;

use crate::support::{
    Database, DatabaseOptions, Options,
    database::TestDatabase,
    eventually,
    proxy::{Mode, Proxy},
    service::{TestService, options},
};

fn content(name: &str) -> ItemContent {
    let attributes = RawValue::from_string("{}".into()).unwrap();
    ItemContent {
        collection: "default".into(),
        name: name.into(),
        status: Status::Draft,
        attributes,
        validity: Validity::default(),
    }
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

/// Uses the connection, so that the next request does not ping it.
async fn touch(pool: &Database) {
    pool.connection().await.unwrap().release();
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
async fn a_keyed_request_dropped_during_begin_leaves_a_usable_connection() {
    let database = TestDatabase::new().await;
    let proxy = proxy(&database).await;
    let pool = through(&proxy, &database);
    let locked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for _ in 0..5 {
        touch(&pool).await;
        proxy.set(Mode::Hold);
        let claim = idempotency_key::claim(&pool, &[7; 32]);
        start_and_drop(claim, async || database.number(locked).await == 1).await;
        proxy.set(Mode::Open);
        eventually("the key is free again", async || {
            match idempotency_key::claim(&pool, &[7; 32]).await.unwrap() {
                Claim::Claimed(tx) => tx.rehearse().await.is_ok(),
                _ => false,
            }
        })
        .await;
    }
    assert_eq!(pool.status().size, 1, "the connection was cleaned, not replaced");
}

#[tokio::test]
async fn a_key_has_one_holder_and_then_its_response() {
    let database = TestDatabase::new().await;
    let pool = Database::new(database.options()).unwrap();
    let id = [1; 32];
    let claim = async || idempotency_key::claim(&pool, &id).await.unwrap();
    let Claim::Claimed(mut tx) = claim().await else { panic!("a new key") };
    assert!(matches!(claim().await, Claim::Busy));
    let stored = StoredResponse { fingerprint: vec![3; 32], message: b"HTTP/1.1 204 \r\n\r\n".to_vec() };
    idempotency_key::store(&mut tx, &id, &stored).await.unwrap();
    tx.commit().await.unwrap();
    let Claim::Used(found) = claim().await else { panic!("a key with a response") };
    assert_eq!((found.fingerprint, found.message), (stored.fingerprint, stored.message));
}

#[tokio::test]
async fn a_request_dropped_during_begin_leaves_a_clean_pool() {
    let database = TestDatabase::new().await;
    let proxy = proxy(&database).await;
    let pool = through(&proxy, &database);
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'";
    for _ in 0..20 {
        touch(&pool).await;
        proxy.set(Mode::Hold);
        // The server has begun; its response is held back, and the request is dropped.
        start_and_drop(pool.begin(), async || database.number(open).await == 1).await;
        proxy.set(Mode::Open);
        let mut tx = pool.begin().await.unwrap();
        item::create(&mut tx, &Scope::ALL, None, new_id(), &content("x")).await.unwrap();
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
        item::create(&mut tx, &Scope::ALL, None, new_id(), &content("x")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(database.count_items().await, i64::from(polls) + 1);
    }
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_and_its_connection_used_again() {
    let database = TestDatabase::new().await;
    let pool = Database::new(single(&database)).unwrap();
    let id = new_id();
    let mut tx = pool.begin().await.unwrap();
    item::create(&mut tx, &Scope::ALL, None, id, &content("x")).await.unwrap();
    drop(tx);
    let mut conn = pool.connection().await.unwrap();
    assert!(item::get(&mut conn, &Scope::ALL, id).await.unwrap().is_none());
    conn.release();
    assert_eq!((pool.status().size, pool.status().available), (1, 1));
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_returns_its_connection() {
    let database = TestDatabase::new().await;
    let pool = Database::new(single(&database)).unwrap();
    for _ in 0..3 {
        let mut tx = pool.begin().await.unwrap();
        item::create(&mut tx, &Scope::ALL, None, new_id(), &content("x")).await.unwrap();
        let broken = item::create(&mut tx, &Scope::ALL, None, new_id(), &content("")).await;
        assert!(matches!(broken, Err(Error::Invalid(_))), "{broken:?}");
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
async fn the_database_enforces_the_time_outs_and_neither_compiles_nor_divides_statements() {
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
        ("jit", "off"),
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"),
        ("max_parallel_workers_per_gather", "0"),
    ] {
        let set: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(set, value, "{name}");
    }
    conn.release();
    // A client may receive an export long after its last row was read.
    let mut export = pool.begin_export().await.unwrap();
    // It reads whole tables.
    for (name, value) in
        [("idle_in_transaction_session_timeout", "0"), ("enable_seqscan", "on"), ("enable_bitmapscan", "on")]
    {
        let set: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(name)
            .fetch_one(&mut *export)
            .await
            .unwrap();
        assert_eq!(set, value, "{name}");
    }
}

/// A commit that waits for a standby is written, and its end would show it to all.
#[tokio::test]
async fn a_commit_goes_on_when_its_client_has_left() {
    let options = Options { request_timeout: Duration::from_secs(2), ..options() };
    let service = TestService::start_with(options).await;
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql SET client_connection_check_interval = 0
                    AS $$ BEGIN PERFORM pg_sleep(9); RETURN NEW; END $$;
                CREATE TRIGGER slow BEFORE INSERT ON items FOR EACH ROW WHEN (NEW.name = 'asleep')
                    EXECUTE FUNCTION slow();
                CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql SET client_connection_check_interval = 0
                    AS $$ BEGIN
                        WHILE NOT pg_try_advisory_xact_lock(7) LOOP PERFORM pg_sleep(0.02); END LOOP;
                        RETURN NULL;
                    END $$;
                CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION wait()";
    service.database.execute(slow).await;
    let mut holder = service.database.connect().await;
    sqlx::raw_sql("SELECT pg_advisory_lock(7)").execute(&mut holder).await.unwrap();
    let active = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'curio' AND state = 'active'";
    let (commits, others) =
        (format!("{active} AND query = 'COMMIT'"), format!("{active} AND query LIKE '%INSERT%'"));
    let number = async |query| service.database.number(query).await;
    let post = async |name| service.post("/v1/items", &json!({ "name": name })).await;
    let later = async {
        eventually("the first commits", async || number(&commits).await == 1).await;
        let (reply, ()) = tokio::join!(
            post("asleep"),
            eventually("the second inserts", async || number(&others).await == 1)
        );
        reply.is_problem(503, "unavailable");
        eventually("the second is ended", async || number(&others).await == 0).await;
        assert_eq!(number(&commits).await, 1);
    };
    let (reply, ()) = tokio::join!(post("Lamp"), later);
    reply.is_problem(503, "unavailable");
    holder.close().await.unwrap();
    eventually("it is committed", async || service.database.count_items().await == 1).await;
}

/// PostgreSQL 17 has it.
#[tokio::test]
async fn the_transaction_timeout_of_a_database_does_not_hold() {
    let database = TestDatabase::new().await;
    if database.number("SELECT current_setting('server_version_num')::bigint").await < 170_000 {
        return;
    }
    let set = "DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET transaction_timeout = 300', current_database());
    END $$";
    database.execute(set).await;
    let pool = Database::new(database.options()).unwrap();
    let mut connection = pool.connection().await.unwrap();
    let timeout: String =
        sqlx::query_scalar("SHOW transaction_timeout").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(timeout, "0");
    connection.release();
}

#[tokio::test]
async fn the_isolation_and_the_search_limit_of_a_database_do_not_hold() {
    let database = TestDatabase::new().await;
    let alter = "DO $$BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database());
        EXECUTE format('ALTER DATABASE %I SET gin_fuzzy_search_limit = 50', current_database());
    END$$";
    database.execute(alter).await;
    let pool = Database::new(database.options()).unwrap();
    let mut connection = pool.connection().await.unwrap();
    let query =
        "SELECT current_setting('transaction_isolation') || ' ' || current_setting('gin_fuzzy_search_limit')";
    let settings: String = sqlx::query_scalar(query).fetch_one(&mut *connection).await.unwrap();
    connection.release();
    assert_eq!(settings, "read committed 0");
}

#[tokio::test]
async fn sessions_have_the_name_of_the_database_url() {
    let database = TestDatabase::new().await;
    let named = database.options().connect.application_name("my-app");
    let pool = Database::new(DatabaseOptions { connect: named, ..database.options() }).unwrap();
    let mut connection = pool.connection().await.unwrap();
    let name: String = sqlx::query_scalar("SHOW application_name").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(name, "my-app");
    connection.release();
}

/// Such a session does not see its own process.
#[tokio::test]
async fn a_role_that_becomes_another_is_served() {
    let database = TestDatabase::new().await;
    let owner = format!("owner_of_{}", database.connect_options().get_database().unwrap());
    let grant = format!("CREATE ROLE {owner}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {owner}");
    database.execute(&grant).await;
    let connect = database.options().connect.options([("role", &*owner)]);
    let pool = DatabaseOptions { connect, ..database.options() };
    let service = TestService::on(database, pool, options());
    service.create("Lamp").await;
    assert_eq!(service.get("/v1/items").await.status, 200);
    let user: String = {
        let mut connection = service.pool.connection().await.unwrap();
        let user = sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut *connection).await;
        connection.release();
        user.unwrap()
    };
    assert_eq!(user, owner);
    service.pool_is_clean().await;
    service.database.execute(&format!("DROP OWNED BY {owner}; DROP ROLE {owner}")).await;
}

#[tokio::test]
async fn a_role_that_may_not_write_a_table_is_not_ready() {
    let database = TestDatabase::new().await;
    let reader = format!("reader_of_{}", database.connect_options().get_database().unwrap());
    let tables = "ALL TABLES IN SCHEMA public TO";
    database.execute(&format!("CREATE ROLE {reader}; GRANT SELECT ON {tables} {reader}")).await;
    let connect = database.options().connect.options([("role", &*reader)]);
    let pool = DatabaseOptions { connect, ..database.options() };
    let service = TestService::on(database, pool, options());
    assert_eq!(service.get("/v1/items").await.status, 200);
    let ready = service.get("/readyz").await;
    assert_eq!((ready.status.as_u16(), &ready.body["checks"]["database"]), (503, &"read-only".into()));
    service.database.execute(&format!("GRANT INSERT, UPDATE ON {tables} {reader}")).await;
    eventually("readyz sees it", async || service.get("/readyz").await.status == 200).await;
    service.create("Lamp").await;
    service.database.execute(&format!("DROP OWNED BY {reader}; DROP ROLE {reader}")).await;
}
