//! What a person is told when a file fails.

use std::error::Error as _;

use super::{SECOND, down, edit, folder, up};
use crate::support::Database;

#[tokio::test]
async fn a_failure_says_once_what_failed_and_where() {
    let (database, folder) = (Database::new().await, folder());
    let name = format!("{}_make_n_unique_3.up.sql", SECOND + 2);
    let insert = "INSERT INTO pairs\nVALUES (1), (1);\n";
    let more = format!("-- a; comment\nCREATE TABLE pairs (n int UNIQUE);\n{insert}ALTER TABLE");
    edit(&folder, &name, "ALTER TABLE", &more);
    let error = up(&database, &folder, "head").await.unwrap_err();
    assert!(error.to_string().contains(&format!("{name}:6, in `INSERT INTO pairs ")), "{error}");
    let source = error.source().unwrap().to_string();
    assert!(source.contains("duplicate key value") && !error.to_string().contains("duplicate"), "{source}");
    // PostgreSQL knows the place.
    edit(&folder, &name, insert, "SELECT 1,\n  m_ FROM things;\n");
    let error = up(&database, &folder, "head").await.unwrap_err().to_string();
    assert!(error.contains(&format!("{name}:7, in `SELECT 1, ")), "{error}");
}

#[tokio::test]
async fn a_failure_of_a_way_down_names_its_statement() {
    let (database, folder) = (Database::new().await, folder());
    up(&database, &folder, "+2").await.unwrap();
    let name = format!("{SECOND}_make_n_unique.down.sql");
    edit(&folder, &name, "DROP COLUMN m", "DROP COLUMN mm");
    let error = down(&database, &folder, "-1").await.unwrap_err().to_string();
    assert!(error.contains(&format!("{name}:5, in `ALTER TABLE things DROP COLUMN mm`")), "{error}");
}
