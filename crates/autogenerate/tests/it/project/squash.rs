//! One revision takes the place of many.

use std::fs;

use autogenerate::{
    migrate::{self, Down, Fault, MigrationError, Stamp, Status, Up, history, stamp, upgrade_sql},
    model::Metadata,
    project::{Project, ProjectError, SquashRequest, Squashed, Verdict, difference},
    revision::Migrations,
};
use tempfile::TempDir;

use super::{PATIENCE, Workplace, first, with_sku};
use crate::support::Database;

const SQUASH: SquashRequest<'_> = SquashRequest { from: None, to: None, message: "start" };

async fn squash(place: &Workplace, request: SquashRequest<'_>) -> Result<Squashed, ProjectError> {
    place.project_with(Metadata::new()).squash(&request).await
}

async fn up(database: &mut Database, place: &Workplace, target: &str) -> Result<Vec<i64>, MigrationError> {
    let target: Up = target.parse().unwrap();
    migrate::upgrade(&mut database.connection, &place.migrations(), &target, PATIENCE).await
}

/// Two generated revisions, and a table of hand between them.
async fn grown() -> Workplace {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.write("20261124120001_notes", "CREATE TABLE notes (item bigint REFERENCES items);");
    place.upgrade().await.unwrap();
    place.revise::<with_sku::Item>("sku").await.unwrap();
    place.upgrade().await.unwrap();
    place
}

async fn versions(database: &Database) -> Vec<String> {
    database.texts("SELECT version::text FROM _sqlx_migrations ORDER BY 1").await
}

fn contains(place: &Workplace, end: &str, words: &str) -> bool {
    fs::read_to_string(place.file(end)).unwrap().contains(words)
}

#[tokio::test]
async fn old_databases_go_on_and_new_ones_get_the_same_schema() {
    let mut place = grown().await;
    let (mut behind, mut fresh) = (Database::new().await, Database::new().await);
    up(&mut behind, &place, "+1").await.unwrap();
    let old = versions(&place.database).await;
    let done = squash(&place, SQUASH).await.unwrap();
    let version: i64 = old.last().unwrap().parse().unwrap();
    assert_eq!((done.written.version, done.replaced.len()), (version, 3), "{:?}", place.names());
    assert_eq!(done.irreversible, None);
    assert_eq!(place.migrations().pairs().count(), 1, "{:?}", place.names());

    let all = history(&mut place.database.connect().await, &place.migrations()).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.status).collect::<Vec<_>>(), [Status::Applied]);
    assert_eq!(versions(&place.database).await, old, "reading changes nothing");
    let script =
        upgrade_sql(&mut place.database.connect().await, &place.migrations(), &Up::Head).await.unwrap();
    assert!(script.contains("DELETE FROM _sqlx_migrations") && script.contains("COMMIT"), "{script}");
    assert_eq!(place.upgrade().await.unwrap(), 0);
    assert_eq!(versions(&place.database).await, [version.to_string()]);
    assert_eq!(place.text("SELECT name FROM items").await, "Lamp");

    assert_eq!(up(&mut fresh, &place, "head").await.unwrap(), [version]);
    let difference = difference(&place.database.options, &fresh.options).await.unwrap();
    assert!(difference.changes.is_empty(), "{:?}", difference.changes);

    let error = up(&mut behind, &place, "head").await.unwrap_err();
    assert!(
        matches!(&error, MigrationError::PartlyReplaced { missing, .. } if missing.len() == 3),
        "{error}"
    );
    assert!(error.to_string().contains("still has their files"), "{error}");
    assert_eq!(versions(&behind).await.len(), 1);

    // The way down of the new revision leads to an empty database.
    migrate::downgrade(&mut fresh.connection, &place.migrations(), &Down::Base, PATIENCE).await.unwrap();
    assert_eq!(fresh.number("SELECT count(*) FROM pg_class WHERE relname IN ('items', 'notes')").await, 0);
}

#[tokio::test]
async fn a_program_with_the_old_folder_is_told_that_the_database_has_another_migration() {
    let mut place = grown().await;
    let old_folder = TempDir::new().unwrap();
    for name in place.names() {
        fs::copy(place.folder.path().join(&name), old_folder.path().join(&name)).unwrap();
    }
    let version = squash(&place, SQUASH).await.unwrap().written.version;
    place.upgrade().await.unwrap();
    let migrations = Migrations::from_folder(old_folder.path()).unwrap();
    let error = migrate::upgrade(&mut place.database.connection, &migrations, &Up::Head, PATIENCE).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains(&format!("has migration {version} as `start`, and {version}_sku")), "{error}");
    let mut conn = place.database.connect().await;
    let state = migrate::state(&mut conn, &migrations).await.unwrap();
    assert_eq!((&*state.edited, &*state.conflicting), (&[][..], &[(version, "start".to_owned())][..]));
    let all = history(&mut conn, &migrations).await.unwrap();
    assert_eq!(all.last().map(|entry| entry.status), Some(Status::Conflicting));
    let folder = old_folder.path().to_owned();
    let report = Project { folder, ..place.project::<with_sku::Item>() }.check().await.unwrap();
    assert_eq!((report.verdict(), &*report.edited), (Verdict::Unknown, &[][..]));
    assert!(report.database_not_compared.unwrap().contains("which is another one here"));
    let down = migrate::downgrade(&mut conn, &migrations, &Down::Steps(1), PATIENCE).await;
    assert!(matches!(down, Err(MigrationError::Conflict { .. })), "{down:?}");
    let (faults, _) = migrate::faults(&mut conn, &migrations).await.unwrap();
    let is_conflict =
        |fault: &Fault| matches!(fault, Fault::Conflict { recorded, .. } if recorded == "start");
    assert!(faults.iter().any(is_conflict), "{faults:?}");
    assert!(!faults.iter().any(|fault| matches!(fault, Fault::Edited { .. })), "{faults:?}");
}

#[tokio::test]
async fn what_generated_revisions_created_is_still_theirs_and_the_rest_is_not() {
    let mut place = grown().await;
    squash(&place, SQUASH).await.unwrap();
    place.upgrade().await.unwrap();
    let report = place.check::<with_sku::Item>().await;
    assert!(report.is_clean(), "{report:?}");
    let unmanaged: Vec<_> = report.unmanaged.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(unmanaged, ["notes"]);
    let report = place.project_with(Metadata::new()).check().await.unwrap();
    let undescribed: Vec<_> = report.undescribed.iter().map(ToString::to_string).collect();
    assert_eq!(undescribed, ["table items"]);
}

#[tokio::test]
async fn a_squashed_revision_can_be_squashed_again_and_both_kinds_of_old_databases_go_on() {
    let mut place = grown().await;
    let mut never_squashed = Database::new().await;
    up(&mut never_squashed, &place, "head").await.unwrap();
    squash(&place, SQUASH).await.unwrap();
    place.upgrade().await.unwrap();
    place.write("20261124130000_more", "CREATE TABLE more (id int);");
    place.upgrade().await.unwrap();
    // It had the newer migration applied from another checkout.
    let insert = "INSERT INTO _sqlx_migrations SELECT version, description, now(), true, checksum, 0 FROM (VALUES
                  (20261124130000, 'more', sha384('CREATE TABLE more (id int);'))) AS it (version, description, checksum)";
    never_squashed.execute(&format!("CREATE TABLE more (id int); {insert}")).await;
    let done = squash(&place, SQUASH).await.unwrap();
    assert_eq!(done.replaced.len(), 2);
    assert!(contains(&place, "start.up.sql", "\n-- or\n"));
    assert_eq!(place.upgrade().await.unwrap(), 0);
    assert_eq!(up(&mut never_squashed, &place, "head").await.unwrap(), [0_i64; 0]);
    for database in [&place.database, &never_squashed] {
        assert_eq!(versions(database).await, ["20261124130000"]);
    }
}

#[tokio::test]
async fn a_range_in_the_middle_is_squashed_and_the_others_stay() {
    let mut place = grown().await;
    place.write("20261124140000_last", "ALTER TABLE notes ADD COLUMN text text;");
    place.upgrade().await.unwrap();
    let request = SquashRequest { from: Some("20261124120001"), to: Some("20261124120003"), ..SQUASH };
    let done = squash(&place, request).await.unwrap();
    assert_eq!(done.replaced, [20_261_124_120_001, 20_261_124_120_002]);
    assert_eq!(place.upgrade().await.unwrap(), 0);
    let mut fresh = Database::new().await;
    assert_eq!(up(&mut fresh, &place, "head").await.unwrap().len(), 3);
    let difference = difference(&place.database.options, &fresh.options).await.unwrap();
    assert!(difference.changes.is_empty(), "{:?}", difference.changes);
    assert!(matches!(
        squash(&place, SquashRequest { to: Some("20261124120000"), ..SQUASH }).await,
        Err(ProjectError::NothingToSquash)
    ));
}

#[tokio::test]
async fn rows_that_old_files_write_become_slots_with_their_statements() {
    let mut place = Workplace::new().await;
    place.write("1_kinds", "CREATE TABLE kinds (name text);\nINSERT INTO kinds VALUES ('a');");
    place.write("2_update", "UPDATE kinds SET name = 'none' WHERE name = 'z'; CREATE TABLE other ();");
    place.write("3_rename", "ALTER TABLE kinds RENAME COLUMN name TO title;");
    place.upgrade().await.unwrap();
    let done = squash(&place, SquashRequest { to: Some("2"), ..SQUASH }).await.unwrap();
    assert_eq!(done.data.len(), 1, "{:?}", done.data);
    assert_eq!(
        (&*done.data[0].files, &*done.data[0].tables),
        ("1_kinds.up.sql", &["public.kinds".to_owned()][..])
    );
    assert!(contains(&place, "start.up.sql", "\nINSERT INTO kinds VALUES ('a');"));
    let error = place.upgrade().await.unwrap_err();
    assert!(
        matches!(&error, MigrationError::OpenSlot { title, .. } if title.contains("public.kinds")),
        "{error}"
    );

    let path = place.file("start.up.sql");
    let text = fs::read_to_string(&path).unwrap();
    let filled: String =
        text.lines().filter(|line| !line.starts_with("-- SLOT")).flat_map(|line| [line, "\n"]).collect();
    fs::write(path, filled).unwrap();
    assert_eq!(place.upgrade().await.unwrap(), 0);
    let mut fresh = Database::new().await;
    up(&mut fresh, &place, "head").await.unwrap();
    assert_eq!(fresh.texts("SELECT title FROM kinds").await, ["a"]);
}

#[tokio::test]
async fn statements_that_need_a_state_in_between_are_comments_of_a_slot() {
    let place = Workplace::new().await;
    place.write("1_kinds", "CREATE TABLE kinds (name text);\nINSERT INTO kinds (name) VALUES ('a');");
    place.write("2_rename", "ALTER TABLE kinds RENAME COLUMN name TO title;");
    squash(&place, SQUASH).await.unwrap();
    assert!(contains(&place, "start.up.sql", "\n-- INSERT INTO kinds (name) VALUES ('a');"));
}

#[tokio::test]
async fn what_one_revision_cannot_create_is_named_and_nothing_is_written() {
    let place = Workplace::new().await;
    place.write("1_operator", "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);");
    place.write("2_other", "CREATE TABLE other ();");
    let before = place.names();
    let error = squash(&place, SQUASH).await.unwrap_err();
    assert!(matches!(&error, ProjectError::NotSquashable(_)) && error.to_string().contains("==="), "{error}");
    assert_eq!(place.names(), before);
}

#[tokio::test]
async fn an_old_file_that_was_edited_is_repaired_and_a_stamp_forgets_the_old_ones() {
    let mut place = grown().await;
    let mut stamped = Database::new().await;
    up(&mut stamped, &place, "+1").await.unwrap();
    place
        .database
        .execute("UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 20261124120001")
        .await;
    squash(&place, SQUASH).await.unwrap();
    let error = place.upgrade().await.unwrap_err();
    assert!(matches!(error, MigrationError::ReplacedEdited { .. }), "{error}");
    let state = migrate::state(&mut place.database.connect().await, &place.migrations()).await.unwrap();
    assert!(state.edited.is_empty() && state.conflicting.len() == 1, "{state:?}");
    let (project, migrations) = (place.project_with(Metadata::new()), place.migrations());
    let diagnosis = project.diagnose(&migrations).await.unwrap();
    assert!(diagnosis.is_curable(), "{diagnosis:?}");
    project.repair(&migrations, &diagnosis, PATIENCE).await.unwrap();
    assert_eq!((place.upgrade().await.unwrap(), versions(&place.database).await.len()), (0, 1));

    stamp(&mut stamped.connection, &migrations, &Stamp::Head, PATIENCE).await.unwrap();
    assert_eq!(versions(&stamped).await.len(), 1);
}

#[tokio::test]
async fn an_edit_of_the_new_revision_is_told_from_an_old_one() {
    let mut place = grown().await;
    squash(&place, SQUASH).await.unwrap();
    place.upgrade().await.unwrap();
    let path = place.file("start.up.sql");
    fs::write(&path, fs::read_to_string(&path).unwrap() + "-- edited\n").unwrap();
    let error = place.upgrade().await.unwrap_err();
    assert!(matches!(error, MigrationError::Edited(_)), "{error}");
}
