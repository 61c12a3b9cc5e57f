//! Generating revisions, and the reasons for not writing one.

use std::fs;

use autogenerate::{
    migrate::MigrationError,
    model::Metadata,
    project::{ProjectError, Proven, Rebased, Request, Revised},
};

use super::{
    Workplace, changes, first, nothing_renamed, unanswered, with_needed_sku, with_sku, with_title, yes,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_first_revision_creates_the_tables_and_a_second_has_nothing_to_do() {
    let mut place = Workplace::new().await;
    let revised = place.revise::<first::Item>("Create items").await.unwrap();
    assert_eq!(place.names(), ["20261124120000_create_items.down.sql", "20261124120000_create_items.up.sql"]);
    assert!(changes(&revised).contains(&"add table items".to_owned()), "{:?}", changes(&revised));
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean() && report.edges.len() == 1, "{report:?}");
    assert!(report.database_not_compared.unwrap().contains("run `upgrade`"));
    place.upgrade().await.unwrap();
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean() && report.database_not_compared.is_none(), "{report:?}");
    assert_eq!(report.edges.len(), 2);
    let again = place.revise::<first::Item>("again").await.unwrap();
    assert!(again.revision.is_none() && again.changes.is_empty());
    assert_eq!(place.names().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_field_goes_up_and_down_and_up_again() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    let report = place.check::<with_sku::Item>().await;
    let found: Vec<_> = report.edges[0].differences.iter().map(|one| one.change.to_string()).collect();
    assert!(found.contains(&"add column items.sku character varying(40)".to_owned()), "{found:?}");
    let origin = report.edges[0].differences[0].origin.as_ref().unwrap();
    assert!(origin.file.ends_with("tests/it/project/mod.rs") && origin.field == "Item::sku", "{origin}");

    let revised = place.revise::<with_sku::Item>("Add SKU").await.unwrap();
    let Proven { proof, .. } = revised.revision.unwrap();
    assert!(proof.without_rows.is_empty() && proof.irreversible.is_none(), "{proof:?}");
    let up = fs::read_to_string(place.file("add_sku.up.sql")).unwrap();
    assert!(up.contains("-- locks: AccessExclusive on items; rewrites: no; scans: no"), "{up}");
    let all: String = place
        .names()
        .iter()
        .map(|name| fs::read_to_string(place.folder.path().join(name)).unwrap())
        .collect();
    assert!(all.contains("CREATE INDEX CONCURRENTLY items_sku_idx ON items"), "{all}");

    for _ in 0..2 {
        assert_eq!(place.upgrade().await.unwrap(), 2, "the column, and the index in a file of its own");
        assert!(place.check::<with_sku::Item>().await.is_clean());
        place.downgrade().await;
        assert_eq!(place.text("SELECT string_agg(attname::text, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0 AND NOT attisdropped").await, "id name");
        assert_eq!(place.text("SELECT name::text FROM items").await, "Lamp");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_slot_is_rejected_until_it_is_filled() {
    let mut place =
        Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp'), ('Desk')").await;
    place.revise::<with_needed_sku::Item>("Need SKU").await.unwrap();
    let slot = place.migrations().open_slots().remove(0);
    assert!(slot.title.contains("items.sku") && slot.title.contains("2 rows"), "{slot:?}");
    let error = place.upgrade().await.unwrap_err();
    assert!(
        matches!(&error, MigrationError::OpenSlot { file, line, .. } if *file == slot.file && *line == slot.line)
    );
    assert!(matches!(place.revise::<with_needed_sku::Item>("more").await, Err(ProjectError::OpenSlot(_))));

    let path = place.folder.path().join(&slot.file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, filled(&text, "'sku-' || id")).unwrap();
    place.upgrade().await.unwrap();
    let report = place.check::<with_needed_sku::Item>().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(place.text("SELECT sku::text FROM items WHERE name = 'Lamp'").await, "sku-1");
}

/// The text of a file with its slot filled.
fn filled(text: &str, value: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("-- SLOT"));
    lines.collect::<String>().replace('…', value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_is_filled_in_portions() {
    let rows = "INSERT INTO items (name) SELECT repeat('x', 200) FROM generate_series(1, 10000)";
    let mut place = Workplace::with::<first::Item>(rows).await;
    place.revise::<with_needed_sku::Item>("Need SKU").await.unwrap();
    let path = place.folder.path().join(place.migrations().open_slots().remove(0).file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("-- no-transaction\n"), "{text}");
    fs::write(&path, filled(&text, "'sku-' || id")).unwrap();
    place.upgrade().await.unwrap();
    let pages = place.text("SELECT (pg_relation_size('items') / 8192)::text FROM items LIMIT 1").await;
    let count = "SELECT count(DISTINCT xmin::text)::text FROM items WHERE sku = 'sku-' || id";
    let transactions = place.text(count).await;
    assert!(transactions.parse::<u32>().unwrap() >= 3, "{transactions} transactions for {pages} pages");
    assert_eq!(place.text("SELECT count(*)::text FROM items WHERE sku = 'sku-' || id").await, "10000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_is_never_guessed_and_keeps_the_data() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    let error = place.revise::<with_title::Item>("title").await.unwrap_err();
    assert!(matches!(&error, ProjectError::Ambiguous(found) if found.len() == 1), "{error}");
    assert!(
        error.to_string().contains("column items.name") && error.to_string().contains("renamed_from"),
        "{error}"
    );
    assert_eq!(place.names().len(), 2, "nothing was written");
    let request = Request { message: "title", now: place.now, ask: &yes };
    let revised = place.project::<with_title::Item>().autogenerate(&request).await.unwrap();
    assert_eq!(changes(&revised), ["rename column items.name to title"]);
    place.upgrade().await.unwrap();
    assert_eq!(place.text("SELECT title::text FROM items").await, "Lamp");
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_objects_are_listed_and_left_alone_and_declared_drops_have_a_hazard() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place
        .database
        .execute(
            "CREATE TABLE alembic_version (version_num text PRIMARY KEY);
             CREATE TYPE colour AS ENUM ('red');
             CREATE SEQUENCE numbers;
             CREATE VIEW names AS SELECT name FROM items",
        )
        .await;
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean(), "{report:?}");
    let left: Vec<_> = report.unmanaged.iter().map(|it| format!("{} {}", it.kind, it.name)).collect();
    for name in ["table alembic_version", "enum colour", "sequence numbers", "view names"] {
        assert!(left.contains(&name.to_owned()), "{name}: {left:?}");
    }
    place.database.execute("DROP VIEW names").await;
    let request = Request { message: "no items", now: place.now, ask: &unanswered };
    let metadata = Metadata::new().dropped("items");
    let revised = place.project_with(metadata).autogenerate(&request).await.unwrap();
    assert_eq!(changes(&revised), ["drop table items"]);
    let up = fs::read_to_string(place.file("no_items.up.sql")).unwrap();
    assert!(up.contains("-- hazards: deletes-data") && up.contains("DROP TABLE items"), "{up}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_revision_is_moved_after_the_others_and_regenerated_if_needed() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.revise::<with_sku::Item>("sku").await.unwrap();
    let ours = place.migrations().revisions()[1].version;
    // A revision of another branch that was merged and applied.
    let overtake = format!(
        "INSERT INTO _sqlx_migrations VALUES ({}, 'other', now(), true, '\\x00', -1)",
        20_261_124_130_000_i64
    );
    place.database.execute(&overtake).await;
    let advice = format!("`rebase {ours}`");
    let reason = place.check::<with_sku::Item>().await.database_not_compared.unwrap();
    let error = place.revise::<with_sku::Item>("more").await.unwrap_err().to_string();
    assert!(reason.contains(&advice) && error.contains(&advice), "{reason}; {error}");
    place.database.execute("DELETE FROM _sqlx_migrations WHERE description = 'other'").await;
    let other = "20261124130000_other";
    fs::write(
        place.folder.path().join(format!("{other}.up.sql")),
        "ALTER TABLE items ADD COLUMN sku varchar(40);\n",
    )
    .unwrap();
    fs::write(place.folder.path().join(format!("{other}.down.sql")), "ALTER TABLE items DROP COLUMN sku;\n")
        .unwrap();
    let request = Request { message: "", now: place.now, ask: &unanswered };
    let project = place.project::<with_sku::Item>();
    let Rebased::Regenerated(revised, kept) = project.rebase(&ours.to_string(), &request).await.unwrap()
    else {
        panic!("both revisions add the column")
    };
    assert!(kept.len() == 4 && kept.iter().all(|path| path.extension().is_some_and(|end| end == "old")));
    let found = changes(&revised);
    assert!(
        found.len() == 2 && found.contains(&"add index items_sku_idx of items btree (sku)".to_owned()),
        "{found:?}"
    );
    let last = place.migrations().revisions().last().unwrap().clone();
    assert!(last.version > 20_261_124_130_000 && last.message == "sku", "{last:?}");
    place.upgrade().await.unwrap();
    assert!(place.check::<with_sku::Item>().await.is_clean());
    let error = project.rebase(&last.version.to_string(), &request).await.unwrap_err();
    assert!(matches!(error, ProjectError::Applied(_)));

    // If both revisions are compatible, only the version of the files changes.
    place.downgrade().await;
    let other = "20261124140000_index";
    fs::write(place.folder.path().join(format!("{other}.up.sql")), "SELECT 1;\n").unwrap();
    fs::write(place.folder.path().join(format!("{other}.down.sql")), "SELECT 1;\n").unwrap();
    let Rebased::Renumbered(written) = project.rebase(&last.version.to_string(), &request).await.unwrap()
    else {
        panic!("the revisions are unrelated")
    };
    assert!(written.version > 20_261_124_140_000);
    place.upgrade().await.unwrap();
    assert!(place.check::<with_sku::Item>().await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_blocks_a_change_is_reported_before_anything_is_written() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("CREATE VIEW names AS SELECT name FROM items").await;
    let request = Request { message: "other", now: place.now, ask: &nothing_renamed };
    let project = place.project::<with_title::Item>();
    let error = project.autogenerate(&request).await.unwrap_err();
    assert!(matches!(&error, ProjectError::Blocked(found) if found.len() == 1), "{error}");
    let words = "view names, which uses column items.name, stands in the way";
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(place.names().len(), 2, "nothing was written");
    place.database.execute("DROP VIEW names").await;
    project.autogenerate(&request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_fails_after_the_others_is_kept_if_nothing_replaces_it() {
    let place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    let write = |name: &str, up: &str| {
        for (end, sql) in [("up", up), ("down", "SELECT 1;")] {
            fs::write(place.folder.path().join(format!("{name}.{end}.sql")), sql).unwrap();
        }
    };
    write("20261124120100_data", "UPDATE what_another_branch_dropped SET n = 1;");
    let request = Request { message: "", now: place.now, ask: &unanswered };
    let error = place.project::<first::Item>().rebase("20261124120100", &request).await.unwrap_err();
    assert!(matches!(error, ProjectError::NotNeeded(20_261_124_120_100)), "{error}");
    assert_eq!(place.names().len(), 4, "nothing was deleted");
}

#[expect(dead_code, reason = "only its description is used")]
mod hinted {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(renamed_from = "nmae", type = "varchar(200)")]
        pub name: String,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_whose_old_name_never_existed_is_told_from_one_that_was_followed() {
    let mut place = Workplace::new().await;
    let hints = |revised: &Revised| revised.stale.iter().map(ToString::to_string).collect::<Vec<_>>();
    let never = hints(&place.revise::<hinted::Item>("first").await.unwrap());
    assert!(never.len() == 1 && never[0].ends_with("correct the old name, or remove the hint"), "{never:?}");

    place.upgrade().await.unwrap();
    place.write(
        "20261124120030_renamed",
        "-- once\nALTER TABLE items RENAME name TO nmae; ALTER TABLE items RENAME nmae TO name;",
    );
    place.upgrade().await.unwrap();
    let stale = hints(&place.revise::<hinted::Item>("second").await.unwrap());
    assert!(stale.len() == 1 && stale[0].ends_with("which does not exist: remove the hint"), "{stale:?}");
}

#[expect(dead_code, reason = "rows are read by SQL here")]
mod owned {
    #[derive(autogenerate::Table)]
    #[table(name = "things")]
    pub struct Maybe {
        #[column(primary_key)]
        pub id: i64,
        pub owner: Option<String>,
        pub price: i32,
        pub size: i32,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "things")]
    pub struct Always {
        #[column(primary_key)]
        pub id: i64,
        pub owner: String,
        #[column(check = "price > 2")]
        pub price: i32,
        #[column(check = "size > 2", unique)]
        pub size: i32,
    }
}

/// A row may need several slots: no check may stand in the way of a slot for another column.
#[tokio::test(flavor = "multi_thread")]
async fn each_slot_that_is_completed_as_it_says_succeeds() {
    let rows = "INSERT INTO things VALUES (1, NULL, 1, 1), (2, NULL, 1, 2), (3, NULL, 9, 2)";
    let mut place = Workplace::with::<owned::Maybe>(rows).await;
    place.revise::<owned::Always>("always").await.unwrap();
    for name in place.names() {
        let path = place.folder.path().join(name);
        let sql = fs::read_to_string(&path).unwrap();
        let lines = sql.lines().filter(|line| !line.starts_with("-- SLOT"));
        let sql: String = lines.flat_map(|line| [line, "\n"]).collect();
        let value = if sql.contains("price > 2") { "price = 3" } else { "size = 10 + id" };
        let sql = sql.replace("owner = …", "owner = 'x'").replace("ORDER BY …", "ORDER BY id");
        fs::write(path, sql.replace('…', value)).unwrap();
    }
    place.upgrade().await.unwrap();
    assert_eq!(
        place.text("SELECT string_agg(concat(id, owner, price, size), ' ') FROM things").await,
        "1x311 2x312"
    );
    assert!(place.check::<owned::Always>().await.is_clean());
}
