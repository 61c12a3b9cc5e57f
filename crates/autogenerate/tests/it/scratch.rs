use std::time::{Duration, Instant};

use autogenerate::{
    introspect::Scope,
    scratch::{Error, Scratch},
};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

use crate::support::{Database, assert_alike, public, server};

const KITCHEN_SINK: &str = include_str!("kitchen_sink.sql");

/// The scratch schemas that a new session sees in a database.
async fn schemas(options: &PgConnectOptions) -> Vec<String> {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    sqlx::query_scalar("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'autogenerate%'")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

async fn database_exists(name: &str) -> bool {
    let mut connection = PgConnection::connect_with(&server()).await.unwrap();
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

async fn name_of(scratch: &mut Scratch) -> String {
    sqlx::query_scalar("SELECT current_database()::text").fetch_one(scratch.connection()).await.unwrap()
}

/// Creates a user with a privilege, and returns the options to connect as that user.
async fn user(name: &str, right: &str, options: &PgConnectOptions) -> PgConnectOptions {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    let create = format!("DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD 'x' {right}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
    options.clone().username(name).password("x")
}

async fn forget(name: &str) {
    let mut connection = PgConnection::connect_with(&server()).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP ROLE {name}"))).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_schema_is_gone_after_close_drop_or_kill() {
    let mut database = Database::with("CREATE TABLE items (id integer)").await;
    let before = database.public().await;

    let mut closed = Scratch::schema(&database.options).await.unwrap();
    let mut dropped = Scratch::schema(&database.options).await.unwrap();
    let mut killed = Scratch::schema(&database.options).await.unwrap();
    for scratch in [&mut closed, &mut dropped, &mut killed] {
        assert!(scratch.is_transactional());
        scratch
            .execute("CREATE TABLE items (other integer); CREATE EXTENSION IF NOT EXISTS citext")
            .await
            .unwrap();
        assert_eq!(scratch.read().await.unwrap().schema.tables.len(), 1);
        scratch.execute("ROLLBACK TO SAVEPOINT autogenerate_scratch_empty").await.unwrap();
    }
    closed.close().await.unwrap();
    drop(dropped);
    let pid: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(killed.connection()).await.unwrap();
    let gone: bool = sqlx::query_scalar("SELECT pg_terminate_backend($1, 10000)")
        .bind(pid)
        .fetch_one(&mut database.connection)
        .await
        .unwrap();
    assert!(gone && killed.read().await.is_err());
    assert_eq!(schemas(&database.options).await, Vec::<String>::new());
    assert_alike(&database.public().await, &before);
}

#[tokio::test]
async fn a_schema_is_empty_again_after_clear_even_after_an_error() {
    let database = Database::new().await;
    let mut scratch = Scratch::schema(&database.options).await.unwrap();
    let empty = scratch.read().await.unwrap();
    scratch.execute(KITCHEN_SINK).await.unwrap();
    scratch.execute("SET timezone = 'Asia/Tokyo'; CREATE TABLE items ()").await.unwrap_err();
    scratch.read().await.unwrap_err();
    scratch.clear().await.unwrap();
    assert_alike(&scratch.read().await.unwrap(), &empty);
    scratch.execute(KITCHEN_SINK).await.unwrap();
    scratch.close().await.unwrap();
}

#[tokio::test]
async fn a_database_is_gone_after_close_or_drop() {
    let mut closed = Scratch::database(&server(), public()).await.unwrap();
    let mut dropped = Scratch::database(&server(), Scope::Database).await.unwrap();
    let mut names = Vec::new();
    for scratch in [&mut closed, &mut dropped] {
        assert!(!scratch.is_transactional());
        let name = name_of(scratch).await;
        assert!(name.starts_with(autogenerate::scratch::PREFIX) && database_exists(&name).await);
        scratch.execute("CREATE TABLE items (id integer)").await.unwrap();
        scratch.execute("CREATE INDEX CONCURRENTLY ON items (id)").await.unwrap();
        names.push(name);
    }
    assert_eq!(closed.scope(), &public());
    closed.close().await.unwrap();
    drop(dropped);
    for name in names {
        assert!(!database_exists(&name).await);
    }
}

/// `DROP DATABASE` waits until every session has processed its signal, including sessions that are
/// just connecting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_are_dropped_while_others_are_opened() {
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            tokio::spawn(async {
                let mut scratch = Scratch::database(&server(), public()).await.unwrap();
                name_of(&mut scratch).await
            })
        })
        .collect();
    let start = Instant::now();
    for task in tasks {
        assert!(!database_exists(&task.await.unwrap()).await);
    }
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_interrupt_at_any_time_leaves_no_database() {
    let options = user("autogenerate_interrupted", "CREATEDB", &server()).await;
    for milliseconds in (0..100).step_by(7) {
        let work = async {
            let mut scratch = Scratch::database(&options, public()).await.unwrap();
            scratch.execute("SELECT pg_sleep(60)").await.unwrap();
        };
        tokio::time::timeout(Duration::from_millis(milliseconds), work).await.unwrap_err();
    }
    let mut connection = PgConnection::connect_with(&server()).await.unwrap();
    let left: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database WHERE datdba = 'autogenerate_interrupted'::regrole",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(left, Vec::<String>::new());
    forget("autogenerate_interrupted").await;
}

#[tokio::test]
async fn databases_left_by_a_killed_process_are_dropped_and_those_in_use_are_not() {
    let mut in_use = Scratch::database(&server(), public()).await.unwrap();
    let mut left = Scratch::database(&server(), public()).await.unwrap();
    let name = name_of(&mut left).await;
    // Simulates a killed process: its sessions end without cleaning up. The one with the lock ends last, since another test
    // may then drop the database.
    std::mem::forget(left);
    let mut connection = PgConnection::connect_with(&server()).await.unwrap();
    let key = i64::from_str_radix(&name[name.len() - 16..], 16);
    let key =
        key.unwrap_or_else(|_| u64::from_str_radix(&name[name.len() - 16..], 16).unwrap().cast_signed());
    let ended: Vec<bool> = sqlx::query_scalar(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $2
         UNION ALL SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32 | objid::bigint) = $1",
    )
    .bind(key)
    .bind(&name)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(ended, [true, true]);

    // Advisory locks are per database, and the next process may connect to another one.
    let elsewhere = server().database("postgres");
    Scratch::database(&elsewhere, public()).await.unwrap().close().await.unwrap();
    assert!(!database_exists(&name).await);
    in_use.execute("SELECT 1").await.unwrap();
    in_use.close().await.unwrap();
}

#[tokio::test]
async fn a_database_is_empty_again_after_clear() {
    let database = Database::new().await;
    let mut scratch = Scratch::database(&database.options, Scope::Database).await.unwrap();
    let empty = scratch.read().await.unwrap();
    scratch.execute(KITCHEN_SINK).await.unwrap();
    scratch.execute("CREATE SCHEMA more; CREATE TABLE more.items (id public.citext); BEGIN").await.unwrap();
    scratch.clear().await.unwrap();
    assert_alike(&scratch.read().await.unwrap(), &empty);
    scratch.execute(include_str!("reader/unhandled.sql")).await.unwrap();
    scratch.clear().await.unwrap();
    assert_alike(&scratch.read().await.unwrap(), &empty);
    scratch.execute("DROP SCHEMA public").await.unwrap();
    scratch.clear().await.unwrap();
    scratch.execute(KITCHEN_SINK).await.unwrap();
    scratch.close().await.unwrap();
}

#[tokio::test]
async fn a_database_has_the_encoding_locale_and_search_path_of_the_live_one() {
    let mut database = Database::new().await;
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(&mut database.connection)
        .await
        .unwrap();
    database.execute(&format!("ALTER DATABASE {name} SET search_path = app, \"$user\"")).await;
    let mut scratch = Scratch::database(&database.options, public()).await.unwrap();
    let about = "SELECT (encoding, datcollate, datctype, datlocprovider)::text
                 FROM pg_database WHERE datname = current_database()";
    let its: String = sqlx::query_scalar(about).fetch_one(scratch.connection()).await.unwrap();
    let other: String = sqlx::query_scalar(about).fetch_one(&mut database.connection).await.unwrap();
    assert_eq!(its, other);
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(scratch.connection()).await.unwrap();
    assert_eq!(path, "app, \"$user\", public");
    scratch.close().await.unwrap();
}

#[tokio::test]
async fn a_user_without_createdb_is_pointed_to_scratch_url() {
    let database = Database::new().await;
    let options = user("autogenerate_nobody", "", &database.options).await;
    for error in [
        Scratch::database(&options, public()).await.unwrap_err(),
        Scratch::schema(&options).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::NoRight { .. }), "{error:?}");
        assert!(error.to_string().contains("--scratch-url"), "{error}");
        assert!(error.to_string().contains("autogenerate_nobody"), "{error}");
    }
    let nowhere = server().port(1);
    assert!(matches!(Scratch::schema(&nowhere).await.unwrap_err(), Error::Connect(_)));
    forget("autogenerate_nobody").await;
}

#[tokio::test]
async fn a_provided_database_is_empty_afterwards_and_keeps_its_extensions() {
    let mut database =
        Database::with("CREATE EXTENSION citext; CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext")
            .await;
    let before = database.read(&Scope::Database).await;

    let mut closed = Scratch::at(&database.options, public()).await.unwrap();
    assert!(matches!(Scratch::at(&database.options, public()).await.unwrap_err(), Error::InUse { .. }));
    closed.execute(KITCHEN_SINK).await.unwrap();
    closed.execute("CREATE TABLE public.words (word citext, more ext.hstore)").await.unwrap();
    closed.clear().await.unwrap();
    assert_alike(&database.read(&Scope::Database).await, &before);
    closed.execute(KITCHEN_SINK).await.unwrap();
    closed.close().await.unwrap();
    assert_alike(&database.read(&Scope::Database).await, &before);

    let mut dropped = Scratch::at(&database.options, public()).await.unwrap();
    dropped.execute("CREATE TABLE items (id integer); CREATE SCHEMA more; CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'").await.unwrap();
    drop(dropped);
    assert_alike(&database.read(&Scope::Database).await, &before);
}

#[tokio::test]
async fn a_provided_database_that_is_not_empty_is_left_alone() {
    for (sql, found) in [
        ("CREATE TABLE items (id integer)", "table public.items"),
        ("CREATE SCHEMA app; CREATE TYPE app.state AS ENUM ('a')", "type app.state"),
        ("CREATE SEQUENCE counter", "sequence public.counter"),
        ("CREATE VIEW items AS SELECT 1", "view public.items"),
    ] {
        let mut database = Database::with(sql).await;
        let before = database.read(&Scope::Database).await;
        let error = Scratch::at(&database.options, public()).await.unwrap_err();
        assert!(matches!(&error, Error::NotEmpty { found: thing, .. } if thing == found), "{error}");
        assert_alike(&database.read(&Scope::Database).await, &before);
    }
}
