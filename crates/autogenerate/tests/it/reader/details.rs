//! Details of what a reading includes and leaves out.

use autogenerate::{
    introspect::{Scope, Unhandled},
    schema::{ConstraintKind, Name, Namespace},
};
use sqlx::Connection as _;

use crate::support::{Database, assert_alike, public};

#[tokio::test]
async fn objects_that_are_not_compared_are_listed() {
    let mut database = Database::with(include_str!("unhandled.sql")).await;
    let expected = [
        ("foreign table", "far"),
        ("operator", "===(integer,integer)"),
        ("typed table", "pairs"),
        ("unlogged sequence", "hasty"),
    ]
    .map(|(kind, name)| Unhandled { kind, name: name.to_owned() });
    let reading = database.public().await;
    assert_alike(&reading.unhandled, &expected.to_vec());
    let tables: Vec<_> = reading.schema.tables.iter().map(|(name, table)| (name, &*table.inherits)).collect();
    let items = Name::local("items");
    assert_eq!(tables, [(&items, &[] as &[Name]), (&Name::local("old_items"), std::slice::from_ref(&items))]);

    let everywhere = database.read(&Scope::Database).await.unhandled;
    for (kind, name) in [("server", "elsewhere"), ("operator", "public.===(integer,integer)")] {
        assert!(everywhere.contains(&Unhandled { kind, name: name.to_owned() }), "{kind} {name}");
    }
    assert_eq!(everywhere.len(), expected.len() + 1);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of expectations")]
async fn objects_defined_by_a_text_are_read_with_what_they_use() {
    let mut database = Database::with(include_str!("unhandled.sql")).await;
    let schema = database.public().await.schema;
    let names: Vec<String> = schema.sql_objects.keys().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "collation german",
            "domain positive",
            "composite type pair",
            "range type span",
            "function slug(text,integer)",
            "function touch()",
            "procedure tidy()",
            "aggregate total(integer)",
            "view \"New items\"",
            "materialized view counts",
            "rule quiet of items",
            "trigger checked of items",
            "trigger touched of items",
            "policy own of items",
            "row security of items",
            "extended statistics correlated",
            "replica identity of items",
            "clustered index of items",
            "column storage of items.body",
            "column storage of old_items.body",
            "column compression of items.body",
            "column statistics of items.body",
            "column statistics of old_items.body",
            "column options of items.body",
            "text search configuration plain",
        ]
    );
    let find = |name: &str| {
        let (_, it) = schema.sql_objects.iter().find(|(other, _)| other.to_string() == name).unwrap();
        (it.create.join("; "), it.uses.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (create, uses) = find("trigger touched of items");
    assert_eq!(create, "CREATE TRIGGER touched BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION touch()");
    assert_eq!(uses, ["table items", "function touch()"]);
    let (create, uses) = find("clustered index of items");
    assert_eq!(create, "ALTER TABLE items CLUSTER ON items_id_key");
    assert_eq!(uses, ["table items", "index items_id_key of items"]);
    let (create, _) = find("domain positive");
    assert_eq!(
        create,
        "CREATE DOMAIN positive AS integer; ALTER DOMAIN positive ADD CONSTRAINT positive_check CHECK ((VALUE > 0))"
    );
    let everywhere = database.read(&Scope::Database).await.schema;
    for wanted in ["publication everything", "cast (integer AS text)"] {
        assert!(everywhere.sql_objects.keys().any(|name| name.to_string() == wanted), "{wanted}");
    }
}

/// PostgreSQL 15.20 stores `pg_attver` with every column. The test sets it by hand, to run on any
/// server.
#[tokio::test]
async fn options_that_the_server_maintains_are_ignored() {
    const TABLES: &str =
        "CREATE TABLE items (id integer, body text) WITH (fillfactor = 70, toast.autovacuum_enabled = off);";
    let expected = Database::with(TABLES).await.public().await;
    let maintained = "
        UPDATE pg_attribute SET attoptions = attoptions || '{pg_attver=1}' WHERE attrelid = 'items'::regclass AND attnum > 0;
        UPDATE pg_class SET reloptions = reloptions || '{pg_relver=1}' WHERE reloptions IS NOT NULL AND oid >= 16384;";
    let reading = Database::with(&format!("{TABLES}{maintained}")).await.public().await;
    assert_alike(&reading.schema, &expected.schema);
    assert_eq!(reading.unhandled, []);

    let set = "ALTER TABLE items ALTER id SET (n_distinct = 5);";
    let reading = Database::with(&format!("{TABLES}{set}{maintained}")).await.public().await;
    let options = reading.schema.sql_objects.values().map(|it| it.create.join(";")).collect::<Vec<_>>();
    assert_eq!(options, ["ALTER TABLE items ALTER COLUMN id SET (n_distinct=5)"]);
}

#[tokio::test]
async fn a_whole_database_has_qualified_names_and_its_schemas() {
    let mut database = Database::with(
        "CREATE SCHEMA \"a B\"; COMMENT ON SCHEMA \"a B\" IS 'Said.'; CREATE SCHEMA ext;
         CREATE EXTENSION citext SCHEMA ext;
         CREATE TYPE \"a B\".\"St ate\" AS ENUM ('x');
         CREATE TABLE \"a B\".parents (id integer PRIMARY KEY, name ext.citext);
         CREATE TABLE items (id serial, state \"a B\".\"St ate\"[] DEFAULT '{x}', \"Parent\" integer REFERENCES \"a B\".parents);
         CREATE INDEX ON items USING hash (state);",
    )
    .await;
    let schema = database.read(&Scope::Database).await.schema;
    let said = |comment: Option<&str>| Namespace { comment: comment.map(str::to_owned) };
    assert_eq!(
        schema.namespaces.into_iter().collect::<Vec<_>>(),
        [
            ("a B".to_owned(), said(Some("Said."))),
            ("ext".to_owned(), said(None)),
            ("public".to_owned(), said(None)),
        ]
    );
    assert_eq!(schema.extensions["citext"].schema.as_deref(), Some("ext"));
    let state_type = Name::qualified("a B", "St ate");
    assert_eq!(schema.enums.keys().collect::<Vec<_>>(), [&state_type]);
    assert_eq!(schema.tables[&Name::qualified("a B", "parents")].columns[1].data_type, "ext.citext");

    let items = &schema.tables[&Name::qualified("public", "items")];
    let state = items.column("state").unwrap();
    assert_eq!(state.data_type, "\"a B\".\"St ate\"[]");
    assert_eq!(state.enum_type.as_ref(), Some(&state_type));
    let default = state.default.as_ref().unwrap();
    assert_eq!(default.sql, "'{x}'::\"a B\".\"St ate\"[]");
    assert_eq!(default.uses.enums.iter().collect::<Vec<_>>(), [&state_type]);
    assert_eq!(
        items.column("id").unwrap().default.as_ref().unwrap().uses.sequences.iter().collect::<Vec<_>>(),
        [&Name::qualified("public", "items_id_seq")]
    );
    let foreign_key = &items.constraints["items_Parent_fkey"];
    assert_eq!(foreign_key.definition, "FOREIGN KEY (\"Parent\") REFERENCES \"a B\".parents(id)");
    let ConstraintKind::ForeignKey { references, .. } = &foreign_key.kind else { panic!("{foreign_key:?}") };
    assert_eq!(references, &Name::qualified("a B", "parents"));
    assert_eq!(items.indexes["items_state_idx"].definition, "hash (state)");
}

#[tokio::test]
async fn a_single_schema_has_unqualified_names_even_if_it_is_not_on_the_search_path() {
    let mut database = Database::with(
        "CREATE SCHEMA \"a B\"; CREATE SCHEMA other; CREATE EXTENSION pg_trgm;
         CREATE TYPE \"a B\".state AS ENUM ('x'); CREATE TYPE other.state AS ENUM ('y');
         CREATE TABLE \"a B\".items (id serial PRIMARY KEY, state \"a B\".state DEFAULT 'x', foreign_state other.state,
             name text, next integer REFERENCES \"a B\".items);
         CREATE INDEX ON \"a B\".items USING gin (name gin_trgm_ops) WHERE state = 'x';",
    )
    .await;
    let reading = database.read(&Scope::Schema("a B".to_owned())).await;
    assert!(!format!("{reading:?}").contains("a B"), "{reading:#?}");
    let items = &reading.schema.tables[&Name::local("items")];
    assert_eq!(items.column("foreign_state").unwrap().data_type, "other.state");
    assert_eq!(items.column("foreign_state").unwrap().enum_type, Some(Name::qualified("other", "state")));
    assert_eq!(items.constraints["items_next_fkey"].definition, "FOREIGN KEY (next) REFERENCES items(id)");
    assert_eq!(
        items.indexes["items_name_idx"].definition,
        "gin (name gin_trgm_ops) WHERE (state = 'x'::state)"
    );
    assert_eq!(database.read(&Scope::Schema("nowhere".to_owned())).await.schema.tables.len(), 0);
}

#[tokio::test]
async fn reading_does_not_change_a_transaction_or_the_settings() {
    let mut database =
        Database::with("CREATE TABLE items (since timestamptz DEFAULT '2026-01-01 00:00:00+00')").await;
    let settings = "SELECT concat_ws('|', current_setting('search_path'), current_setting('timezone'), \
                    current_setting('datestyle'), current_setting('jit'), current_setting('transaction_isolation'))";
    database
        .execute("SET search_path = pg_catalog; SET timezone = 'Asia/Tokyo'; SET datestyle = german")
        .await;
    let before: String = sqlx::query_scalar(settings).fetch_one(&mut database.connection).await.unwrap();
    let outside = database.public().await;
    let default = outside.schema.tables[&Name::local("items")].columns[0].default.clone().unwrap().sql;
    assert_eq!(default, "'2026-01-01 00:00:00+00'::timestamp with time zone");

    database.execute("BEGIN; CREATE TABLE public.more (id integer); SET LOCAL timezone = 'Asia/Seoul'").await;
    let in_transaction: String =
        sqlx::query_scalar(settings).fetch_one(&mut database.connection).await.unwrap();
    let inside = database.public().await;
    assert_eq!(inside.schema.tables.len(), 2);
    let after: String = sqlx::query_scalar(settings).fetch_one(&mut database.connection).await.unwrap();
    assert_eq!(in_transaction, after);
    database.execute("ROLLBACK").await;
    assert_alike(&database.public().await, &outside);

    let mut transaction = database.connection.begin_with("BEGIN").await.unwrap();
    assert_alike(&autogenerate::introspect::read(&mut transaction, &public()).await.unwrap(), &outside);
    transaction.rollback().await.unwrap();
    let after: String = sqlx::query_scalar(settings).fetch_one(&mut database.connection).await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn objects_of_extensions_are_not_read() {
    let mut database = Database::with(
        "CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION ltree;
         CREATE EXTENSION pg_stat_statements;
         CREATE TABLE config (id integer); CREATE SEQUENCE counter; CREATE TYPE state AS ENUM ('x');
         ALTER EXTENSION citext ADD TABLE config; ALTER EXTENSION citext ADD SEQUENCE counter;
         ALTER EXTENSION citext ADD TYPE state;",
    )
    .await;
    let reading = database.read(&Scope::Database).await;
    assert_eq!(reading.unhandled, []);
    assert!(
        reading.schema.tables.is_empty()
            && reading.schema.enums.is_empty()
            && reading.schema.sequences.is_empty()
    );
    assert_eq!(reading.schema.extensions.len(), 5);
}

#[tokio::test]
async fn a_partition_of_a_partition_and_keys_between_partitioned_tables_are_read_once() {
    let mut database = Database::with(
        "CREATE TABLE parents (id integer PRIMARY KEY) PARTITION BY LIST (id);
         CREATE TABLE parents_1 PARTITION OF parents FOR VALUES IN (1, 2);
         CREATE TABLE parents_2 PARTITION OF parents FOR VALUES IN (NULL, 3);
         CREATE TABLE items (id integer REFERENCES parents, at date, UNIQUE (id, at)) PARTITION BY RANGE (id, (at));
         CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (MINVALUE, MINVALUE) TO (10, '2026-01-01')
             PARTITION BY HASH (at);
         CREATE TABLE items_1_1 PARTITION OF items_1 (CONSTRAINT own CHECK (id > 0)) FOR VALUES WITH (MODULUS 2, REMAINDER 0);",
    )
    .await;
    let tables = database.public().await.schema.tables;
    let of = |table: &str| {
        let table = &tables[&Name::local(table)];
        let part = table.partition_of.as_ref().map(|part| format!("{} {}", part.parent, part.bound));
        let constraints: Vec<_> = table
            .constraints
            .iter()
            .map(|(name, constraint)| (name.as_str(), constraint.inherited))
            .collect();
        (table.partition_by.clone().unwrap_or_default(), part.unwrap_or_default(), constraints)
    };
    let expect = |by: &str, part: &str, constraints: &[(&'static str, bool)]| {
        (by.to_owned(), part.to_owned(), constraints.to_vec())
    };
    assert_eq!(of("parents"), expect("LIST (id)", "", &[("parents_pkey", false)]));
    assert_eq!(of("parents_1"), expect("", "parents FOR VALUES IN (1, 2)", &[("parents_1_pkey", true)]));
    assert_eq!(
        of("items"),
        expect("RANGE (id, at)", "", &[("items_id_at_key", false), ("items_id_fkey", false)])
    );
    assert_eq!(
        of("items_1"),
        expect(
            "HASH (at)",
            "items FOR VALUES FROM (MINVALUE, MINVALUE) TO (10, '2026-01-01')",
            &[("items_1_id_at_key", true), ("items_id_fkey", true)]
        )
    );
    assert_eq!(
        of("items_1_1"),
        expect(
            "",
            "items_1 FOR VALUES WITH (modulus 2, remainder 0)",
            &[("items_1_1_id_at_key", true), ("items_id_fkey", true), ("own", false)]
        )
    );
}
