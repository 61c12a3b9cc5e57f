//! A migration that waits for a table does not block queries for long.

use std::time::Duration;

use autogenerate::{
    migrate::{Down, MigrationError, Up, downgrade, upgrade},
    revision::File,
};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, error::DatabaseError};
use tempfile::TempDir;

use super::{LAST, PATIENCE, SECOND, folder, migrations, up, write};
use crate::support::{Database, eventually};

/// A database with the first revision, and a session with a transaction.
async fn in_use(transaction: &str) -> (Database, TempDir, PgConnection) {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let mut user = database.connect().await;
    user.execute(AssertSqlSafe(format!("BEGIN {transaction}"))).await.unwrap();
    (database, folder, user)
}

/// How many locks of this kind there are in the database.
async fn locks(database: &Database, condition: &str) -> i64 {
    let database_id = "(SELECT oid FROM pg_database WHERE datname = current_database())";
    let sql = format!("SELECT count(*) FROM pg_locks WHERE database = {database_id} AND {condition}");
    database.number(&sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_waits_for_a_table_lets_others_pass() {
    let (database, folder, mut user) = in_use("; SELECT FROM things LIMIT 1").await;
    let mut other = database.connect().await;
    other.execute("SET lock_timeout = '30s'").await.unwrap();
    let pass = async {
        eventually("the file waits", async || locks(&database, "NOT granted").await > 0).await;
        other.execute("SELECT FROM things LIMIT 1").await.unwrap();
        user.execute("COMMIT").await.unwrap();
    };
    let (upgraded, ()) = tokio::join!(up(&database, &folder, "+1"), pass);
    assert_eq!(upgraded.unwrap(), [SECOND, SECOND + 1, SECOND + 2]);
}

/// Two tables and a pending file that locks one after the other; a session uses the second one.
async fn half_in_use() -> (Database, TempDir, PgConnection) {
    let (database, folder, mut user) =
        in_use("; CREATE TABLE others (); COMMIT; BEGIN; SELECT FROM others").await;
    up(&database, &folder, "+2").await.unwrap();
    let sql = "ALTER TABLE things ADD COLUMN a int;\nALTER TABLE others ADD COLUMN a int;\n";
    write(folder.path(), "add a", &[File::new(sql)], &[]);
    user.execute("SET deadlock_timeout = '1min'").await.unwrap();
    (database, folder, user)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_no_lock_while_it_pauses() {
    let (database, folder, mut user) = half_in_use().await;
    let pause = async {
        let held = "relation = 'things'::regclass";
        eventually("the file has locked a table", async || locks(&database, held).await > 0).await;
        eventually("the file pauses", async || locks(&database, held).await == 0).await;
        let sql = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'things'::regclass AND attname = 'a'";
        assert_eq!(database.number(sql).await, 0);
        user.execute("COMMIT").await.unwrap();
    };
    let (upgraded, ()) = tokio::join!(up(&database, &folder, "+1"), pause);
    assert_eq!(upgraded.unwrap(), [LAST + 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_deadlocks_is_tried_again() {
    let (database, folder, mut user) = half_in_use().await;
    let deadlock = async {
        eventually("the file waits", async || locks(&database, "NOT granted").await > 0).await;
        user.execute("SELECT FROM things LIMIT 1; COMMIT").await.unwrap();
    };
    let (upgraded, ()) = tokio::join!(up(&database, &folder, "+1"), deadlock);
    assert_eq!(upgraded.unwrap(), [LAST + 1]);
}

/// PostgreSQL cancels an autovacuum that holds a lock after `deadlock_timeout`.
#[tokio::test]
async fn a_file_waits_longer_than_it_takes_to_cancel_an_autovacuum() {
    let (database, folder) = (Database::new().await, TempDir::new().unwrap());
    let sql = "CREATE TABLE bounds AS SELECT current_setting('lock_timeout') AS bound;\n";
    write(folder.path(), "bounds", &[File::new(sql)], &[File::new("DROP TABLE bounds;\n")]);
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    for (bound, expected) in [("0", "3500ms"), ("10ms", "10ms")] {
        let bounds = format!("SET deadlock_timeout = '3s'; SET lock_timeout = '{bound}'");
        conn.execute(AssertSqlSafe(bounds)).await.unwrap();
        upgrade(&mut conn, &all, &Up::Head, PATIENCE).await.unwrap();
        assert_eq!(database.texts("SELECT bound FROM bounds").await, [expected]);
        let after: String = sqlx::query_scalar("SHOW lock_timeout").fetch_one(&mut conn).await.unwrap();
        assert_eq!(after, bound);
        downgrade(&mut conn, &all, &Down::Base, PATIENCE).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_build_of_an_index_waits_for_as_long_as_it_takes() {
    let (database, folder, mut user) = in_use("ISOLATION LEVEL REPEATABLE READ; SELECT").await;
    let mut conn = database.connect().await;
    conn.execute("SET lock_timeout = '10ms'").await.unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'";
    let release = async {
        eventually("the build waits", async || database.number(waiting).await > 0).await;
        user.execute("SELECT pg_sleep(0.1); COMMIT").await.unwrap(); // longer than the bound
    };
    let all = migrations(&folder);
    let (upgraded, ()) = tokio::join!(upgrade(&mut conn, &all, &Up::Steps(1), PATIENCE), release);
    assert_eq!(upgraded.unwrap(), [SECOND, SECOND + 1, SECOND + 2]);
    let bound: String = sqlx::query_scalar("SHOW lock_timeout").fetch_one(&mut conn).await.unwrap();
    assert_eq!(bound, "10ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_a_table_is_bounded() {
    let (database, folder, _user) = in_use("; SELECT FROM things LIMIT 1").await;
    let mut conn = database.connect().await;
    conn.execute("SET lock_timeout = '10ms'").await.unwrap();
    let error =
        upgrade(&mut conn, &migrations(&folder), &Up::Head, Duration::from_millis(100)).await.unwrap_err();
    let MigrationError::Locked { version, source, .. } = error else { panic!("{error:?}") };
    let code = source.as_database_error().and_then(DatabaseError::code);
    assert_eq!((version, code.as_deref()), (SECOND, Some("55P03")));
}
