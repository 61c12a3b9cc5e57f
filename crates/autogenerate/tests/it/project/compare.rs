//! Comparing two databases without models.

use autogenerate::{introspect::Unhandled, project::difference};

use crate::support::Database;

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_statements_make_two_databases_equal() {
    let mut from = Database::with("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)").await;
    let mut to = Database::with(
        "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('sad', 'happy');
         CREATE TABLE a (id bigint PRIMARY KEY, mood s.mood DEFAULT 'sad'); CREATE INDEX ON a (mood);
         CREATE VIEW v AS SELECT 1 AS one",
    )
    .await;
    let comparison = difference(&from.options, &to.options).await.unwrap();
    assert_eq!(comparison.unhandled, []);
    for statement in &comparison.plan.statements {
        from.execute(&statement.sql).await;
    }
    let again = difference(&from.options, &to.options).await.unwrap();
    assert!(again.changes.is_empty() && again.plan.is_empty(), "{:?}", again.changes);
    let scope = autogenerate::introspect::Scope::Database;
    assert_eq!(from.read(&scope).await.schema.normalized(), to.read(&scope).await.schema.normalized());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_differently_at_first_is_alike_after_one_round() {
    let tables = "CREATE TABLE a (x int PRIMARY KEY)";
    let mut from = Database::with(tables).await;
    let to = Database::with(&format!(
        "{tables};
         CREATE VIEW v AS SELECT q.x FROM (SELECT x FROM a UNION ALL SELECT NULL FROM a) q;
         CREATE MATERIALIZED VIEW m AS SELECT q.x FROM (SELECT x FROM a UNION ALL SELECT NULL FROM a) q"
    ))
    .await;
    let comparison = difference(&from.options, &to.options).await.unwrap();
    for statement in &comparison.plan.statements {
        from.execute(&statement.sql).await;
    }
    let again = difference(&from.options, &to.options).await.unwrap();
    assert!(again.changes.is_empty() && again.plan.is_empty(), "{:?}", again.changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_storage_parameters_does_not_matter() {
    let database = async |index: &str, table: &str| {
        let sql = format!(
            "CREATE TABLE t (x int, CONSTRAINT k UNIQUE (x) WITH ({index})) WITH ({table});
             CREATE INDEX ON t (x) WITH ({index}) WHERE x > 0;
             CREATE MATERIALIZED VIEW m WITH ({table}) AS SELECT 1 AS one;
             CREATE VIEW v WITH ({view}) AS SELECT 1 AS one",
            view = index
                .replace("fillfactor=70", "security_barrier")
                .replace("deduplicate_items", "security_invoker")
        );
        Database::with(&sql).await
    };
    let one = database("fillfactor=70, deduplicate_items=off", "fillfactor=70, autovacuum_enabled=off").await;
    let other =
        database("deduplicate_items=off, fillfactor=70", "autovacuum_enabled=off, fillfactor=70").await;
    let comparison = difference(&one.options, &other.options).await.unwrap();
    assert!(comparison.plan.is_empty(), "{:?}", comparison.changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_applied_migrations_is_named_as_not_compared() {
    let from = Database::with("CREATE TABLE _sqlx_migrations (version bigint)").await;
    let to = Database::new().await;
    let comparison = difference(&from.options, &to.options).await.unwrap();
    assert!(comparison.plan.is_empty());
    let name = "public._sqlx_migrations".to_owned();
    assert_eq!(comparison.unhandled, [Unhandled { kind: "table", name }]);
}
