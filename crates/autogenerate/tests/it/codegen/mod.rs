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
    let described = project::models(&database.options, "autogenerate").await.unwrap();
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
