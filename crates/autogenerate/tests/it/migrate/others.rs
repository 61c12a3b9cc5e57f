//! Interoperability with sqlx's command line tool and with `psql`.

use std::{fs, path::Path};

use autogenerate::migrate::{Down, Status, Up, downgrade, downgrade_sql, upgrade, upgrade_sql};
use tempfile::TempDir;
use tokio::process::Command;

use super::{FIRST, LAST, PATIENCE, SECOND, THIRD, columns, folder, indexes, migrations, statuses};
use crate::support::Database;

/// Runs a program with the checkout's tools on its path. Returns whether it succeeded, and its
/// output.
async fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", format!("{}:{path}", tools.display())).env("NO_COLOR", "1");
    let output = command
        .output()
        .await
        .unwrap_or_else(|error| panic!("{program}: {error}; `make sqlx-cli` installs sqlx"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

async fn sqlx(database: &Database, folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let (source, url) = (folder.path().to_str().unwrap(), database.url());
    let common = ["--no-dotenv", "--source", source, "--database-url", &url];
    run("sqlx", &[&["migrate"], arguments, &common].concat()).await
}

async fn psql(database: &Database, script: &str) -> (bool, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), script).unwrap();
    let file = file.path().to_str().unwrap();
    run("psql", &["-X", "-v", "ON_ERROR_STOP=1", "-f", file, &database.url()]).await
}

#[tokio::test]
async fn sqlx_applies_and_reverts_what_was_written() {
    let (database, folder) = (Database::new().await, folder());
    let (ok, text) = sqlx(&database, &folder, &["run"]).await;
    assert!(ok && text.matches("Applied").count() == 6, "{text}");
    assert_eq!(statuses(&database, &folder).await, [Status::Applied; 3]);
    assert_eq!(
        (columns(&database).await.join(" "), indexes(&database).await.join(" ")),
        ("m n".to_owned(), "things_n_key".to_owned())
    );

    let (ok, text) = sqlx(&database, &folder, &["revert", "--target-version", &FIRST.to_string()]).await;
    assert!(ok && text.matches("Applied").count() == 5, "{text}");
    assert_eq!(
        (columns(&database).await.join(" "), indexes(&database).await.join(" ")),
        ("k n".to_owned(), "things_k_idx".to_owned())
    );
    let (ok, text) = sqlx(&database, &folder, &["revert"]).await;
    assert!(ok, "{text}");
    assert_eq!(statuses(&database, &folder).await, [Status::Pending; 3]);
}

#[tokio::test]
async fn sqlx_understands_what_was_applied_here_and_the_other_way_round() {
    let (database, folder) = (Database::new().await, folder());
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    upgrade(&mut conn, &all, &Up::Steps(2), PATIENCE).await.unwrap();
    let (_, text) = sqlx(&database, &folder, &["info"]).await;
    assert_eq!((text.matches("/installed").count(), text.matches("/pending").count()), (4, 2), "{text}");
    let (ok, text) = sqlx(&database, &folder, &["run"]).await;
    assert!(ok && text.matches("Applied").count() == 2, "{text}");
    assert_eq!(downgrade(&mut conn, &all, &Down::Steps(1), PATIENCE).await.unwrap(), [LAST, THIRD]);
    // sqlx applies single files, so it leaves half a revision. The library completes it.
    let (ok, text) = sqlx(&database, &folder, &["run", "--target-version", &THIRD.to_string()]).await;
    assert!(ok && text.matches("Applied").count() == 1, "{text}");
    assert_eq!(statuses(&database, &folder).await[2], Status::PartlyApplied { applied: 1 });
    assert_eq!(upgrade(&mut conn, &all, &Up::Head, PATIENCE).await.unwrap(), [LAST]);
    let (ok, text) = sqlx(&database, &folder, &["revert", "--target-version", "0"]).await;
    assert!(ok, "{text}");
    assert_eq!(statuses(&database, &folder).await, [Status::Pending; 3]);
}

#[tokio::test]
async fn sqlx_rejects_a_revision_that_is_partly_reverted() {
    let (database, folder) = (Database::new().await, folder());
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    upgrade(&mut conn, &all, &Up::Head, PATIENCE).await.unwrap();
    let script = downgrade_sql(&mut conn, &all, &Down::Steps(1)).await.unwrap();
    let first = script.split_once("COMMIT;\n").unwrap().0;
    let (ok, text) = psql(&database, &format!("{first}COMMIT;\n")).await;
    assert!(ok, "{text}");
    assert_eq!(statuses(&database, &folder).await[2], Status::Reverting);
    for arguments in [&["run"][..], &["revert"]] {
        let (ok, text) = sqlx(&database, &folder, arguments).await;
        assert!(!ok && text.contains(&format!("{THIRD} is partially applied")), "{text}");
    }
    assert_eq!(downgrade(&mut conn, &all, &Down::Steps(1), PATIENCE).await.unwrap(), [THIRD]);
    assert_eq!(indexes(&database).await, ["things_k_idx", "things_n_key"]);
}

#[tokio::test]
async fn psql_runs_and_records_the_printed_statements() {
    let (database, folder) = (Database::new().await, folder());
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    let script = upgrade_sql(&mut conn, &all, &Up::Head).await.unwrap();
    assert_eq!(database.number("SELECT count(*) FROM pg_class WHERE relname = '_sqlx_migrations'").await, 0);
    let (ok, text) = psql(&database, &script).await;
    assert!(ok, "{text}\n{script}");
    assert_eq!(statuses(&database, &folder).await, [Status::Applied; 3]);
    assert_eq!(
        (columns(&database).await.join(" "), indexes(&database).await.join(" ")),
        ("m n".to_owned(), "things_n_key".to_owned())
    );
    assert_eq!(upgrade_sql(&mut conn, &all, &Up::Head).await.unwrap(), "");
    let (_, text) = sqlx(&database, &folder, &["info"]).await;
    assert_eq!(text.matches("/installed").count(), 6, "{text}");

    let script = downgrade_sql(&mut conn, &all, &Down::Revision(FIRST.to_string())).await.unwrap();
    let (ok, text) = psql(&database, &script).await;
    assert!(ok, "{text}\n{script}");
    assert_eq!(
        (columns(&database).await.join(" "), indexes(&database).await.join(" ")),
        ("k n".to_owned(), "things_k_idx".to_owned())
    );
    assert_eq!(statuses(&database, &folder).await, [Status::Applied, Status::Pending, Status::Pending]);
    let again = psql(&database, &script).await;
    assert!(!again.0, "the script only fits the state for which it was printed: {}", again.1);
}

#[tokio::test]
async fn a_printed_script_does_not_wait_for_the_lock_and_stops_at_the_first_error() {
    let (database, folder) = (Database::new().await, folder());
    let (mut conn, all) = (database.connect().await, migrations(&folder));
    let script = upgrade_sql(&mut conn, &all, &Up::Head).await.unwrap();
    sqlx::migrate::Migrate::lock(&mut conn).await.unwrap();
    let (ok, text) = psql(&database, &script).await;
    assert!(!ok && text.contains("another process is migrating this database"), "{text}");
    sqlx::migrate::Migrate::unlock(&mut conn).await.unwrap();
    let broken = script.replace("ADD COLUMN m int", "ADD COLUMN n int");
    let (ok, _) = psql(&database, &broken).await;
    assert!(!ok);
    assert_eq!(database.number("SELECT max(version) FROM _sqlx_migrations").await, FIRST);
    assert_eq!(
        upgrade(&mut conn, &all, &Up::Steps(1), PATIENCE).await.unwrap(),
        [SECOND, SECOND + 1, SECOND + 2]
    );
}
