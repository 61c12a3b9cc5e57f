//! Who uses a table that is to be changed holds up the migration, and no one else.

use std::time::Duration;

use autogenerate::migrate::{MigrationError, Up, upgrade};
use sqlx::{Executor as _, error::DatabaseError};

use super::{FIRST, SECOND, columns, folder, migrations, up};
use crate::support::{Database, eventually};

const WAITING: &str = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = \
                       (SELECT oid FROM pg_database WHERE datname = current_database())";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_waits_for_a_table_lets_others_pass() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let [mut user, mut other] = [database.connect().await, database.connect().await];
    user.execute("BEGIN; SELECT FROM things LIMIT 1").await.unwrap();
    other.execute("SET lock_timeout = '30s'").await.unwrap();
    let pass = async {
        eventually("the file waits", async || database.number(WAITING).await > 0).await;
        other.execute("SELECT FROM things LIMIT 1").await.unwrap();
        user.execute("COMMIT").await.unwrap();
    };
    let (upgraded, ()) = tokio::join!(up(&database, &folder, "+1"), pass);
    assert_eq!(upgraded.unwrap(), [SECOND, SECOND + 1, SECOND + 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_a_table_is_bounded_and_leaves_no_lock() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let [mut user, mut conn] = [database.connect().await, database.connect().await];
    user.execute("BEGIN; LOCK TABLE things IN SHARE MODE").await.unwrap();
    conn.execute("SET lock_timeout = '10ms'").await.unwrap();
    let error = upgrade(&mut conn, &migrations(&folder), &Up::Head, Duration::ZERO).await.unwrap_err();
    let MigrationError::Failed { version, source, .. } = error else { panic!("{error:?}") };
    let code = source.as_database_error().and_then(DatabaseError::code);
    assert_eq!((version, code.as_deref()), (FIRST + 1, Some("55P03")));
    let held = "SELECT count(*) FROM pg_locks WHERE relation = 'things'::regclass";
    assert_eq!(
        (database.number(held).await, columns(&database).await),
        (1, ["k", "n"].map(str::to_owned).to_vec())
    );
}
