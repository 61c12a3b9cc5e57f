//! What a command line does, from the models to a database that is like them.

use std::{fs, path::PathBuf, time::Duration};

use autogenerate::{
    Table,
    diff::Ambiguity,
    migrate::{self, Down, MigrationError, Up},
    model::Metadata,
    project::{Answer, Project, ProjectError, Proven, Rebased, Report, Request, Revised, difference},
    revision::Migrations,
};
use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::support::{Database, eventually, server};

const PATIENCE: Duration = Duration::from_secs(30);

/// The models as they were at first.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod first {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub name: String,
    }
}

/// The same with a field and an index more.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_sku {
    #[derive(autogenerate::Table)]
    #[table(name = "items", index(columns = ["sku"]))]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub name: String,
        /// What the shop calls it.
        #[column(type = "varchar(40)")]
        pub sku: Option<String>,
    }
}

/// The same with a field more that every row has to have.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_needed_sku {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub name: String,
        #[column(type = "varchar(40)")]
        pub sku: String,
    }
}

/// The same with another name for the name.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_title {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub title: String,
    }
}

/// A folder and a database of a test's own.
struct Workplace {
    database: Database,
    folder: TempDir,
    memory: TempDir,
    now: DateTime<Utc>,
}

fn nobody(_: &Ambiguity) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Unknown })
}

fn nothing_renamed(_: &Ambiguity) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Another })
}

fn yes(_: &Ambiguity) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Renamed })
}

impl Workplace {
    async fn new() -> Self {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let (folder, memory) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        Self { database: Database::new().await, folder, memory, now }
    }

    /// One whose database has the table of `T`, and a row in it.
    async fn with<T: Table>(row: &str) -> Self {
        let mut place = Self::new().await;
        place.revise::<T>("first").await.unwrap();
        place.upgrade().await.unwrap();
        place.database.execute(row).await;
        place
    }

    fn project<T: Table>(&self) -> Project {
        self.of(Metadata::new().table::<T>())
    }

    fn of(&self, metadata: Metadata) -> Project {
        Project {
            metadata,
            folder: self.folder.path().to_owned(),
            database: self.database.options.clone(),
            scratch: None,
            memory: Some(self.memory.path().to_owned()),
        }
    }

    async fn revise<T: Table>(&self, message: &str) -> Result<Revised, ProjectError> {
        self.project::<T>().autogenerate(&Request { message, now: self.now, ask: &nobody }).await
    }

    async fn check<T: Table>(&self) -> Report {
        self.project::<T>().check().await.unwrap()
    }

    async fn upgrade(&mut self) -> Result<usize, MigrationError> {
        let migrations = self.migrations();
        let applied =
            migrate::upgrade(&mut self.database.connection, &migrations, &Up::Head, PATIENCE).await?;
        Ok(applied.len())
    }

    async fn downgrade(&mut self) {
        let migrations = self.migrations();
        migrate::downgrade(&mut self.database.connection, &migrations, &Down::Steps(1), PATIENCE)
            .await
            .unwrap();
    }

    fn migrations(&self) -> Migrations {
        Migrations::from_folder(self.folder.path()).unwrap()
    }

    /// What the files of the folder are called.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The one file whose name ends so.
    fn file(&self, end: &str) -> PathBuf {
        let name = self.names().into_iter().find(|name| name.ends_with(end)).unwrap();
        self.folder.path().join(name)
    }

    async fn text(&mut self, sql: &str) -> String {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut self.database.connection).await.unwrap()
    }
}

fn changes(revised: &Revised) -> Vec<String> {
    revised.changes.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_revision_makes_the_tables_and_a_second_has_nothing_to_do() {
    let mut place = Workplace::new().await;
    let revised = place.revise::<first::Item>("Create items").await.unwrap();
    assert_eq!(place.names(), ["20261124120000_create_items.down.sql", "20261124120000_create_items.up.sql"]);
    assert!(changes(&revised).contains(&"add table items".to_owned()), "{:?}", changes(&revised));
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean() && report.edges.len() == 1, "{report:?}");
    assert!(report.database_left_out.unwrap().contains("run `upgrade`"));
    place.upgrade().await.unwrap();
    let report = place.check::<first::Item>().await;
    assert!(report.is_clean() && report.database_left_out.is_none(), "{report:?}");
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
    assert!(origin.file.ends_with("tests/it/project.rs") && origin.field == "Item::sku", "{origin}");

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
async fn an_open_slot_is_refused_until_a_person_has_filled_it() {
    let mut place =
        Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp'), ('Desk')").await;
    place.revise::<with_needed_sku::Item>("Need SKU").await.unwrap();
    let slot = place.migrations().open_slots().remove(0);
    assert!(slot.title.contains("items.sku") && slot.title.contains("2 rows"), "{slot:?}");
    let refused = place.upgrade().await.unwrap_err();
    assert!(
        matches!(&refused, MigrationError::OpenSlot { file, line, .. } if *file == slot.file && *line == slot.line)
    );
    assert!(matches!(place.revise::<with_needed_sku::Item>("more").await, Err(ProjectError::OpenSlot(_))));

    let path = place.folder.path().join(&slot.file);
    let text = fs::read_to_string(&path).unwrap();
    let before: String = text.split_inclusive('\n').take(slot.line - 1).collect();
    let after = &text[text.find("-- SLOT").unwrap()..];
    // The template ends with its first semicolon.
    let after = &after[after.find(';').unwrap() + 1..];
    fs::write(&path, format!("{before}UPDATE items SET sku = 'sku-' || id;{after}")).unwrap();
    place.upgrade().await.unwrap();
    let report = place.check::<with_needed_sku::Item>().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(place.text("SELECT sku::text FROM items WHERE name = 'Lamp'").await, "sku-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_is_never_guessed_and_keeps_the_data_when_it_is_one() {
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
async fn what_is_not_ours_is_left_alone_and_named_and_what_was_ours_is_dropped_with_a_hazard() {
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
    let left: Vec<_> = report.left_alone.iter().map(|it| format!("{} {}", it.kind, it.name)).collect();
    for name in ["table alembic_version", "enum colour", "sequence numbers", "view names"] {
        assert!(left.contains(&name.to_owned()), "{name}: {left:?}");
    }
    place.database.execute("DROP VIEW names").await;
    let request = Request { message: "no items", now: place.now, ask: &nobody };
    let revised = place.of(Metadata::new()).autogenerate(&request).await.unwrap();
    assert_eq!(changes(&revised), ["drop table items"]);
    let up = fs::read_to_string(place.file("no_items.up.sql")).unwrap();
    assert!(up.contains("-- hazards: deletes-data") && up.contains("DROP TABLE items"), "{up}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_behind_or_was_changed_by_hand_is_told() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("CREATE INDEX by_hand ON items (name)").await;
    let report = place.check::<first::Item>().await;
    let found: Vec<_> = report.edges[1].differences.iter().map(|one| one.change.to_string()).collect();
    assert_eq!(found, ["drop index by_hand of items"]);
    let error = place.revise::<with_sku::Item>("sku").await.unwrap_err();
    assert!(matches!(&error, ProjectError::Drift(drift) if drift.len() == 1), "{error}");
    assert!(error.to_string().contains("drop index by_hand of items"), "{error}");
    place.database.execute("DROP INDEX by_hand").await;
    place.revise::<with_sku::Item>("sku").await.unwrap();
    let error = place.revise::<first::Item>("again").await.unwrap_err();
    assert!(matches!(&error, ProjectError::NotAtHead(_)) && error.to_string().contains("upgrade"), "{error}");
    assert!(place.check::<first::Item>().await.database_left_out.unwrap().contains("upgrade"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_was_overtaken_is_put_behind_the_others_and_made_again_where_needed() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.revise::<with_sku::Item>("sku").await.unwrap();
    let ours = place.migrations().revisions()[1].version;
    // Another branch's revision, which came in with a merge, and is applied.
    let other = "20261124130000_other";
    fs::write(
        place.folder.path().join(format!("{other}.up.sql")),
        "ALTER TABLE items ADD COLUMN sku varchar(40);\n",
    )
    .unwrap();
    fs::write(place.folder.path().join(format!("{other}.down.sql")), "ALTER TABLE items DROP COLUMN sku;\n")
        .unwrap();
    let request = Request { message: "", now: place.now, ask: &nobody };
    let project = place.project::<with_sku::Item>();
    let Rebased::Remade(revised, kept) = project.rebase(&ours.to_string(), &request).await.unwrap() else {
        panic!("both add the column")
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
    let refused = project.rebase(&last.version.to_string(), &request).await.unwrap_err();
    assert!(matches!(refused, ProjectError::Applied(_)));

    // Where both can stand, the files stay as they are but for their version.
    place.downgrade().await;
    let other = "20261124140000_index";
    fs::write(place.folder.path().join(format!("{other}.up.sql")), "SELECT 1;\n").unwrap();
    fs::write(place.folder.path().join(format!("{other}.down.sql")), "SELECT 1;\n").unwrap();
    let Rebased::Redated(written) = project.rebase(&last.version.to_string(), &request).await.unwrap() else {
        panic!("they have nothing to do with each other")
    };
    assert!(written.version > 20_261_124_140_000);
    place.upgrade().await.unwrap();
    assert!(place.check::<with_sku::Item>().await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_was_clean_is_remembered_and_a_difference_never_is() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("CREATE TABLE others (id int)").await;
    for _ in 0..2 {
        let report = place.check::<first::Item>().await;
        assert!(report.is_clean() && report.edges.len() == 2 && report.left_alone.len() == 1, "{report:?}");
        assert_eq!(fs::read_dir(place.memory.path()).unwrap().count(), 1);
    }
    // By memory, nothing is made: not even a place to make it in is needed.
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
async fn a_view_that_would_make_the_revision_fail_is_named_before_it_is_written() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.database.execute("CREATE VIEW names AS SELECT name FROM items").await;
    let request = Request { message: "other", now: place.now, ask: &nothing_renamed };
    let project = place.project::<with_title::Item>();
    let error = project.autogenerate(&request).await.unwrap_err();
    assert!(matches!(&error, ProjectError::InTheWay(found) if found.len() == 1), "{error}");
    let words = "view names is in the way of: drop column items.name";
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(place.names().len(), 2, "nothing was written");
    place.database.execute("DROP VIEW names").await;
    project.autogenerate(&request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_create_databases_gives_one_for_scratch() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    let given = Database::new().await;
    let project = Project { scratch: Some(given.options.clone()), ..place.project::<with_sku::Item>() };
    assert!(!project.check().await.unwrap().is_clean());
    project.autogenerate(&Request { message: "sku", now: place.now, ask: &nobody }).await.unwrap();
    place.upgrade().await.unwrap();
    assert!(project.check().await.unwrap().is_clean());
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(given.number(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_a_migration_makes_and_the_search_path_names_is_read() {
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
async fn a_revision_that_fails_behind_the_others_is_not_lost_where_nothing_is_needed_instead() {
    let place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    let write = |name: &str, up: &str| {
        for (end, sql) in [("up", up), ("down", "SELECT 1;")] {
            fs::write(place.folder.path().join(format!("{name}.{end}.sql")), sql).unwrap();
        }
    };
    write("20261124120100_data", "UPDATE what_another_branch_dropped SET n = 1;");
    let request = Request { message: "", now: place.now, ask: &nobody };
    let refused = place.project::<first::Item>().rebase("20261124120100", &request).await.unwrap_err();
    assert!(matches!(refused, ProjectError::NotNeeded(20_261_124_120_100)), "{refused}");
    assert_eq!(place.names().len(), 4, "nothing was deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_databases_are_made_alike_by_what_is_printed() {
    let mut from = Database::with("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)").await;
    let mut to = Database::with(
        "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('sad', 'happy');
         CREATE TABLE a (id bigint PRIMARY KEY, mood s.mood DEFAULT 'sad'); CREATE INDEX ON a (mood);
         CREATE VIEW v AS SELECT 1 AS one",
    )
    .await;
    let comparison = difference(&from.options, &to.options).await.unwrap();
    assert_eq!(comparison.unhandled.len(), 1);
    for statement in &comparison.plan.statements {
        from.execute(&statement.sql).await;
    }
    let again = difference(&from.options, &to.options).await.unwrap();
    assert!(again.changes.is_empty() && again.plan.is_empty(), "{:?}", again.changes);
    let scope = autogenerate::introspect::Scope::Database;
    assert_eq!(from.read(&scope).await.schema.normalized(), to.read(&scope).await.schema.normalized());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_at_once_apply_a_generated_concurrent_index_once_and_finish_what_a_killed_one_began() {
    let place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.revise::<with_sku::Item>("sku").await.unwrap();
    // The build waits for whoever may still look for what was there before it, and so can be met in its middle.
    let mut reader = place.database.connect().await;
    let look = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class";
    sqlx::raw_sql(look).execute(&mut reader).await.unwrap();
    let migrations = place.migrations();
    let replicas: Vec<_> = (0..8)
        .map(|_| {
            let (options, migrations) = (place.database.options.clone(), migrations.clone());
            tokio::spawn(async move {
                let mut conn = PgConnection::connect_with(&options).await.unwrap();
                migrate::upgrade(&mut conn, &migrations, &Up::Head, PATIENCE)
                    .await
                    .map(|applied| applied.len())
            })
        })
        .collect();
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%CREATE INDEX CONCURRENTLY%' AND pid <> pg_backend_pid()";
    eventually("the build is killed", async || place.database.number(kill).await == 1).await;
    sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
    let (mut applied, mut killed) = (0, 0);
    for replica in replicas {
        match replica.await.unwrap() {
            Ok(files) => applied += files,
            Err(_) => killed += 1,
        }
    }
    assert_eq!(
        (applied, killed),
        (1, 1),
        "the killed one had applied the column, and another built the index"
    );
    assert!(place.check::<with_sku::Item>().await.is_clean());
}
