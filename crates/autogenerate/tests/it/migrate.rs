//! Applying and reverting revisions.

mod failure;
mod interrupted;
mod locked;
mod others;

use std::{fs, path::Path, time::Duration};

use autogenerate::{
    migrate::{Down, MigrationError, Stamp, Status, Up, downgrade, history, stamp, state, upgrade},
    revision::{Draft, File, Migrations},
};
use tempfile::{TempDir, tempdir};

use crate::support::Database;

const PATIENCE: Duration = Duration::from_secs(30);
const NOTHING: [i64; 0] = [];
const FIRST: i64 = 20_261_124_120_000;
const SECOND: i64 = FIRST + 1;
const THIRD: i64 = FIRST + 4;
const LAST: i64 = FIRST + 5;

/// Three revisions: one file; three up and one down; one up and two down. Both directions have a
/// file that runs without a transaction.
fn folder() -> TempDir {
    let folder = tempdir().unwrap();
    write(
        folder.path(),
        "create things",
        &[File::new("CREATE TABLE things AS SELECT n, n AS k FROM generate_series(1, 50000) n;\n")],
        &[File::new("DROP TABLE things;\n")],
    );
    let index = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS things_n_idx ON things (n);\n";
    write(
        folder.path(),
        "make n unique",
        &[
            File::new("ALTER TABLE things ADD COLUMN m int;\n"),
            File { no_transaction: true, sql: index.to_owned() },
            File::new("ALTER TABLE things ADD CONSTRAINT things_n_key UNIQUE USING INDEX things_n_idx;\n"),
        ],
        &[File::new("ALTER TABLE things DROP CONSTRAINT things_n_key;\nALTER TABLE things DROP COLUMN m;\n")],
    );
    let index = "CREATE INDEX CONCURRENTLY IF NOT EXISTS things_k_idx ON things (k);\n";
    write(
        folder.path(),
        "drop k",
        &[File::new("ALTER TABLE things DROP COLUMN k;\n")],
        &[
            File::new("ALTER TABLE things ADD COLUMN k int;\n"),
            File { no_transaction: true, sql: index.to_owned() },
        ],
    );
    folder
}

fn write(folder: &Path, message: &str, up: &[File], down: &[File]) {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    Draft { message, origin: "", up, down }.write(folder, now).unwrap();
}

fn migrations(folder: &TempDir) -> Migrations {
    Migrations::from_folder(folder.path()).unwrap()
}

async fn up(database: &Database, folder: &TempDir, to: &str) -> Result<Vec<i64>, MigrationError> {
    let target: Up = to.parse().unwrap();
    upgrade(&mut database.connect().await, &migrations(folder), &target, PATIENCE).await
}

async fn down(database: &Database, folder: &TempDir, to: &str) -> Result<Vec<i64>, MigrationError> {
    let target: Down = to.parse().unwrap();
    downgrade(&mut database.connect().await, &migrations(folder), &target, PATIENCE).await
}

async fn statuses(database: &Database, folder: &TempDir) -> Vec<Status> {
    let entries = history(&mut database.connect().await, &migrations(folder)).await.unwrap();
    entries.into_iter().map(|entry| entry.status).collect()
}

async fn columns(database: &Database) -> Vec<String> {
    let sql = "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('things') AND attnum > 0 AND NOT attisdropped ORDER BY 1";
    database.texts(sql).await
}

async fn indexes(database: &Database) -> Vec<String> {
    let sql = "SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' (invalid)' END
               FROM pg_index WHERE indrelid = to_regclass('things') ORDER BY 1";
    database.texts(sql).await
}

fn edit(folder: &TempDir, name: &str, from: &str, to: &str) {
    let path = folder.path().join(name);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[tokio::test]
async fn a_revision_goes_up_and_down_as_one_however_many_files_it_has() {
    let (database, folder) = (Database::new().await, folder());
    assert_eq!(up(&database, &folder, "+1").await.unwrap(), [FIRST]);
    assert_eq!(up(&database, &folder, "+1").await.unwrap(), [SECOND, SECOND + 1, SECOND + 2]);
    assert_eq!(
        (columns(&database).await, indexes(&database).await),
        (vec!["k".to_owned(), "m".to_owned(), "n".to_owned()], vec!["things_n_key".to_owned()])
    );
    assert_eq!(up(&database, &folder, "head").await.unwrap(), [THIRD, LAST]);
    assert_eq!(columns(&database).await, ["m", "n"]);
    assert_eq!(up(&database, &folder, "head").await.unwrap(), NOTHING);

    assert_eq!(down(&database, &folder, "-1").await.unwrap(), [LAST, THIRD]);
    assert_eq!((columns(&database).await.len(), indexes(&database).await.len()), (3, 2));
    assert_eq!(down(&database, &folder, "-1").await.unwrap(), [SECOND + 2, SECOND + 1, SECOND]);
    assert_eq!(
        (columns(&database).await, indexes(&database).await),
        (vec!["k".to_owned(), "n".to_owned()], vec!["things_k_idx".to_owned()])
    );
    let error = down(&database, &folder, "1").await.unwrap_err().to_string();
    assert_eq!(error, "there is no revision 1; did you mean -1?");
    assert_eq!(down(&database, &folder, "base").await.unwrap(), [FIRST]);
    assert_eq!(columns(&database).await, [""; 0]);
    assert_eq!(down(&database, &folder, "base").await.unwrap(), NOTHING);
}

#[tokio::test]
async fn a_target_may_be_any_version_of_a_revision() {
    let (database, folder) = (Database::new().await, folder());
    let middle = (SECOND + 1).to_string();
    assert_eq!(up(&database, &folder, &middle).await.unwrap().len(), 4);
    assert_eq!(up(&database, &folder, &middle).await.unwrap(), NOTHING);
    let error = down(&database, &folder, &THIRD.to_string()).await.unwrap_err();
    assert!(matches!(error, MigrationError::NotApplied(THIRD)), "{error}");
    up(&database, &folder, "head").await.unwrap();
    assert_eq!(down(&database, &folder, &middle).await.unwrap(), [LAST, THIRD]);
    for (error, words) in [
        (
            up(&database, &folder, "+2").await.unwrap_err(),
            "2 revisions were requested, but only 1 are pending",
        ),
        (
            down(&database, &folder, "-3").await.unwrap_err(),
            "3 revisions were requested, but only 2 are applied",
        ),
        (up(&database, &folder, "1999").await.unwrap_err(), "there is no revision 1999"),
    ] {
        assert_eq!(error.to_string().get(..words.len()), Some(words));
    }
}

#[tokio::test]
async fn an_open_slot_or_an_irreversible_way_down_is_rejected_before_anything_runs() {
    let (database, folder) = (Database::new().await, folder());
    let slot = "-- SLOT (delete this line when the statement below is right): populate things.m\n";
    let name = format!("{THIRD}_drop_k.up.sql");
    edit(&folder, &name, "ALTER", &format!("{slot}ALTER"));
    let error = up(&database, &folder, "head").await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{name}, line 4: open slot: populate things.m")), "{error}");
    assert_eq!(columns(&database).await, [""; 0]);
    edit(&folder, &name, slot, "");
    up(&database, &folder, "head").await.unwrap();

    let name = format!("{FIRST}_create_things.down.sql");
    edit(&folder, &name, "DROP", "-- irreversible: nobody knows what was there\n-- DROP");
    let error = down(&database, &folder, "base").await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{name}, line 3: irreversible: nobody knows what was there")),
        "{error}"
    );
    assert_eq!(columns(&database).await, ["m", "n"]);
    assert_eq!(down(&database, &folder, &FIRST.to_string()).await.unwrap().len(), 5);
}

#[tokio::test]
async fn an_edited_migration_is_reported_and_blocks_the_upgrade() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+2").await.unwrap();
    let name = format!("{SECOND}_make_n_unique.up.sql");
    edit(&folder, &name, "m int", "m bigint");
    let error = up(&database, &folder, "head").await.unwrap_err();
    assert!(matches!(error, MigrationError::Edited(SECOND)), "{error}");
    assert_eq!(statuses(&database, &folder).await, [Status::Applied, Status::Edited, Status::Pending]);
    // The usual cycle while writing a migration.
    down(&database, &folder, "-1").await.unwrap();
    up(&database, &folder, "head").await.unwrap();
    assert_eq!(statuses(&database, &folder).await, [Status::Applied; 3]);
}

#[tokio::test]
async fn migrations_of_a_newer_program_are_reported_and_block_the_downgrade() {
    let (mut database, folder) = (Database::new().await, folder());
    up(&database, &folder, "head").await.unwrap();
    database.execute("INSERT INTO _sqlx_migrations VALUES (3, 'gone', now(), true, '\\x00', -1), (99990101000000, 'newer', now(), true, '\\x00', 1000000)").await;
    let mut conn = database.connect().await;
    let state = state(&mut conn, &migrations(&folder)).await.unwrap();
    assert_eq!((state.missing, state.unknown, state.applied.len()), (vec![3], vec![99_990_101_000_000], 6));
    let error = down(&database, &folder, "-1").await.unwrap_err();
    assert!(
        matches!(&error, MigrationError::Unknown(versions) if *versions == [99_990_101_000_000]),
        "{error}"
    );
    assert_eq!(up(&database, &folder, "head").await.unwrap(), NOTHING);
    let entries = history(&mut conn, &migrations(&folder)).await.unwrap();
    assert_eq!(
        (entries[0].status, &*entries[0].message, entries[0].duration),
        (Status::Missing, "gone", None)
    );
    let last = entries.last().unwrap();
    assert_eq!((last.status, last.duration), (Status::Unknown, Some(Duration::from_millis(1))));
}

#[tokio::test]
async fn the_history_has_times_durations_and_overtaken_revisions() {
    let (database, folder) = (Database::new().await, folder());
    let mut conn = database.connect().await;
    let entries = history(&mut conn, &migrations(&folder)).await.unwrap();
    assert!(entries.iter().all(|entry| entry.status == Status::Pending && entry.applied_at.is_none()));
    up(&database, &folder, "head").await.unwrap();
    for (name, text) in
        [("20261124110000_late.up.sql", "SELECT 1"), ("20261124110000_late.down.sql", "SELECT 1")]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let entries = history(&mut conn, &migrations(&folder)).await.unwrap();
    assert_eq!((entries[0].status, &*entries[0].message), (Status::Overtaken, "late"));
    assert_eq!(entries[2].files, [SECOND, SECOND + 1, SECOND + 2]);
    assert!(entries[2].duration.unwrap() > Duration::ZERO);
    let age = chrono::Utc::now() - entries[2].applied_at.unwrap();
    assert!(age.num_seconds().abs() < 60, "{age}");
    let found = state(&mut conn, &migrations(&folder)).await.unwrap();
    assert_eq!((found.overtaken, found.pending.len()), (vec![20_261_124_110_000], 1));
    for target in ["head", "+1", &SECOND.to_string()] {
        let error = up(&database, &folder, target).await.unwrap_err().to_string();
        assert!(error.contains("`rebase 20261124110000`"), "{error}");
    }
    // sqlx would apply it without being told.
    assert_eq!(up(&database, &folder, "20261124110000").await.unwrap(), [20_261_124_110_000]);
    assert!(state(&mut conn, &migrations(&folder)).await.unwrap().is_head());
}

#[tokio::test]
async fn a_stamp_records_and_runs_nothing() {
    let (database, folder) = (Database::new().await, folder());
    let mut conn = database.connect().await;
    let mut to = async |target: &str| {
        let target: Stamp = target.parse().unwrap();
        stamp(&mut conn, &migrations(&folder), &target, PATIENCE).await.unwrap()
    };
    assert_eq!(to("head").await, 6);
    assert_eq!(statuses(&database, &folder).await, [Status::Applied; 3]);
    assert_eq!(columns(&database).await, [""; 0]);
    assert_eq!(to(&FIRST.to_string()).await, 5);
    assert_eq!(statuses(&database, &folder).await, [Status::Applied, Status::Pending, Status::Pending]);
    edit(&folder, &format!("{FIRST}_create_things.up.sql"), "-- revision", "-- \n-- revision");
    assert_eq!(statuses(&database, &folder).await[0], Status::Edited);
    assert_eq!(to(&FIRST.to_string()).await, 1, "an edit that makes no difference");
    assert_eq!(statuses(&database, &folder).await[0], Status::Applied);
    assert_eq!(to("base").await, 1);
    assert_eq!(statuses(&database, &folder).await, [Status::Pending; 3]);
}

#[tokio::test]
async fn an_error_names_the_line_and_the_statement() {
    let (database, folder) = (Database::new().await, tempdir().unwrap());
    let sql =
        "CREATE TABLE t (n int); -- a; b\nINSERT INTO t VALUES (0);\n\nINSERT INTO t\nSELECT 1 / n FROM t;\n";
    write(folder.path(), "fails", &[File::new(sql)], &[File::new("DROP TABLE nothing;\n")]);
    let error = up(&database, &folder, "head").await.unwrap_err().to_string();
    assert!(error.contains("fails.up.sql:6, in `INSERT INTO t "), "{error}");
    // PostgreSQL says where a name is that it does not know, or a syntax error.
    edit(&folder, "20261124120000_fails.up.sql", "1 / n FROM t", "missing\nFROM t");
    let error = up(&database, &folder, "head").await.unwrap_err().to_string();
    assert!(error.contains("fails.up.sql:7, in `INSERT INTO t "), "{error}");
    edit(&folder, "20261124120000_fails.up.sql", "missing\nFROM t", "1");
    up(&database, &folder, "head").await.unwrap();
    let error = down(&database, &folder, "-1").await.unwrap_err().to_string();
    assert!(error.contains("fails.down.sql:3, in `DROP TABLE nothing`"), "{error}");
}
