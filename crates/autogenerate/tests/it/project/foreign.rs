//! Databases that other tools and hand-written migrations built.

use std::fs;

use autogenerate::{
    diff::Object,
    model::Metadata,
    project::{Answer, ProjectError, Question, Rebased, Request},
    schema::Name,
};

use super::{Workplace, changes, first, unanswered, with_sku};

#[expect(dead_code, reason = "rows are read by SQL here")]
mod audit {
    #[derive(autogenerate::Enum)]
    #[sqlx(type_name = "action", rename_all = "snake_case")]
    pub enum Action {
        Created,
        Deleted,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "audit_log")]
    pub struct Entry {
        #[column(primary_key, identity)]
        pub id: i64,
        pub action: Action,
    }
}

#[expect(dead_code, reason = "rows are read by SQL here")]
mod journal {
    #[derive(autogenerate::Enum)]
    #[sqlx(type_name = "action", rename_all = "snake_case")]
    pub enum Action {
        Created,
        Deleted,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "journal")]
    pub struct Entry {
        #[column(primary_key, identity)]
        pub id: i64,
        pub action: Action,
    }
}

#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_parent {
    #[derive(autogenerate::Table)]
    #[table(name = "children", foreign_key(columns = ["a", "b"], references = "pairs(a, b)", external))]
    pub struct Child {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(references = "parents(id)", external, on_delete = "cascade")]
        pub parent_id: i64,
        pub a: Option<i32>,
        pub b: Option<String>,
    }
}

#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_small_id {
    #[derive(autogenerate::Table)]
    #[table(name = "products")]
    pub struct Product {
        #[column(primary_key)]
        pub id: i32,
    }
}

#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_big_id {
    #[derive(autogenerate::Table)]
    #[table(name = "products")]
    pub struct Product {
        #[column(primary_key)]
        pub id: i64,
    }
}

/// Five hand-written migrations.
const BY_HAND: [(&str, &str, &str); 5] = [
    (
        "20260101000001_customers",
        "CREATE EXTENSION IF NOT EXISTS pg_trgm;
         CREATE TYPE mood AS ENUM ('sad', 'happy');
         CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, mood mood DEFAULT 'sad');",
        "DROP TABLE customers; DROP TYPE mood; DROP EXTENSION pg_trgm;",
    ),
    (
        "20260101000002_items",
        "CREATE SEQUENCE numbers;
         CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(200) NOT NULL,
             number bigint DEFAULT nextval('numbers'), customer_id int REFERENCES customers (id));",
        "DROP TABLE items; DROP SEQUENCE numbers;",
    ),
    (
        "20260101000003_orders",
        "CREATE TABLE orders (id int PRIMARY KEY, item_id bigint REFERENCES items (id), customer_id int REFERENCES customers (id));
         CREATE VIEW busy AS SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id;",
        "DROP VIEW busy; DROP TABLE orders;",
    ),
    (
        "20260101000004_touch",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();",
        "DROP TRIGGER touch ON orders; DROP FUNCTION touch();",
    ),
    (
        "20260101000005_audit",
        "CREATE TABLE legacy_audit (at timestamptz DEFAULT now(), what text); INSERT INTO legacy_audit VALUES (now(), 'x');",
        "DROP TABLE legacy_audit;",
    ),
];

async fn place_by_hand() -> Workplace {
    let mut place = Workplace::new().await;
    for (name, up, down) in BY_HAND {
        fs::write(place.folder.path().join(format!("{name}.up.sql")), up).unwrap();
        fs::write(place.folder.path().join(format!("{name}.down.sql")), down).unwrap();
    }
    place.upgrade().await.unwrap();
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn one_model_among_hand_written_migrations_touches_its_table_only() {
    let mut place = place_by_hand().await;
    let revised = place.revise::<with_sku::Item>("sku").await.unwrap();
    let found = changes(&revised);
    assert!(found.contains(&"add column items.sku character varying(40)".to_owned()), "{found:?}");
    assert!(found.iter().all(|change| change.contains("items")), "{found:?}");
    assert!(revised.stale_drops.is_empty());
    let left: Vec<_> = revised.unmanaged.iter().map(|it| format!("{} {}", it.kind, it.name)).collect();
    for name in [
        "table customers",
        "table orders",
        "table legacy_audit",
        "enum mood",
        "sequence numbers",
        "extension pg_trgm",
        "view busy",
        "function touch()",
        "trigger touch ON orders",
    ] {
        assert!(left.contains(&name.to_owned()), "{name}: {left:?}");
    }
    let before = place.objects().await;
    place.upgrade().await.unwrap();
    let after = place.objects().await;
    assert!(before.iter().all(|object| after.contains(object)), "{before:?} {after:?}");
    for _ in 0..2 {
        let report = place.check::<with_sku::Item>().await;
        assert!(report.is_clean() && report.edges.len() == 2, "{report:?}");
    }
    place.downgrade().await;
    assert_eq!(place.objects().await, before, "the way down neither drops nor recreates them");
    place.upgrade().await.unwrap();

    // What other tools do to their own tables does not matter.
    place
        .database
        .execute("ALTER TABLE customers ADD note text; DROP VIEW busy; DROP TABLE legacy_audit")
        .await;
    assert!(place.check::<with_sku::Item>().await.is_clean());
    assert!(place.revise::<with_sku::Item>("again").await.unwrap().revision.is_none());

    let request = Request { message: "", now: place.now, ask: &unanswered };
    place.downgrade().await;
    let last = place.migrations().revisions().last().unwrap().version.to_string();
    let other = place.folder.path().join("20271124130000_other");
    fs::write(other.with_extension("up.sql"), "CREATE TABLE others (id int);").unwrap();
    fs::write(other.with_extension("down.sql"), "DROP TABLE others;").unwrap();
    let rebased = place.project::<with_sku::Item>().rebase(&last, &request).await.unwrap();
    assert!(matches!(rebased, Rebased::Renumbered(_)), "{rebased:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_changes_although_a_foreign_table_references_the_column() {
    let mut place = Workplace::new().await;
    let file = place.folder.path().join("20260101000001_products");
    let sql = "CREATE TABLE products (id int PRIMARY KEY);
               CREATE TABLE sales (id int PRIMARY KEY, product_id int REFERENCES products (id));";
    fs::write(file.with_extension("up.sql"), sql).unwrap();
    fs::write(file.with_extension("down.sql"), "DROP TABLE sales; DROP TABLE products;").unwrap();
    place.upgrade().await.unwrap();
    place.database.execute("INSERT INTO products VALUES (1); INSERT INTO sales VALUES (1, 1)").await;
    let revised = place.revise::<with_big_id::Product>("big").await.unwrap();
    assert_eq!(changes(&revised), ["change type of column products.id: integer → bigint"]);
    place.upgrade().await.unwrap();
    assert!(place.check::<with_big_id::Product>().await.is_clean());
    place.downgrade().await;
    let key = "SELECT string_agg(pg_get_constraintdef(oid), '') FROM pg_constraint WHERE conname = 'sales_product_id_fkey' AND convalidated";
    assert_eq!(place.text(key).await, "FOREIGN KEY (product_id) REFERENCES products(id)");
    let request = Request { message: "none", now: place.now, ask: &unanswered };
    for name in place.names().iter().filter(|name| name.contains("_big")) {
        fs::remove_file(place.folder.path().join(name)).unwrap();
    }
    let metadata = Metadata::new().dropped("products");
    let error = place.project_with(metadata).autogenerate(&request).await.unwrap_err();
    assert!(matches!(error, ProjectError::Proof(_)), "sales references it: {error}");
}

fn dropped(_: &Question) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Dropped })
}

fn forgotten(_: &Question) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Forgotten })
}

fn journal(question: &Question) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    let Question::Undescribed(undescribed) = question else { panic!("{question}") };
    let new = Object::Table(Name::local("journal"));
    assert_eq!(undescribed.candidates[0], new);
    Box::pin(async { Answer::RenamedTo(new) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_whose_model_is_gone_is_asked_about() {
    let mut place = Workplace::new().await;
    let both = || Metadata::new().table::<first::Item>().table::<audit::Entry>();
    let only_items = || Metadata::new().table::<first::Item>();
    let now = place.now;
    let request = |ask| Request { message: "next", now, ask };
    place.project_with(both()).autogenerate(&request(&unanswered)).await.unwrap();
    place.upgrade().await.unwrap();
    place.database.execute("INSERT INTO audit_log (action) VALUES ('created')").await;

    let project = place.project_with(only_items());
    let error = project.autogenerate(&request(&unanswered)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(&error, ProjectError::Undescribed(found) if found.len() == 2), "{text}");
    for words in
        [r#"table audit_log; to drop it: Metadata::dropped("audit_log") or --drop audit_log"#, "enum action"]
    {
        assert!(text.contains(words), "{text}");
    }
    let report = project.check().await.unwrap();
    assert!(!report.is_clean() && report.edges.iter().all(|edge| edge.differences.is_empty()), "{report:?}");
    assert_eq!(report.undescribed.len(), 2);
    let error = project.autogenerate(&request(&forgotten)).await.unwrap_err();
    assert!(matches!(&error, ProjectError::Forgotten(_)), "{error}");
    assert_eq!(place.names().len(), 2, "nothing was written");

    let renamed = Metadata::new().table::<first::Item>().table::<journal::Entry>();
    let revised = place.project_with(renamed).autogenerate(&request(&journal)).await.unwrap();
    assert!(
        changes(&revised).contains(&"rename table audit_log to journal".to_owned()),
        "{:?}",
        changes(&revised)
    );
    place.upgrade().await.unwrap();
    assert_eq!(place.text("SELECT action::text FROM journal").await, "created");

    // A generated revision created it, under another name.
    let revised = project.autogenerate(&request(&dropped)).await.unwrap();
    assert_eq!(changes(&revised), ["drop enum action", "drop table journal"]);
    place.upgrade().await.unwrap();
    assert!(project.check().await.unwrap().is_clean());
    place.downgrade().await;
    place.upgrade().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_is_declared_and_goes_stale() {
    let mut place =
        Workplace::with::<audit::Entry>("INSERT INTO audit_log (action) VALUES ('created')").await;
    let metadata = || Metadata::new().table::<first::Item>();
    let request = Request { message: "next", now: place.now, ask: &unanswered };
    let dropping = metadata().dropped("audit_log");
    let error = place.project_with(dropping).autogenerate(&request).await.unwrap_err();
    assert!(matches!(&error, ProjectError::Undescribed(found) if found[0].name() == "action"), "{error}");
    let dropping = place.project_with(metadata().dropped("audit_log").dropped("action"));
    let report = dropping.check().await.unwrap();
    assert!(report.undescribed.is_empty() && !report.is_clean());
    let revised = dropping.autogenerate(&request).await.unwrap();
    assert!(changes(&revised).contains(&"drop table audit_log".to_owned()) && revised.stale_drops.is_empty());
    place.upgrade().await.unwrap();
    let revised = dropping.autogenerate(&request).await.unwrap();
    assert_eq!(revised.stale_drops, ["action", "audit_log"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sequences_schemas_and_extensions_are_never_dropped_silently() {
    let place = &mut Workplace::new().await;
    let metadata = || Metadata::new().table::<first::Item>();
    let all = metadata()
        .namespace("shop")
        .extension("pg_trgm")
        .sequence(autogenerate::model::SequenceModel::new("numbers"));
    let request = Request { message: "next", now: place.now, ask: &unanswered };
    place.project_with(all).autogenerate(&request).await.unwrap();
    place.upgrade().await.unwrap();
    let some = || metadata().namespace("other");
    let error = place.project_with(some()).autogenerate(&request).await.unwrap_err();
    let ProjectError::Undescribed(found) = error else { panic!("{error}") };
    let found: Vec<_> = found.iter().map(|one| one.object.to_string()).collect();
    assert_eq!(found, ["schema shop", "sequence public.numbers"], "extensions are left alone");
    place.database.execute("CREATE VIEW shop.one AS SELECT 1 AS one").await;
    let metadata = some().dropped("numbers").dropped("shop").dropped("pg_trgm");
    let revised = place.project_with(metadata).autogenerate(&request).await.unwrap();
    let found = changes(&revised);
    assert_eq!(found, ["add schema other", "drop extension pg_trgm", "drop sequence public.numbers"]);
    assert_eq!(revised.stale_drops, ["shop"], "the schema has foreign contents");
    place.upgrade().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_left_out_by_pattern() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place
        .database
        .execute("CREATE TABLE tmp_a (id int); CREATE VIEW tmp_b AS SELECT 1 AS one; CREATE TABLE c (id int); CREATE SCHEMA attic; CREATE TABLE attic.d (id int)")
        .await;
    let listed = async |metadata: Metadata| {
        let report = place.project_with(metadata.table::<first::Item>()).check().await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        report.unmanaged.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(listed(Metadata::new()).await, ["c", "tmp_a", "tmp_b"]);
    assert_eq!(listed(Metadata::new().ignore("tmp_*")).await, ["c"]);
    assert_eq!(listed(Metadata::new().ignore("public.tmp_a")).await, ["c", "tmp_b"]);
    assert_eq!(listed(Metadata::new().only("*_a")).await, ["tmp_a"]);
    assert_eq!(listed(Metadata::new().only("shop.*")).await, Vec::<String>::new());
    let qualified = || Metadata::new().namespace("public");
    assert_eq!(listed(qualified().only("public.c")).await, ["public.c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key_to_a_table_without_a_model_is_declared() {
    let mut place = Workplace::new().await;
    let error = place.revise::<with_parent::Child>("children").await.unwrap_err();
    assert!(error.to_string().contains("the database has no table `parents`"), "{error}");
    // One table of another tool, and one of a hand-written migration.
    place.database.execute("CREATE TABLE parents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text DEFAULT 'x')").await;
    let file = place.folder.path().join("20260101000001_pairs");
    fs::write(file.with_extension("up.sql"), "CREATE TABLE pairs (a int, b text, c text, UNIQUE (b, a));")
        .unwrap();
    fs::write(file.with_extension("down.sql"), "DROP TABLE pairs;").unwrap();
    place.upgrade().await.unwrap();
    let revised = place.revise::<with_parent::Child>("children").await.unwrap();
    let found = changes(&revised);
    assert!(found.iter().all(|change| change.contains("children")), "{found:?}");
    place.upgrade().await.unwrap();
    for _ in 0..2 {
        let report = place.check::<with_parent::Child>().await;
        assert!(report.is_clean() && report.edges.len() == 2, "{report:?}");
    }
    assert!(place.revise::<with_parent::Child>("again").await.unwrap().revision.is_none());
    place.downgrade().await;
    assert_eq!(
        place.text("SELECT count(*)::text FROM pg_tables WHERE tablename IN ('parents', 'pairs')").await,
        "2"
    );
    place.upgrade().await.unwrap();

    // Its keys go with the table.
    let metadata = Metadata::new().table::<first::Item>().dropped("children");
    let request = Request { message: "next", now: place.now, ask: &unanswered };
    let revised = place.project_with(metadata).autogenerate(&request).await.unwrap();
    let found = changes(&revised);
    assert!(found.contains(&"drop table children".to_owned()), "{found:?}");
    assert!(!found.iter().any(|change| change.contains("parents") || change.contains("pairs")), "{found:?}");
    place.upgrade().await.unwrap();
    place.downgrade().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_down_stops_at_rows_that_do_not_fit_and_holds_up_nothing() {
    let mut place = Workplace::new().await;
    place.revise::<with_small_id::Product>("small").await.unwrap();
    place.upgrade().await.unwrap();
    place.revise::<with_big_id::Product>("big").await.unwrap();
    assert!(place.migrations().open_slots().is_empty(), "the next revision can be written");
    place.upgrade().await.unwrap();
    place.database.execute("INSERT INTO products VALUES (1), (5000000000), (6000000000)").await;
    let migrations = place.migrations();
    let target = autogenerate::migrate::Down::Steps(1);
    let conn = &mut place.database.connection;
    let error =
        autogenerate::migrate::downgrade(conn, &migrations, &target, std::time::Duration::from_secs(9))
            .await
            .unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("make the values of products.id fit integer (2 rows)"), "{reason}");
    assert_eq!(place.text("SELECT count(*)::text FROM products").await, "3");
    place.database.execute("DELETE FROM products WHERE id > 1").await;
    place.downgrade().await;
    assert_eq!(place.text("SELECT pg_typeof(id)::text FROM products").await, "integer");
}
