//! Comparing models, migrations and database.

use std::fs;

use autogenerate::{
    model::Metadata,
    project::{Project, ProjectError, Request, Verdict},
};

use super::{Workplace, first, unanswered, with_needed_sku, with_sku};
use crate::support::{Database, server};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_behind_or_was_changed_by_hand_is_reported() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("CREATE INDEX by_hand ON items (name)").await;
    let report = place.check::<first::Item>().await;
    let found: Vec<_> = report.edges[1].differences.iter().map(|one| one.change.to_string()).collect();
    assert_eq!(found, ["drop index by_hand of items"]);
    let error = place.revise::<with_sku::Item>("sku").await.unwrap_err();
    assert!(matches!(&error, ProjectError::Drift(drift) if drift.differences.len() == 1), "{error}");
    assert!(error.to_string().contains("drop index by_hand of items"), "{error}");
    place.database.execute("DROP INDEX by_hand").await;
    place.revise::<with_sku::Item>("sku").await.unwrap();
    let error = place.revise::<first::Item>("again").await.unwrap_err();
    assert!(matches!(&error, ProjectError::NotAtHead(_)) && error.to_string().contains("upgrade"), "{error}");
    assert!(place.check::<first::Item>().await.database_not_compared.unwrap().contains("upgrade"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_by_hand_is_not_dropped_without_a_warning() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("ALTER TABLE items ADD sku varchar(40); COMMENT ON COLUMN items.sku IS 'x'").await;
    let error = place.revise::<with_sku::Item>("sku").await.unwrap_err().to_string();
    let report = place.check::<with_sku::Item>().await;
    for text in [error, report.edges[1].warning().unwrap()] {
        assert!(text.contains("delete all data of column items.sku (which a model describes);"), "{text}");
        assert!(text.contains("`stamp head`"), "{text}");
    }
    assert_eq!(report.edges[0].warning(), None);
    let report = place.check::<first::Item>().await;
    assert!(report.edges[1].warning().unwrap().contains("data of column items.sku;"), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_migrations_needs_a_baseline_rather_than_drops() {
    let mut place = Workplace::new().await;
    place.database.execute("CREATE TABLE items (id int); CREATE TABLE others (id int)").await;
    let error = place.revise::<first::Item>("first").await.unwrap_err().to_string();
    assert!(error.contains("(Item): table items\nRun `baseline` first"), "{error}");
    let report = place.check::<first::Item>().await;
    assert_eq!((report.edges.len(), report.database_not_compared), (1, Some(error)));
    assert_eq!(report.unmanaged.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_check_is_cached_and_a_difference_never_is() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("CREATE TABLE others (id int)").await;
    for _ in 0..2 {
        let report = place.check::<first::Item>().await;
        assert!(report.is_clean() && report.edges.len() == 2 && report.unmanaged.len() == 1, "{report:?}");
        assert_eq!(fs::read_dir(place.memory.path()).unwrap().count(), 1);
    }
    // With a cached result nothing is created: not even a scratch database is needed.
    let nowhere = server().database("nowhere");
    let project = Project { scratch: Some(nowhere), ..place.project::<first::Item>() };
    assert!(project.check().await.unwrap().is_clean());

    assert!(!place.check::<with_sku::Item>().await.is_clean(), "other models");
    place.database.execute("ALTER TABLE items ALTER name DROP NOT NULL").await;
    let report = place.check::<first::Item>().await;
    assert_eq!(report.edges[1].differences.len(), 1, "another database");
    place.database.execute("ALTER TABLE items ALTER name SET NOT NULL").await;
    let file = place.file("first.up.sql");
    fs::write(&file, fs::read_to_string(&file).unwrap() + "ALTER TABLE items ADD note text;").unwrap();
    let report = place.check::<first::Item>().await;
    assert_eq!(report.edges[0].differences.len(), 1, "other migrations");
    assert_eq!(report.edited, [place.migrations().newest().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_createdb_provides_a_scratch_database() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    let given = Database::new().await;
    let project = Project { scratch: Some(given.options.clone()), ..place.project::<with_sku::Item>() };
    assert!(!project.check().await.unwrap().is_clean());
    project.autogenerate(&Request { message: "sku", now: place.now, ask: &unanswered }).await.unwrap();
    place.upgrade().await.unwrap();
    assert!(project.check().await.unwrap().is_clean());
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(given.number(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_a_migration_creates_on_the_search_path_is_read() {
    let mut place = Workplace::new().await;
    let name = place.database.options.get_database().unwrap().to_owned();
    place.database.execute(&format!("ALTER DATABASE {name} SET search_path = app, public")).await;
    for (end, sql) in [("up", "CREATE SCHEMA IF NOT EXISTS app"), ("down", "DROP SCHEMA app")] {
        fs::write(place.folder.path().join(format!("20261124110000_app.{end}.sql")), sql).unwrap();
    }
    place.database.connection = place.database.connect().await;
    place.upgrade().await.unwrap();
    place.database.connection = place.database.connect().await;
    place.revise::<first::Item>("items").await.unwrap();
    place.upgrade().await.unwrap();
    assert_eq!(place.text("SELECT to_regclass('app.items')::text").await, "items");
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean() && report.edges.len() == 2, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_may_take_longer_than_the_statements_of_the_role() {
    let mut place = Workplace::new().await;
    let name = place.database.options.get_database().unwrap().to_owned();
    place.database.execute(&format!("ALTER DATABASE {name} SET statement_timeout = '50ms'")).await;
    place.database.execute(&format!("ALTER DATABASE {name} SET lock_timeout = '1h'")).await;
    for (end, sql) in [("up", "SELECT pg_sleep(0.1)"), ("down", "SELECT 1")] {
        fs::write(place.folder.path().join(format!("20261124110000_long.{end}.sql")), sql).unwrap();
    }
    place.database.connection = autogenerate::cli::connect(&place.database.options).await.unwrap();
    place.upgrade().await.unwrap();
    assert_eq!(place.text("SHOW lock_timeout").await, "1h");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_tells_open_slots_differences_and_pending_migrations_apart() {
    let mut place = Workplace::new().await;
    place.revise::<first::Item>("first").await.unwrap();
    assert_eq!(place.check::<first::Item>().await.verdict(), Verdict::Pending);
    assert_eq!(place.check::<with_sku::Item>().await.verdict(), Verdict::Differs, "a difference comes first");
    place.upgrade().await.unwrap();
    assert_eq!(place.check::<first::Item>().await.verdict(), Verdict::Alike);
    place.revise::<with_needed_sku::Item>("sku").await.unwrap();
    let report = place.check::<with_needed_sku::Item>().await;
    assert_eq!(report.verdict(), Verdict::Unknown);
    assert!(report.edges.is_empty() && report.open_slots[0].title.contains("populate"), "{report:?}");
}

#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_extension {
    #[derive(autogenerate::Table)]
    #[table(name = "people")]
    pub struct Person {
        #[column(primary_key, type = "citext")]
        pub email: String,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key)]
        pub id: i64,
        #[column(references = "items(id)", on_delete = "set null")]
        pub parent: i64,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_models_say_what_to_add() {
    let place = Workplace::new().await;
    let error = place.revise::<with_extension::Person>("people").await.unwrap_err().to_string();
    assert!(
        error.contains("CREATE TABLE people") && error.contains(r#"Metadata::extension("citext")"#),
        "{error}"
    );
    let error = Metadata::new().table::<with_extension::Item>().schema().unwrap_err().to_string();
    assert!(error.contains("`SET NULL` would set `parent` to NULL, but the column is NOT NULL"), "{error}");
}

#[expect(dead_code, reason = "PostgreSQL rejects them")]
mod rejected {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Typed {
        #[column(primary_key)]
        pub id: i64,
        #[column(type = "varchr(20)")]
        pub name: String,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Defaulted {
        #[column(primary_key)]
        pub id: i64,
        #[column(default = "'x'")]
        pub count: i32,
        #[column(default = "now()")]
        pub other: i32,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Computed {
        #[column(primary_key)]
        pub id: i64,
        #[column(default = "now()")]
        pub count: i32,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Checked {
        #[column(primary_key)]
        pub id: i64,
        #[column(check = "nam <> ''")]
        pub name: String,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "items", index(columns = ["lowr(name)"]))]
    pub struct Indexed {
        #[column(primary_key)]
        pub id: i64,
        pub name: String,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_postgresql_rejects_is_located_in_the_model() {
    use rejected::{Checked, Computed, Defaulted, Indexed, Typed};
    let place = Workplace::new().await;
    let line =
        |text: &str| 1 + include_str!("check.rs").lines().position(|line| line.contains(text)).unwrap();
    for (metadata, field, item) in [
        (Metadata::new().table::<Typed>(), "pub name: String", "Typed::name"),
        (Metadata::new().table::<Defaulted>(), "pub count: i32", "Defaulted::count"),
    ] {
        let error = place.project_with(metadata).check().await.unwrap_err().to_string();
        let line = line(field);
        assert!(error.contains(&format!("check.rs:{line} ({item}): PostgreSQL rejects")), "{error}");
    }
    for (metadata, item) in [
        (Metadata::new().table::<Computed>(), "(Computed::count)"),
        (Metadata::new().table::<Checked>(), "(Checked)"),
        (Metadata::new().table::<Indexed>(), "(Indexed)"),
    ] {
        let error = place.project_with(metadata).check().await.unwrap_err().to_string();
        assert!(error.contains(&format!("{item}: PostgreSQL rejects")), "{error}");
    }
}
