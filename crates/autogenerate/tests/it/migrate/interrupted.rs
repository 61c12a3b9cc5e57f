//! Concurrent and interrupted migrations.

use std::time::Duration;

use autogenerate::{
    migrate::{Down, MigrationError, Stamp, Status, Up, downgrade, stamp, upgrade},
    revision::File,
};
use sqlx::{Connection, PgConnection, migrate::Migrate};
use tokio::task::JoinSet;

use super::{
    FIRST, LAST, NOTHING, PATIENCE, SECOND, down, edit, folder, indexes, migrations, statuses, up, write,
};
use crate::support::{Database, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_processes_at_once_apply_each_file_once() {
    let (database, folder) = (Database::new().await, folder());
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (mut conn, migrations) = (database.connect().await, migrations(&folder));
        tasks.spawn(async move { upgrade(&mut conn, &migrations, &Up::Head, PATIENCE).await.unwrap() });
    }
    let mut applied = tasks.join_all().await.concat();
    applied.sort_unstable();
    assert_eq!(applied, (FIRST..=LAST).collect::<Vec<_>>());
    assert_eq!(indexes(&database).await, ["things_n_key"]);
}

/// Terminates the session of a migration while it builds an index. The snapshot of an older
/// transaction keeps the build from finishing.
async fn kill_during_build(
    database: &Database,
    index: &str,
    task: impl Future<Output = bool> + Send + 'static,
) {
    let mut old: PgConnection = database.connect().await;
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1")
        .execute(&mut old)
        .await
        .unwrap();
    let victim = tokio::spawn(task);
    let unfinished = format!("{index} (invalid)");
    eventually("the build is under way", async || indexes(database).await.contains(&unfinished)).await;
    let kill = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%CONCURRENTLY IF NOT EXISTS {index}%' AND pid <> pg_backend_pid()"
    );
    assert_eq!(database.number(&kill).await, 1);
    assert!(victim.await.unwrap(), "the migration failed");
    assert!(indexes(database).await.contains(&unfinished), "the unfinished index stays behind");
    old.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_upgrade_that_is_killed_in_the_middle_of_a_revision_is_finished_by_the_next() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+1").await.unwrap();
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    kill_during_build(&database, "things_n_idx", async move {
        upgrade(&mut conn, &all, &Up::Head, PATIENCE).await.is_err()
    })
    .await;
    assert_eq!(statuses(&database, &folder).await[1], Status::PartlyApplied { applied: 1 });
    // The way down needs the whole revision.
    let error = down(&database, &folder, "-1").await.unwrap_err();
    assert!(
        matches!(error, MigrationError::PartlyApplied { revision: SECOND, applied: 1, of: 3 }),
        "{error}"
    );

    assert_eq!(up(&database, &folder, "+1").await.unwrap(), [SECOND + 1, SECOND + 2]);
    assert_eq!(indexes(&database).await, ["things_n_key"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_downgrade_that_is_killed_in_the_middle_of_a_revision_is_only_finished_by_another_downgrade() {
    let (database, folder) = (Database::new().await, folder());
    // Three files down, two of which run without a transaction. The second one is killed.
    let index = |name: &str| File {
        no_transaction: true,
        sql: format!("CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON things (n);\n"),
    };
    let drop = File::new("ALTER TABLE things DROP CONSTRAINT things_n_key, DROP COLUMN m;\n");
    let add = File::new("ALTER TABLE things ADD CONSTRAINT things_n_key UNIQUE (n), ADD COLUMN m int;\n");
    write(folder.path(), "drop m", &[drop], &[add, index("things_a_idx"), index("things_b_idx")]);
    up(&database, &folder, "head").await.unwrap();
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    kill_during_build(&database, "things_a_idx", async move {
        downgrade(&mut conn, &all, &Down::Steps(1), PATIENCE).await.is_err()
    })
    .await;
    assert_eq!(statuses(&database, &folder).await[3], Status::Reverting);
    let error = up(&database, &folder, "head").await.unwrap_err();
    assert!(matches!(error, MigrationError::Reverting(version) if version == LAST + 1), "{error}");

    assert_eq!(down(&database, &folder, "-1").await.unwrap(), [LAST + 2, LAST + 1]);
    assert_eq!(statuses(&database, &folder).await[3], Status::Pending);
    assert_eq!(indexes(&database).await, ["things_a_idx", "things_b_idx", "things_n_key"]);
}

#[tokio::test]
async fn a_statement_that_completed_without_being_recorded_is_recorded_by_the_next_run() {
    let (mut database, folder) = (Database::new().await, folder());
    up(&database, &folder, "head").await.unwrap();
    let create = "CREATE UNIQUE INDEX CONCURRENTLY \"a B\" ON things USING btree (n DESC, m) WITH (fillfactor='80') WHERE (n > 1)";
    let drop = "DROP INDEX CONCURRENTLY \"a B\"";
    let alone = |sql: &str| File { no_transaction: true, sql: format!("{sql};\n") };
    write(folder.path(), "index", &[alone(create)], &[alone(drop)]);
    let version = LAST + 1;
    for other in [create.replace("80", "70"), create.replace("UNIQUE ", ""), create.replace(" DESC", "")] {
        database.execute(&other).await;
        let error = up(&database, &folder, "head").await.unwrap_err();
        assert!(
            matches!(error, MigrationError::Failed { version: failed, .. } if failed == version),
            "{error}"
        );
        database.execute(drop).await;
    }
    // The process was killed after the statement.
    database.execute(create).await;
    assert_eq!(up(&database, &folder, "head").await.unwrap(), [version]);
    database.execute(drop).await;
    assert_eq!(down(&database, &folder, "-1").await.unwrap(), [version]);
    assert_eq!(statuses(&database, &folder).await.pop(), Some(Status::Pending));
}

#[tokio::test]
async fn a_way_down_that_fails_at_its_first_statement_reverts_nothing() {
    let (database, folder) = (Database::new().await, folder());
    let alone = |sql: &str| File { no_transaction: true, sql: sql.to_owned() };
    write(folder.path(), "x", &[], &[alone("VACUUM no_such;\n"), alone("SELECT 1;\n")]);
    up(&database, &folder, "head").await.unwrap();
    let error = down(&database, &folder, "-1").await.unwrap_err();
    assert!(matches!(error, MigrationError::RevertFailed { version, .. } if version == LAST + 2), "{error}");
    assert_eq!(statuses(&database, &folder).await[3], Status::Applied);
    assert_eq!(up(&database, &folder, "head").await.unwrap(), NOTHING);
}

#[tokio::test]
async fn a_failed_migration_leaves_nothing_behind() {
    let (database, folder) = (Database::new().await, folder());
    let name = format!("{}_make_n_unique_3.up.sql", SECOND + 2);
    edit(
        &folder,
        &name,
        "ALTER TABLE",
        "CREATE TABLE half (n int);\nALTER TABLE IF EXISTS half ADD n int;\nALTER TABLE",
    );
    for _ in 0..2 {
        let error = up(&database, &folder, "head").await.unwrap_err();
        assert!(matches!(error, MigrationError::Failed { version, .. } if version == SECOND + 2), "{error}");
        assert_eq!(database.number("SELECT count(*) FROM pg_class WHERE relname = 'half'").await, 0);
        assert_eq!(database.number("SELECT count(*) FROM _sqlx_migrations").await, 3);
    }
}

#[tokio::test]
async fn waiting_for_another_process_times_out_with_an_error() {
    let (database, folder) = (Database::new().await, folder());
    let mut holder = database.connect().await;
    // sqlx's own lock.
    Migrate::lock(&mut holder).await.unwrap();
    let (mut conn, all, patience) =
        (database.connect().await, migrations(&folder), Duration::from_millis(50));
    for busy in [
        upgrade(&mut conn, &all, &Up::Head, patience).await.unwrap_err(),
        downgrade(&mut conn, &all, &Down::Base, patience).await.unwrap_err(),
        stamp(&mut conn, &all, &Stamp::Head, patience).await.unwrap_err(),
    ] {
        assert!(matches!(busy, MigrationError::Busy(_)), "{busy}");
    }
    Migrate::unlock(&mut holder).await.unwrap();
    assert_eq!(upgrade(&mut conn, &all, &Up::Head, patience).await.unwrap().len(), 6);
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(database.number(held).await, 0, "the lock is released");
}
