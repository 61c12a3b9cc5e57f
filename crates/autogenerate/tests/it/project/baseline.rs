//! An existing database is taken over.

use autogenerate::{
    migrate::{self, Down, MigrationError},
    model::Metadata,
    project::{BaselineRequest, Baselined, ProjectError, difference},
};

use super::{PATIENCE, Workplace, first, with_sku};
use crate::support::Database;

/// A database that grew without migrations: what the models know and what they do not.
const GROWN: &str = "
    CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(200) NOT NULL);
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE SCHEMA shop;
    CREATE FUNCTION shop.shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
    CREATE TABLE shop.people (name text CHECK (name <> ''), mood mood DEFAULT 'sad');
    CREATE INDEX ON shop.people (shop.shout(name));
    CREATE VIEW shop.loud AS SELECT shop.shout(name) AS name FROM shop.people;
    CREATE TABLE attic (copy int);
    INSERT INTO items (name) VALUES ('Lamp')";

async fn baseline(
    place: &Workplace,
    metadata: Metadata,
    allow_incomplete: bool,
) -> Result<Baselined, ProjectError> {
    let request =
        BaselineRequest { message: "baseline", now: place.now, allow_incomplete, patience: PATIENCE };
    place.project_with(metadata).baseline(&request).await
}

async fn grown() -> Workplace {
    let mut place = Workplace::new().await;
    place.database.execute(GROWN).await;
    place
}

#[tokio::test]
async fn a_database_without_migrations_gets_one_that_is_applied_and_creates_the_same_elsewhere() {
    let mut place = grown().await;
    let before = place.objects().await;
    let done = baseline(&place, Metadata::new().ignore("attic"), false).await.unwrap();
    assert_eq!(place.names(), ["20261124120000_baseline.down.sql", "20261124120000_baseline.up.sql"]);
    assert_eq!((&*done.lacking, &*done.replaced), (&[][..], &[][..]));
    assert_eq!(place.upgrade().await.unwrap(), 0, "nothing is pending");
    assert_eq!(place.objects().await, before, "nothing was changed");

    let mut other = Database::new().await;
    let migrations = place.migrations();
    migrate::upgrade(&mut other.connection, &migrations, &"head".parse().unwrap(), PATIENCE).await.unwrap();
    let difference = difference(&place.database.options, &other.options).await.unwrap();
    let changes: Vec<_> = difference.changes.iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["drop table public.attic"]);

    // What no model describes is left alone, as if it were foreign.
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean() && report.database_not_compared.is_none(), "{report:?}");
    let revised = place.revise::<with_sku::Item>("sku").await.unwrap();
    let changes = super::changes(&revised);
    assert!(changes.iter().all(|change| change.contains("items") && change.contains("sku")), "{changes:?}");

    let error =
        migrate::downgrade(&mut other.connection, &migrations, &Down::Base, PATIENCE).await.unwrap_err();
    assert!(matches!(error, MigrationError::Irreversible { .. }), "{error}");
}

#[tokio::test]
async fn migrations_whose_files_are_lost_are_replaced() {
    let mut place = Workplace::new().await;
    place.write("20200101000000_items", "CREATE TABLE items (id bigint PRIMARY KEY);");
    place.write("20200102000000_more", "CREATE TABLE more (id bigint PRIMARY KEY);");
    place.upgrade().await.unwrap();
    let mut other = Database::new().await;
    let old = place.migrations();
    migrate::upgrade(&mut other.connection, &old, &"head".parse().unwrap(), PATIENCE).await.unwrap();
    for end in ["items.up.sql", "items.down.sql", "more.up.sql", "more.down.sql"] {
        std::fs::remove_file(place.file(end)).unwrap();
    }
    let done = baseline(&place, Metadata::new(), false).await.unwrap();
    assert_eq!(done.replaced, [20_200_101_000_000, 20_200_102_000_000]);
    for database in [&mut place.database, &mut other] {
        let migrations = autogenerate::revision::Migrations::from_folder(place.folder.path()).unwrap();
        let applied =
            migrate::upgrade(&mut database.connection, &migrations, &"head".parse().unwrap(), PATIENCE).await;
        assert_eq!(applied.unwrap(), [0_i64; 0]);
        let versions = database.texts("SELECT version::text FROM _sqlx_migrations").await;
        assert_eq!(versions, ["20261124120000"]);
    }
}

#[tokio::test]
async fn what_cannot_be_created_is_named_and_left_out_only_on_demand() {
    let mut place = grown().await;
    place.database.execute("CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int)").await;
    let error = baseline(&place, Metadata::new(), false).await.unwrap_err();
    assert!(error.to_string().contains("operator"), "{error}");
    assert_eq!(place.names(), [""; 0]);
    assert_eq!(
        place.database.texts("SELECT (to_regclass('_sqlx_migrations') IS NULL)::text").await,
        ["true"]
    );
    let done = baseline(&place, Metadata::new(), true).await.unwrap();
    assert!(done.lacking.len() == 1 && done.lacking[0].contains("==="), "{done:?}");
}

#[tokio::test]
async fn a_database_that_has_a_start_or_nothing_is_rejected_with_what_to_do() {
    let mut place = Workplace::new().await;
    let error = baseline(&place, Metadata::new(), false).await.unwrap_err();
    assert!(matches!(error, ProjectError::NothingThere), "{error}");
    place.write("1_items", "CREATE TABLE items (id bigint PRIMARY KEY);");
    let error = baseline(&place, Metadata::new(), false).await.unwrap_err();
    assert!(error.to_string().contains("stamp head"), "{error}");
    place.upgrade().await.unwrap();
    let error = baseline(&place, Metadata::new(), false).await.unwrap_err();
    assert!(error.to_string().contains("squash"), "{error}");
}
