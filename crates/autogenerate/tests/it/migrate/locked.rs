//! A migration that waits for a table does not block queries for long.

use std::time::Duration;

use autogenerate::{
    migrate::{MigrationError, Up, upgrade},
    revision::File,
};
use sqlx::{Executor as _, error::DatabaseError};

use super::{LAST, PATIENCE, SECOND, folder, migrations, up, write};
use crate::support::{Database, eventually};

/// How many locks of this kind there are in the database.
async fn locks(database: &Database, condition: &str) -> i64 {
    let database_id = "(SELECT oid FROM pg_database WHERE datname = current_database())";
    let sql = format!("SELECT count(*) FROM pg_locks WHERE database = {database_id} AND {condition}");
    database.number(&sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_waits_for_a_table_lets_others_pass() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let [mut user, mut other] = [database.connect().await, database.connect().await];
    user.execute("BEGIN; SELECT FROM things LIMIT 1").await.unwrap();
    other.execute("SET lock_timeout = '30s'").await.unwrap();
    let pass = async {
        eventually("the file waits", async || locks(&database, "NOT granted").await > 0).await;
        other.execute("SELECT FROM things LIMIT 1").await.unwrap();
        user.execute("COMMIT").await.unwrap();
    };
    let (upgraded, ()) = tokio::join!(up(&database, &folder, "+1"), pass);
    assert_eq!(upgraded.unwrap(), [SECOND, SECOND + 1, SECOND + 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_no_lock_while_it_pauses() {
    let (database, folder) = (Database::new().await, folder());
    let sql = "ALTER TABLE things ADD COLUMN a int;\nALTER TABLE others ADD COLUMN a int;\n";
    write(folder.path(), "add a", &[File::new(sql)], &[]);
    up(&database, &folder, "+3").await.unwrap();
    database.connect().await.execute("CREATE TABLE others ()").await.unwrap();
    let [mut user, mut conn] = [database.connect().await, database.connect().await];
    user.execute("BEGIN; SELECT FROM others").await.unwrap();
    let pause = async {
        let held = "relation = 'things'::regclass";
        eventually("the file has locked a table", async || locks(&database, held).await > 0).await;
        eventually("the file pauses", async || locks(&database, held).await == 0).await;
        let columns = database.number(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'things'::regclass AND attname = 'a'",
        );
        assert_eq!(columns.await, 0);
        user.execute("COMMIT").await.unwrap();
    };
    let all = migrations(&folder);
    let (upgraded, ()) = tokio::join!(upgrade(&mut conn, &all, &Up::Head, PATIENCE), pause);
    assert_eq!(upgraded.unwrap(), [LAST + 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_build_of_an_index_waits_for_as_long_as_it_takes() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let [mut user, mut conn] = [database.connect().await, database.connect().await];
    user.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT").await.unwrap();
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
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let [mut user, mut conn] = [database.connect().await, database.connect().await];
    user.execute("BEGIN; SELECT FROM things LIMIT 1").await.unwrap();
    conn.execute("SET lock_timeout = '10ms'").await.unwrap();
    let error =
        upgrade(&mut conn, &migrations(&folder), &Up::Head, Duration::from_millis(100)).await.unwrap_err();
    let MigrationError::Locked { version, source, .. } = error else { panic!("{error:?}") };
    let code = source.as_database_error().and_then(DatabaseError::code);
    assert_eq!((version, code.as_deref()), (SECOND, Some("55P03")));
}
