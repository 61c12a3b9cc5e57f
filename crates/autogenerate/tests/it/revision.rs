//! Writing and reading revision files, and rejecting malformed ones.

use std::{fs, path::Path};

use autogenerate::revision::{
    Draft, File, Migrations, RevisionError, Written, open_slots, renumber, set_aside,
};
use chrono::{DateTime, Utc};
use sqlx::migrate::Migrator;
use tempfile::{TempDir, tempdir};

fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn alone(sql: &str) -> File {
    File { no_transaction: true, sql: sql.to_owned() }
}

fn write(folder: &Path, message: &str, up: &[File], down: &[File]) -> Written {
    Draft { message, origin: "made by a test", up, down }.write(folder, noon()).unwrap()
}

/// Three files up, one of which runs without a transaction, and one down.
fn group(folder: &Path) -> Written {
    let up = [
        File::new("ALTER TABLE items ADD COLUMN sku text;\n"),
        alone("CREATE INDEX CONCURRENTLY IF NOT EXISTS items_sku_idx ON items (sku);\n"),
        File::new("ALTER TABLE items ALTER COLUMN sku SET NOT NULL;\n"),
    ];
    write(folder, "Add SKU", &up, &[File::new("ALTER TABLE items DROP COLUMN sku;\n")])
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn read_file(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_revision_of_several_files_has_rising_versions_and_its_way_down_in_the_oldest() {
    let folder = tempdir().unwrap();
    let written = group(folder.path());
    assert_eq!(written.version, 20_261_124_120_000);
    assert_eq!(
        names(folder.path()),
        [
            "20261124120000_add_sku.down.sql",
            "20261124120000_add_sku.up.sql",
            "20261124120001_add_sku_2.down.sql",
            "20261124120001_add_sku_2.up.sql",
            "20261124120002_add_sku_3.down.sql",
            "20261124120002_add_sku_3.up.sql",
        ]
    );
    assert_eq!(written.paths.len(), 6);
    assert_eq!(
        read_file(&folder, "20261124120001_add_sku_2.up.sql"),
        "-- no-transaction\n\
         -- revision: 20261124120000 (2 of 3): Add SKU\n\
         -- made by a test\n\
         -- The files of a revision are applied and reverted together.\n\
         \n\
         CREATE INDEX CONCURRENTLY IF NOT EXISTS items_sku_idx ON items (sku);\n"
    );
    assert!(read_file(&folder, "20261124120000_add_sku.down.sql").ends_with("DROP COLUMN sku;\n"));
    assert!(read_file(&folder, "20261124120002_add_sku_3.down.sql").contains("-- Nothing to do here"));
}

#[test]
fn ways_down_are_mirrored() {
    let folder = tempdir().unwrap();
    let down = [alone("SELECT 'first';\n"), File::new("SELECT 'second';\n")];
    write(folder.path(), "x", &[File::new("SELECT 'up';\n")], &down);
    assert!(read_file(&folder, "20261124120001_x_2.down.sql").starts_with("-- no-transaction\n"));
    assert!(read_file(&folder, "20261124120001_x_2.up.sql").contains("-- Nothing to do here"));
    assert!(read_file(&folder, "20261124120000_x.down.sql").ends_with("'second';\n"));
}

#[test]
fn a_revision_of_several_files_is_one_in_the_folder_and_in_the_program() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("7_by_hand.sql"), "SELECT 1;").unwrap();
    fs::write(folder.path().join("README.md"), "not a migration").unwrap();
    group(folder.path());
    write(folder.path(), "and more", &[], &[]);
    let from_folder = Migrations::from_folder(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let migrator = runtime.block_on(Migrator::new(folder.path())).unwrap();
    let embedded = Migrations::from_migrator(&migrator).unwrap();
    for migrations in [from_folder, embedded] {
        let read: Vec<(i64, &str, usize)> = migrations
            .revisions()
            .iter()
            .map(|revision| (revision.version, &*revision.message, revision.files.len()))
            .collect();
        assert_eq!(
            read,
            [
                (7, "by hand", 1),
                (20_261_124_120_000, "Add SKU", 3),
                // Both in the same second.
                (20_261_124_120_003, "and more", 1)
            ]
        );
        let files = &migrations.revisions()[1].files;
        assert_eq!(files[1].up.name, "20261124120001_add_sku_2.up.sql");
        assert_eq!(files.iter().map(|pair| pair.up.no_transaction).collect::<Vec<_>>(), [false, true, false]);
        for (pair, migration) in
            migrations.pairs().zip(migrator.iter().filter(|one| one.migration_type.is_up_migration()))
        {
            assert_eq!(
                (pair.version, &*pair.description, &pair.up.checksum),
                (migration.version, &*migration.description, &migration.checksum)
            );
        }
    }
}

#[test]
fn a_revision_is_found_by_any_of_its_versions_or_a_prefix() {
    let folder = tempdir().unwrap();
    group(folder.path());
    write(folder.path(), "more", &[], &[]);
    let migrations = Migrations::from_folder(folder.path()).unwrap();
    for given in ["20261124120000", "20261124120002"] {
        assert_eq!(migrations.position(given).unwrap(), 0, "{given}");
    }
    assert_eq!(migrations.position("20261124120003").unwrap(), 1);
    let error = migrations.position("202611").unwrap_err().to_string();
    assert!(error.contains("20261124120000, 20261124120003"), "{error}");
    assert!(matches!(migrations.position("9").unwrap_err(), RevisionError::NotFound(_)));
    assert!(matches!(migrations.position("").unwrap_err(), RevisionError::NotFound(_)));
}

#[test]
fn open_slots_are_listed_with_file_and_line() {
    let folder = tempdir().unwrap();
    let slot = "SELECT 1;\n\n-- SLOT (delete this line when the statement below is right): populate items.sku (1,234 rows)\nUPDATE items SET sku = …;\n";
    let written = write(folder.path(), "x", &[File::new(slot)], &[File::new(slot)]);
    let slots = open_slots(folder.path()).unwrap();
    assert_eq!(slots.len(), 2);
    assert_eq!(slots[0].file, "20261124120000_x.up.sql");
    assert_eq!(slots[0].title, "populate items.sku (1,234 rows)");
    let text = fs::read_to_string(&written.paths[0]).unwrap();
    assert!(text.lines().nth(slots[0].line - 1).unwrap().starts_with("-- SLOT"));
}

#[test]
fn a_folder_that_sqlx_would_misread_is_rejected_and_the_file_named() {
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[("1_a.up.sql", "")], "1_a.up.sql has no .down.sql"),
        (&[("1_a.down.sql", "")], "1_a.down.sql has no .up.sql"),
        (&[("a.sql", "")], "a.sql does not follow sqlx's naming scheme"),
        (&[("one_a.sql", "")], "one_a.sql does not follow sqlx's naming scheme"),
        (&[("1_a.sql", ""), ("1_b.sql", "")], "1_a.sql and 1_b.sql have the same version"),
        (&[("1_a.sql", "-- a\n-- no-transaction\n")], "1_a.sql, line 2"),
        (
            &[("1_a.sql", "-- revision: 1 (1 of 2): a\n")],
            "has 1 of its 2 files: those after 1_a.sql are missing",
        ),
        (
            &[
                ("1_a.sql", "-- revision: 1 (1 of 2): a\n"),
                ("2_b.sql", ""),
                ("3_a.sql", "-- revision: 1 (2 of 2): a\n"),
            ],
            "revision 1 has 1 of its 2 files",
        ),
    ];
    for (files, words) in cases {
        let folder = tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let error = Migrations::from_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains(words), "{words} in {error}");
    }
    let error = Migrations::from_folder(Path::new("/no/such")).unwrap_err();
    assert!(
        matches!(error, RevisionError::NoFolder(_)) && error.to_string().contains("--migrations"),
        "{error}"
    );
}

#[test]
fn a_renumbered_revision_becomes_the_newest_and_stays_one() {
    let folder = tempdir().unwrap();
    group(folder.path());
    let merged = "-- revision: 20261124130000 (1 of 1): merged\nSELECT 1;\n";
    fs::write(folder.path().join("20261124130000_merged.up.sql"), merged).unwrap();
    fs::write(folder.path().join("20261124130000_merged.down.sql"), "").unwrap();
    let before = Migrations::from_folder(folder.path()).unwrap();

    let written = renumber(&before, "20261124120001", noon()).unwrap();
    assert_eq!(written.version, 20_261_124_130_001);
    let after = Migrations::from_folder(folder.path()).unwrap();
    let messages: Vec<&str> = after.revisions().iter().map(|revision| &*revision.message).collect();
    assert_eq!(messages, ["merged", "Add SKU"]);
    let moved = &after.revisions()[1];
    assert_eq!(
        moved.files.iter().map(|pair| pair.version).collect::<Vec<_>>(),
        [20_261_124_130_001, 20_261_124_130_002, 20_261_124_130_003]
    );
    assert!(moved.files[1].up.no_transaction);
    let down = moved.files[0].down.as_ref().unwrap();
    assert!(down.sql.as_str().starts_with("-- revision: 20261124130001 (1 of 3): Add SKU\n"));
    assert_eq!(names(folder.path()).len(), 8);

    set_aside(&after, "20261124130001").unwrap();
    let left: Vec<_> = names(folder.path()).into_iter().filter(|name| !name.ends_with(".sql.old")).collect();
    assert_eq!(left, ["20261124130000_merged.down.sql", "20261124130000_merged.up.sql"]);
    assert_eq!(names(folder.path()).len(), 8);
}

#[test]
fn a_revision_is_written_completely_or_not_at_all() {
    let folder = tempdir().unwrap();
    // A folder with the name of the second file.
    fs::create_dir(folder.path().join("20261124120000_x.down.sql")).unwrap();
    let draft = Draft { message: "x", origin: "", up: &[], down: &[] };
    let error = draft.write(folder.path(), noon()).unwrap_err();
    assert!(error.to_string().contains("20261124120000_x.down.sql"), "{error}");
    assert_eq!(names(folder.path()), ["20261124120000_x.down.sql"]);
}
