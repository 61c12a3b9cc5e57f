//! `curio import` and `curio export`.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::json;

use super::{NDJSON, counts, import, ndjson};
use crate::support::{
    database::TestDatabase,
    process::{curio, run},
    service::TestService,
};

/// Runs the command on a database, with this file as its standard input.
async fn command(
    database: &TestDatabase,
    arguments: &[&str],
    input: Option<&Path>,
) -> (Option<i32>, String, String) {
    let mut command = curio(arguments);
    command.env("DATABASE_URL", database.url());
    if let Some(file) = input {
        command.stdin(Stdio::from(fs::File::open(file).unwrap()));
    }
    run(command).await
}

/// The counts that an import prints: received, created, replaced, ignored and failed.
fn printed(counts: [u64; 5]) -> String {
    let [received, created, replaced, ignored, failed] = counts;
    format!(
        "received {received}, created {created}, replaced {replaced}, ignored {ignored}, failed {failed}\n"
    )
}

#[tokio::test]
async fn files_are_exported_and_imported() {
    let service = TestService::start().await;
    let database = &service.database;
    let items: Vec<_> =
        (0..700).map(|n| json!({ "name": format!("n{n}"), "attributes": { "n": n } })).collect();
    counts(&import(&service, NDJSON, "", ndjson(&items)).await, [700, 700, 0, 0]);
    let folder = tempfile::tempdir().unwrap();
    for name in ["items.csv", "items.ndjson"] {
        let path = folder.path().join(name);
        let file = path.to_str().unwrap();
        let exported = command(database, &["export", file], None).await;
        assert_eq!(exported, (Some(0), String::new(), String::new()));
        let is_csv = fs::read_to_string(&path).unwrap().starts_with("id,collection,");
        assert_eq!(is_csv, name == "items.csv");
        let (code, out, err) = command(database, &["import", file, "--dry-run"], None).await;
        assert_eq!((code, out), (Some(0), printed([700, 0, 700, 0, 0])), "{err}");
        assert_eq!(database.number("SELECT max(version) FROM items").await, 1);
        database.execute("DELETE FROM items").await;
        let (code, out, err) = command(database, &["import", file], None).await;
        assert_eq!((code, out), (Some(0), printed([700, 700, 0, 0, 0])), "{err}");
        let ignored = command(database, &["import", file, "--on-conflict", "ignore"], None).await;
        assert_eq!(ignored.1, printed([700, 0, 0, 700, 0]));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    let few = ["export", "--format", "csv", "--collection", "default", "--filter", "attributes.n < 3"];
    let (code, out, err) = command(database, &few, None).await;
    assert_eq!((code, out.lines().count()), (Some(0), 4), "{err}");
    let path = folder.path().join("few");
    fs::write(&path, out).unwrap();
    let (code, out, err) = command(database, &["import", "-", "--format=csv"], Some(&path)).await;
    assert_eq!((code, out), (Some(0), printed([3, 0, 3, 0, 0])), "{err}");
}

#[tokio::test]
async fn an_export_replaces_files_and_nothing_else() {
    let service = TestService::start().await;
    service.create("lamp").await;
    let folder = tempfile::tempdir().unwrap();
    let [file, link, pipe] = ["items", "link", "pipe"].map(|name| folder.path().join(name));
    let export =
        async |path: &Path| command(&service.database, &["export", path.to_str().unwrap()], None).await;
    fs::write(&file, "before").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    symlink(&file, &link).unwrap();
    assert_eq!(export(&link).await.0, Some(0));
    assert!(link.is_symlink() && fs::read_to_string(&file).unwrap().contains("lamp"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read = tokio::task::spawn_blocking({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(export(&pipe).await.0, Some(0));
    assert!(read.await.unwrap().contains("lamp") && !pipe.is_file());
    let (code, _, error) = export(folder.path()).await;
    assert!(code == Some(1) && error.contains("is a directory"), "{error}");
    let dangling = folder.path().join("dangling");
    symlink(folder.path().join("absent"), &dangling).unwrap();
    let (code, _, error) = export(&dangling).await;
    assert!(code == Some(1) && error.contains("leads to no file") && dangling.is_symlink(), "{error}");
    let (code, _, error) = export(Path::new("/dev/full")).await;
    assert!(code == Some(1) && !Path::new("/dev/full").is_file(), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    let (code, _, error) = command(&service.database, &["export", "--collection", "BAD!"], None).await;
    assert!(code == Some(2) && error.contains("labels"), "{error}");
    let body = json!({ "title": "X", "schema": { "additionalProperties": { "type": "number" } } });
    assert_eq!(service.put("/v1/collections/lamps", &body).await.status, 201);
    let typed = ["export", "--collection", "lamps", "--filter", "attributes.watts = \"60\""];
    let (code, out, error) = command(&service.database, &typed, None).await;
    assert!((code, &*out) == (Some(1), "") && error.contains("column 20: expected a number"), "{error}");
    let (code, ..) = command(&service.database, &["export", typed[3], typed[4]], None).await;
    assert_eq!(code, Some(0), "values of all types without the collection");
}

#[tokio::test]
async fn what_is_wrong_is_printed() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items");
    let file = path.to_str().unwrap();
    fs::write(&path, "{\"name\": \"x\"}\n{}\n{\"name\": \"x\", \"b/c\": 1}\n").unwrap();
    let (code, out, err) = command(&database, &["import", file], None).await;
    assert_eq!((code, out), (Some(1), printed([3, 0, 0, 0, 2])));
    assert_eq!(err, "line 2: /name is required\nline 3: /b~1c is not a known field\nnothing was stored\n");
    assert_eq!(database.count_items().await, 0);
    let (code, out, err) = command(&database, &["import", file, "--on-error", "skip"], None).await;
    assert_eq!((code, out), (Some(0), printed([3, 1, 0, 0, 2])), "{err}");
    assert_eq!(database.count_items().await, 1);
    fs::write(&path, r#"{"name": "x", "\u001b[32m": 1}"#).unwrap();
    let (_, _, err) = command(&database, &["import", file], None).await;
    assert_eq!(err, "line 1: /\u{fffd}[32m is not a known field\nnothing was stored\n");
    fs::write(&path, "name,colour\n").unwrap();
    let (code, _, err) = command(&database, &["import", file, "--format", "csv"], None).await;
    assert_eq!((code, &*err), (Some(1), "line 1: column 2 is not a known column\nnothing was stored\n"));
    let (code, _, err) = command(&database, &["export", "--filter", "name >"], None).await;
    assert!(code == Some(1) && err.contains("the filter is not valid"), "{err}");
    let (code, out, err) = command(&database, &["export", "--collection", "absent"], None).await;
    assert!((code, &*out) == (Some(1), "") && err.contains("no such collection"), "{err}");
    let (code, _, err) = command(&database, &["import", "/absent"], None).await;
    assert!(code == Some(1) && err.contains("cannot open /absent"), "{err}");
    let empty = TestDatabase::empty().await;
    let (code, _, err) = command(&empty, &["export"], None).await;
    assert!(code == Some(1) && err.contains("run `curio db upgrade`"), "{err}");
}
