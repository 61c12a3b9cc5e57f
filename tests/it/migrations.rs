//! Migrations: applied exactly once, with any number of replicas and after any interruption.

use std::{borrow::Cow, time::Duration};

use autogenerate::migrate::{self, Down};
use curio::postgres::migrations::{self, MIGRATOR, MigrationError};
use futures_util::future::join_all;
use reqwest::StatusCode;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqlSafeStr,
    migrate::{Migrate, Migration, MigrationType, Migrator},
};

use crate::support::{
    database::TestDatabase,
    eventually,
    process::{Process, curio, run},
};

const PATIENCE: Duration = Duration::from_secs(30);

fn migration(version: i64, name: &'static str, sql: &str, no_tx: bool) -> Migration {
    let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
    Migration::new(version, Cow::Borrowed(name), MigrationType::ReversibleUp, sql, no_tx)
}

/// A table of some size, an index that is built concurrently, and one more migration after it.
fn migrator() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "create", "CREATE TABLE things AS SELECT n FROM generate_series(1, 50000) n", false),
        migration(
            2,
            "index",
            "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_n_idx ON things (n)",
            true,
        ),
        migration(3, "count", "INSERT INTO things VALUES (-1)", false),
    ])
}

/// The version of the oldest migration.
fn oldest() -> i64 {
    MIGRATOR.iter().next().unwrap().version
}

async fn versions(database: &TestDatabase) -> Vec<(i64, bool)> {
    let sql = "SELECT version, success FROM _sqlx_migrations ORDER BY version";
    sqlx::query_as(sql).fetch_all(&mut database.connect().await).await.unwrap()
}

async fn valid_indexes(database: &TestDatabase) -> i64 {
    database.number("SELECT count(*) FROM pg_index WHERE indrelid = 'things'::regclass AND indisvalid").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_replicas_at_once_apply_each_migration_once() {
    let database = TestDatabase::empty().await;
    let applied = join_all((0..8).map(|_| async {
        let mut conn = database.connect().await;
        migrations::upgrade(&mut conn, &migrator(), PATIENCE).await.unwrap()
    }))
    .await;
    assert_eq!(applied.iter().sum::<usize>(), 3, "{applied:?}");
    assert_eq!(versions(&database).await, [(1, true), (2, true), (3, true)]);
    assert_eq!(valid_indexes(&database).await, 1);
    assert_eq!(database.number("SELECT count(*) FROM things").await, 50_001);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_replica_takes_over_from_one_that_dies_during_a_concurrent_build() {
    let database = TestDatabase::empty().await;
    let mut first = database.connect().await;
    migrations::upgrade(
        &mut first,
        &Migrator::with_migrations(vec![migrator().migrations[0].clone()]),
        PATIENCE,
    )
    .await
    .unwrap();
    // An old transaction makes the build wait in its middle, with the index there but invalid.
    let mut old = database.connect().await;
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM things LIMIT 1")
        .execute(&mut old)
        .await
        .unwrap();
    let victim = tokio::spawn(async move { migrations::upgrade(&mut first, &migrator(), PATIENCE).await });
    let building = "SELECT count(*) FROM pg_index WHERE indrelid = 'things'::regclass AND NOT indisvalid";
    eventually("the build is under way", async || database.number(building).await == 1).await;
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%CONCURRENTLY IF NOT EXISTS things_n_idx%' AND pid <> pg_backend_pid()";
    assert_eq!(database.number(kill).await, 1);
    assert!(victim.await.unwrap().is_err());
    assert_eq!(database.number(building).await, 1, "the unfinished index stays behind");
    old.close().await.unwrap();

    let applied = join_all((0..7).map(|_| async {
        let mut conn = database.connect().await;
        migrations::upgrade(&mut conn, &migrator(), PATIENCE).await.unwrap()
    }))
    .await;
    assert_eq!(applied.iter().sum::<usize>(), 2, "{applied:?}");
    assert_eq!(versions(&database).await, [(1, true), (2, true), (3, true)]);
    assert_eq!(valid_indexes(&database).await, 1);
}

#[tokio::test]
async fn waiting_for_another_process_times_out_with_an_explanation() {
    let database = TestDatabase::empty().await;
    let mut holder = database.connect().await;
    // sqlx's own lock, as its command line tool takes it.
    Migrate::lock(&mut holder).await.unwrap();
    let mut conn = database.connect().await;
    let busy = migrations::upgrade(&mut conn, &migrator(), Duration::from_millis(150)).await.unwrap_err();
    assert!(matches!(busy, MigrationError::Busy(_)), "{busy}");
    Migrate::unlock(&mut holder).await.unwrap();
    assert_eq!(migrations::upgrade(&mut conn, &migrator(), PATIENCE).await.unwrap(), 3);
    let free: bool = sqlx::query_scalar("SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert!(free, "the lock is released");
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_itself_and_can_be_repeated() {
    let database = TestDatabase::empty().await;
    let broken = Migrator::with_migrations(vec![
        migrator().migrations[0].clone(),
        migration(2, "broken", "CREATE TABLE half (n int); SELECT 1 / 0", false),
    ]);
    let mut conn = database.connect().await;
    for _ in 0..2 {
        let error = migrations::upgrade(&mut conn, &broken, PATIENCE).await.unwrap_err();
        assert!(matches!(error, MigrationError::Failed { version: 2, .. }), "{error:?}");
        assert_eq!(versions(&database).await, [(1, true)]);
    }
    assert_eq!(database.number("SELECT count(*) FROM pg_class WHERE relname = 'half'").await, 0);
}

#[tokio::test]
async fn an_edited_migration_is_rejected() {
    let database = TestDatabase::empty().await;
    let mut conn: PgConnection = database.connect().await;
    migrations::upgrade(&mut conn, &migrator(), PATIENCE).await.unwrap();
    let edited = Migrator::with_migrations(vec![migration(1, "create", "SELECT 1", false)]);
    let error = migrations::upgrade(&mut conn, &edited, PATIENCE).await.unwrap_err();
    assert!(matches!(error, MigrationError::Edited(1)), "{error:?}");
}

#[tokio::test]
async fn the_down_migrations_lead_back_to_an_empty_database() {
    let database = TestDatabase::empty().await;
    let mut conn = database.connect().await;
    migrations::upgrade(&mut conn, &MIGRATOR, PATIENCE).await.unwrap();
    let all = migrations::all().unwrap();
    let reverted = migrate::downgrade(&mut conn, &all, &Down::Base, PATIENCE).await.unwrap();
    assert_eq!(reverted.len(), all.pairs().count());
    let left = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'";
    assert_eq!(database.number(left).await, 0);
    migrations::upgrade(&mut conn, &MIGRATOR, PATIENCE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_that_migrate_on_start_all_serve() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let environment = [("CURIO_MIGRATE_ON_START", "true"), ("CURIO_DATABASE_CONNECTIONS", "3")];
    let processes = join_all((0..8).map(|_| Process::serve(&url, &environment))).await;
    for process in &processes {
        let ready = reqwest::get(format!("{}/readyz", process.address)).await.unwrap();
        assert_eq!(ready.status(), StatusCode::OK);
    }
    let applied: usize = processes.iter().map(|process| process.lines("migration.applied").len()).sum();
    assert_eq!(applied, versions(&database).await.len());
    assert_eq!(database.number("SELECT count(*) FROM service_keys").await, 1, "one key for all");
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_migrations_are_reported_and_not_ignored() {
    let database = TestDatabase::empty().await;
    let mut serve = curio(&["serve", "--bind", "127.0.0.1:0"]);
    serve.env("DATABASE_URL", database.url());
    let (code, _, error) = run(serve).await;
    assert_eq!(code, Some(1));
    let oldest = format!("{} (initial schema)", oldest());
    for words in [&*oldest, "curio db upgrade", "--migrate-on-start"] {
        assert!(error.contains(words), "{words} in {error}");
    }
    assert_eq!(database.number("SELECT count(*) FROM pg_class WHERE relname = '_sqlx_migrations'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_ahead_of_the_binary_is_served_with_a_warning() {
    let database = TestDatabase::new().await;
    let newer = "INSERT INTO _sqlx_migrations VALUES (99990101000000, 'newer', now(), true, '\\x00', 0)";
    database.execute(newer).await;
    let process = Process::serve(&database.url(), &[("CURIO_MIGRATE_ON_START", "true")]).await;
    let warnings = process.lines("serve.database_is_ahead");
    assert!(warnings.len() == 1 && warnings[0].to_string().contains("99990101000000"), "{warnings:?}");
    let ready = reqwest::get(format!("{}/readyz", process.address)).await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_report_and_change_the_revision_of_a_database() {
    let database = TestDatabase::empty().await;
    let db = async |arguments: &str| db(&database, &arguments.split(' ').collect::<Vec<_>>()).await;
    let (code, out, _) = db("current").await;
    assert_eq!((code, out.lines().next()), (Some(0), Some("base")));
    assert!(out.contains(&format!("pending: {} initial schema", oldest())), "{out}");
    let (code, out, error) = db("upgrade").await;
    assert_eq!(code, Some(0), "{error}");
    assert!(
        out.contains(&format!(
            "{} migration",
            MIGRATOR.iter().filter(|m| m.migration_type.is_up_migration()).count()
        )),
        "{out}"
    );
    let (_, out, _) = db("upgrade").await;
    assert!(out.contains("0 migrations applied"), "{out}");
    let (_, out, _) = db("current").await;
    assert!(out.trim_end().ends_with("(head)"), "{out}");

    // A revision may consist of several migrations, which go up and down together.
    let ups = || MIGRATOR.iter().filter(|m| m.migration_type.is_up_migration());
    let firsts = ups().enumerate().filter(|(_, m)| m.sql.as_str().contains(" (1 of "));
    let (revisions, begin) = firsts.fold((0, 0), |(count, _), (index, _)| (count + 1, index));
    let newest = ups().count() - begin;
    let reverted = format!("{newest} migration{} reverted", if newest == 1 { "" } else { "s" });
    let (_, out, _) = db("history").await;
    assert!(out.starts_with(&format!("{}  applied", oldest())) && out.lines().count() == revisions, "{out}");
    let (_, out, error) = db("downgrade -1 --sql").await;
    assert!(out.contains("DELETE FROM _sqlx_migrations") && error.is_empty(), "{out}{error}");
    let (code, out, error) = db("downgrade -1").await;
    assert_eq!((code, out.lines().last()), (Some(0), Some(&*reverted)), "{error}");
    let (_, out, _) = db("current --json").await;
    let current: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&current["head"], current["pending"].as_array().map(Vec::len)),
        (&false.into(), Some(newest))
    );
    let (_, out, _) = db("stamp head").await;
    assert!(out.trim_end().ends_with("(head)"), "{out}");
    let (_, out, error) = db("upgrade --sql").await;
    assert_eq!((&*out, &*error), ("", "nothing to do\n"));
    for (arguments, expected, words) in [
        ("stamp 1999", 1, "there is no revision 1999"),
        ("downgrade -99", 1, "99 revisions were requested"),
        ("downgrade", 2, "-N|base|REVISION"),
        ("upgrade -1", 2, "-1"),
        ("upgrade base", 2, "head, +1 (or more), or a revision"),
    ] {
        let (code, _, error) = db(arguments).await;
        assert!(code == Some(expected) && error.contains(words), "{arguments}: {code:?} {error}");
    }
}

/// Runs `curio db …` on a database: its exit code, standard output and standard error.
async fn db(database: &TestDatabase, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = curio(&[&["db"], arguments].concat());
    command.env("DATABASE_URL", database.url());
    run(command).await
}

#[tokio::test(flavor = "multi_thread")]
async fn models_migrations_and_database_agree_and_a_difference_is_reported_with_its_location() {
    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let database = TestDatabase::new().await;
    let check = ["check", "--migrations", FOLDER];
    let (code, out, error) = db(&database, &check).await;
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(out.contains("migrations = models") && out.contains("database = migrations"), "{out}");

    let empty = TestDatabase::empty().await;
    for (more, expected) in [(&["--allow-pending"][..], 0), (&[], 3)] {
        let (code, out, error) = db(&empty, &[&check[..], more].concat()).await;
        assert_eq!(code, Some(expected), "{out}{error}");
    }
    let (code, _, error) = db(&database, &["check", "--migrations", "nowhere"]).await;
    assert!(code == Some(2) && error.contains("nowhere"), "{code:?} {error}");

    database.execute("ALTER TABLE items ALTER COLUMN name DROP NOT NULL; CREATE VIEW v AS SELECT 1").await;
    let (code, out, error) = db(&database, &check).await;
    assert_eq!(code, Some(1), "{out}{error}");
    assert!(out.contains("src/postgres/catalog/models.rs:") && out.contains("Item::name"), "{out}");
    assert!(error.contains("not managed: view v"), "{error}");
    let (code, out, _) = db(&database, &["check", "--migrations", FOLDER, "--json"]).await;
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["clean"]), (Some(1), &serde_json::json!(false)));
    assert_eq!(report["edges"][1]["differences"][0]["field"], "Item::name", "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_is_written_only_if_something_differs() {
    let database = TestDatabase::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let revise =
        ["revision", "--autogenerate", "-m", "First", "--migrations", folder.path().to_str().unwrap()];
    let (code, out, error) = db(&database, &revise).await;
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("add table items") && out.contains("_first.up.sql"), "{out}");
    let written = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(written, 2);
    let (code, _, error) = db(&database, &revise).await;
    assert!(code == Some(1) && error.contains("upgrade"), "{error}");
    let other = tempfile::tempdir().unwrap();
    let arguments = ["revision", "--autogenerate", "--json", "-m", "First", "--migrations"];
    let (_, out, _) = db(&database, &[&arguments[..], &[other.path().to_str().unwrap()]].concat()).await;
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let mut down = document["revision"]["down"].as_array().unwrap().iter();
    let drop = down.find(|step| step["sql"].as_str().unwrap().ends_with("DROP TABLE items")).unwrap();
    let tables = ["collections", "items"];
    let locks = tables.map(|table| serde_json::json!({ "mode": "AccessExclusive", "table": table }));
    let locks = serde_json::json!(locks);
    assert_eq!(drop["locks"], locks, "{document}");
    // The migrations of the binary lead to the same models.
    let migrated = TestDatabase::new().await;
    let arguments = ["revision", "--autogenerate", "-m", "Second", "--migrations"];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let (code, out, error) = db(&migrated, &[&arguments[..], &[folder]].concat()).await;
    assert_eq!((code, &*out), (Some(0), "nothing differs: no revision was written\n"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sql_that_turns_one_database_into_another_is_printed() {
    // Curio's schema, and a foreign one.
    let (ours, pagila) = (TestDatabase::new().await, TestDatabase::empty().await);
    pagila.execute(include_str!("../../crates/autogenerate/tests/samples/pagila.sql")).await;
    for (to, table) in [(ours, "items"), (pagila, "film_actor")] {
        let from = TestDatabase::empty().await;
        let (from_url, to_url) = (from.url(), to.url());
        let arguments = ["diff", "--from", &from_url, "--to", &to_url];
        let (code, sql, error) = db(&from, &arguments).await;
        assert!(code == Some(0) && sql.contains(&format!("CREATE TABLE public.{table}")), "{sql}{error}");
        from.execute(&sql).await;
        let (code, sql, error) = db(&from, &arguments).await;
        assert_eq!((code, &*sql), (Some(0), ""));
        // Nothing else is left out.
        assert!(error.lines().all(|line| line.contains("_sqlx_migrations")), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_postgresql_is_reported_once_and_with_its_detail() {
    let database = TestDatabase::empty().await;
    database.execute("CREATE TABLE items (id int)").await;
    let (code, _, error) = db(&database, &["upgrade"]).await;
    assert_eq!((code, error.matches("relation \"items\" already exists").count()), (Some(1), 1), "{error}");
    assert!(!error.contains(" at line "), "{error}");
    assert!(
        error.contains("initial_schema.up.sql:") && error.contains("in `CREATE TABLE items ("),
        "{error}"
    );

    let (database, folder) = (TestDatabase::empty().await, tempfile::tempdir().unwrap());
    let up =
        "CREATE TABLE twice AS SELECT 1 AS n FROM generate_series(1, 2); ALTER TABLE twice ADD UNIQUE (n);";
    std::fs::write(folder.path().join("1_keys.up.sql"), up).unwrap();
    std::fs::write(folder.path().join("1_keys.down.sql"), "DROP TABLE twice;").unwrap();
    let (code, _, error) = db(&database, &["check", "--migrations", folder.path().to_str().unwrap()]).await;
    assert!(code == Some(2) && error.contains("\n  detail: Key (n)=(1) is duplicated."), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_database_is_taken_over_and_its_revisions_are_squashed() {
    let database = TestDatabase::empty().await;
    database.execute("CREATE TABLE legacy (id int PRIMARY KEY)").await;
    let folder = tempfile::tempdir().unwrap();
    let db = async |arguments: &[&str]| {
        let folder = ["--migrations", folder.path().to_str().unwrap()];
        db(&database, &[arguments, &folder].concat()).await
    };
    let (code, out, error) = db(&["baseline"]).await;
    assert!(
        code == Some(0) && out.contains("_baseline.up.sql") && out.contains("recorded 2"),
        "{out}{error}"
    );
    let (code, _, error) = db(&["baseline"]).await;
    assert!(code == Some(1) && error.contains("`squash`"), "{error}");
    let (code, out, error) = db(&["revision", "--autogenerate", "-m", "First"]).await;
    assert!(code == Some(0) && error.contains("not managed: table legacy"), "{out}{error}");
    let (code, out, error) = db(&["squash", "--json"]).await;
    assert_eq!(code, Some(0), "{error}");
    let squashed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(squashed["replaced"].as_array().map(Vec::len), Some(2), "{out}");
    assert!(squashed["irreversible"].is_string(), "{out}");
    let (code, _, error) = db(&["squash"]).await;
    assert!(code == Some(1) && error.contains("there are not two revisions"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_of_applied_migrations_is_corrected_only_on_demand() {
    let database = TestDatabase::new().await;
    let (code, out, error) = db(&database, &["repair"]).await;
    assert!(code == Some(0) && out.contains("the record is right"), "{out}{error}");
    let edit = format!("UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = {}", oldest());
    database.execute(&edit).await;
    let (code, _, error) = db(&database, &["upgrade"]).await;
    assert!(code == Some(1) && error.contains("`repair`"), "{error}");
    let (code, out, error) = db(&database, &["repair"]).await;
    assert!(code == Some(1) && out.contains("was edited after it was applied"), "{out}");
    assert!(error.contains("--accept"), "{error}");
    let (code, out, error) = db(&database, &["repair", "--accept", "--json"]).await;
    let repaired: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &repaired["repaired"]), (Some(0), &true.into()), "{out}{error}");
    assert_eq!(db(&database, &["upgrade"]).await.0, Some(0));

    database.execute(&edit).await;
    database.execute("ALTER TABLE items ADD COLUMN extra int").await;
    let (code, _, error) = db(&database, &["repair", "--accept"]).await;
    assert!(code == Some(1) && error.contains("items.extra"), "{error}");
}
