//! Models for an existing database.

#[rustfmt::skip] // The generator breaks lines where the default settings of rustfmt do.
mod shop;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use autogenerate::{
    migrate::{self, Up},
    model::Metadata,
    project::{self, Project},
    revision::Migrations,
};
use tempfile::TempDir;

use crate::support::Database;

const SHOP: &str = include_str!("shop.sql");

/// Compares the generated files with those of the repository, which are compiled above. With
/// `UPDATE_GOLDEN=1`, writes them instead.
#[tokio::test(flavor = "multi_thread")]
async fn models_of_a_database_are_generated() {
    let database = Database::with(SHOP).await;
    let described = project::models(&database.options, &Metadata::new(), "autogenerate").await.unwrap();
    let notes = described.generated.notes;
    assert_eq!(notes, ["sqlx has no type for tsvector of public.customers.words: select it as text."]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/codegen/shop");
    let generated: Vec<(PathBuf, String)> =
        described.generated.files.into_iter().map(|(path, text)| (folder.join(path), text)).collect();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        _ = fs::remove_dir_all(&folder);
        for (path, text) in &generated {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    for (path, text) in &generated {
        let expected = fs::read_to_string(path).unwrap_or_default();
        assert!(expected == *text, "{} differs:\n{text}", path.display());
    }
}

/// The generated models, which are compiled here, describe the database.
#[tokio::test(flavor = "multi_thread")]
async fn generated_models_describe_the_database_that_they_come_from() {
    let mut database = Database::new().await;
    let folder = TempDir::new().unwrap();
    for (end, sql) in [("up", SHOP), ("down", "SELECT 1;")] {
        fs::write(folder.path().join(format!("20260101000000_all.{end}.sql")), sql).unwrap();
    }
    let migrations = Migrations::from_folder(folder.path()).unwrap();
    let patience = Duration::from_secs(30);
    migrate::upgrade(&mut database.connection, &migrations, &Up::Head, patience).await.unwrap();
    let project = Project {
        metadata: shop::metadata(),
        folder: folder.path().to_owned(),
        database: database.options.clone(),
        scratch: None,
        memory: None,
    };
    let report = project.check().await.unwrap();
    let differences: Vec<_> = report
        .edges
        .iter()
        .flat_map(|edge| edge.differences.iter().map(|one| one.change.to_string()))
        .collect();
    assert_eq!(differences, Vec::<String>::new());
    assert_eq!(report.unmanaged, []);
    assert_eq!(report.edges.len(), 2);
}

async fn generated(sql: &str, selection: Metadata) -> Vec<(String, String)> {
    let database = Database::with(sql).await;
    let described = project::models(&database.options, &selection, "autogenerate").await.unwrap();
    assert_eq!(described.generated.notes, [""; 0]);
    described.generated.files.into_iter().map(|(path, text)| (path.display().to_string(), text)).collect()
}

#[tokio::test]
async fn privileges_on_the_only_schema_are_written_in_sql() {
    let files = generated(
        "CREATE TABLE items (id int PRIMARY KEY); GRANT ALL ON SCHEMA public TO PUBLIC",
        Metadata::new(),
    );
    let files = files.await;
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["items.rs", "mod.rs", "sql/privileges.sql"]);
    assert_eq!(files[2].1, "GRANT CREATE ON SCHEMA public TO PUBLIC;\n");
    assert!(!files[0].1.contains("schema"), "{}", files[0].1);
}

#[tokio::test]
async fn models_of_some_tables_have_the_types_that_these_use() {
    const SQL: &str = "CREATE TYPE mood AS ENUM ('sad'); CREATE TYPE colour AS ENUM ('red');
        CREATE TABLE makers (id serial PRIMARY KEY, colour colour);
        CREATE SCHEMA legacy; CREATE TABLE legacy.items (id int);
        CREATE TABLE items (id serial PRIMARY KEY, mood mood, maker int REFERENCES makers);";
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let files = generated(SQL, Metadata::new().only("public.items")).await;
    assert_eq!(names(&files), ["items.rs", "mod.rs", "types.rs"]);
    let (items, types) = (&files[0].1, &files[2].1);
    assert!(items.contains("references = \"makers(id)\", external"), "{items}");
    assert!(
        types.contains("enum Mood") && !types.contains("Colour") && !items.contains("schema"),
        "{types}{items}"
    );
    assert_eq!(
        names(&generated(SQL, Metadata::new().ignore("public.*")).await),
        ["legacy_items.rs", "mod.rs"]
    );
}
