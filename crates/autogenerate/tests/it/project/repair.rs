//! The record of applied migrations is corrected.

use std::fs;

use autogenerate::{
    migrate::{Fault, MigrationError},
    model::Metadata,
    project::{Diagnosis, ProjectError},
    revision::{Draft, File},
};

use super::{PATIENCE, Workplace};

/// Two applied migrations of hand.
async fn place() -> Workplace {
    let mut place = Workplace::new().await;
    place.write("1_items", "CREATE TABLE items (id bigint PRIMARY KEY, name text);");
    place.write("2_index", "CREATE INDEX items_name_idx ON items (name);");
    place.upgrade().await.unwrap();
    place
}

async fn diagnose(place: &Workplace) -> Diagnosis {
    place.project_with(Metadata::new()).diagnose(&place.migrations()).await.unwrap()
}

async fn repair(place: &Workplace, diagnosis: &Diagnosis) -> Result<(), ProjectError> {
    place.project_with(Metadata::new()).repair(&place.migrations(), diagnosis, PATIENCE).await
}

/// Diagnoses and repairs, and expects that nothing is left.
async fn repaired(place: &mut Workplace) -> Vec<Fault> {
    let diagnosis = diagnose(place).await;
    assert_eq!(diagnosis.differences, [""; 0]);
    repair(place, &diagnosis).await.unwrap();
    assert_eq!(diagnose(place).await.faults, []);
    assert_eq!(place.upgrade().await.unwrap(), 0);
    diagnosis.faults
}

#[tokio::test]
async fn an_edit_that_makes_no_difference_is_recorded() {
    let mut place = place().await;
    assert_eq!(diagnose(&place).await.faults, []);
    place.write("1_items", "-- The goods.\nCREATE TABLE items (id bigint PRIMARY KEY, name text);");
    assert!(matches!(place.upgrade().await, Err(MigrationError::Edited(1))));
    let faults = repaired(&mut place).await;
    assert!(
        matches!(&*faults, [Fault::Edited { version: 1, file, .. }] if file == "1_items.up.sql"),
        "{faults:?}"
    );
}

#[tokio::test]
async fn an_edit_that_makes_a_difference_is_rejected_with_the_difference() {
    let place = place().await;
    place.write("1_items", "CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL);");
    let diagnosis = diagnose(&place).await;
    assert!(!diagnosis.is_curable());
    let [difference] = &*diagnosis.differences else { panic!("{diagnosis:?}") };
    assert!(difference.starts_with("change nullability of column public.items.name"), "{difference}");
    let error = repair(&place, &diagnosis).await.unwrap_err();
    assert!(error.to_string().contains("items.name"), "{error}");
    assert_eq!(diagnose(&place).await.faults, diagnosis.faults);
}

#[tokio::test]
async fn a_version_without_a_file_is_forgotten_if_the_schema_has_nothing_of_it() {
    let mut place = place().await;
    place.write("3_other", "CREATE TABLE other ();");
    place.upgrade().await.unwrap();
    fs::remove_file(place.file("other.up.sql")).unwrap();
    fs::remove_file(place.file("other.down.sql")).unwrap();
    let diagnosis = diagnose(&place).await;
    assert!(matches!(&*diagnosis.faults, [Fault::Missing { version: 3, .. }]), "{diagnosis:?}");
    assert_eq!(diagnosis.differences, ["drop table public.other (its rows are lost)"]);
    place.database.execute("DROP TABLE other").await;
    repaired(&mut place).await;
}

#[tokio::test]
async fn a_file_with_a_new_version_is_recorded_under_it() {
    let mut place = place().await;
    for end in ["up", "down"] {
        let old = place.folder.path().join(format!("2_index.{end}.sql"));
        fs::rename(old, place.folder.path().join(format!("7_index.{end}.sql"))).unwrap();
    }
    let faults = repaired(&mut place).await;
    assert!(matches!(&*faults, [Fault::Renumbered { from: 2, version: 7, .. }]), "{faults:?}");
}

#[tokio::test]
async fn what_an_interruption_left_is_named_with_how_to_go_on() {
    let mut place = place().await;
    place.database.execute("UPDATE _sqlx_migrations SET success = false WHERE version = 2").await;
    place
        .database
        .execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'items_name_idx'::regclass")
        .await;
    let faults = diagnose(&place).await.faults;
    let words: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(words[0].starts_with("reverting revision 2 was interrupted: 1 of its 1 files"), "{words:?}");
    assert!(words[1].contains("REINDEX INDEX CONCURRENTLY public.items_name_idx"), "{words:?}");
    place.database.execute("REINDEX INDEX items_name_idx").await;
    // Nothing of the revision was reverted, as the comparison shows.
    repaired(&mut place).await;
}

#[tokio::test]
async fn a_mark_on_any_file_of_a_revision_is_named_and_corrected() {
    let mut place = Workplace::new().await;
    let files = [File::new("CREATE TABLE items ();\n"), File::new("CREATE TABLE others ();\n")];
    let draft = Draft { message: "two", origin: "", up: &files, down: &files };
    let revision = draft.write(place.folder.path(), place.now).unwrap().version;
    place.upgrade().await.unwrap();
    let mark = format!("UPDATE _sqlx_migrations SET success = false WHERE version = {}", revision + 1);
    place.database.execute(&mark).await;
    let report = place.project_with(Metadata::new()).check().await.unwrap();
    let reason = report.database_not_compared.unwrap();
    assert!(reason.starts_with(&format!("reverting revision {revision} was interrupted")), "{reason}");
    repaired(&mut place).await;
}

#[tokio::test]
async fn a_diagnosis_that_is_out_of_date_changes_nothing() {
    let mut place = place().await;
    place.write("1_items", "-- The goods.\nCREATE TABLE items (id bigint PRIMARY KEY, name text);");
    let diagnosis = diagnose(&place).await;
    place.database.execute("DELETE FROM _sqlx_migrations WHERE version = 2").await;
    let error = repair(&place, &diagnosis).await.unwrap_err();
    assert!(matches!(error, ProjectError::Migrate(MigrationError::Changed)), "{error}");
}
