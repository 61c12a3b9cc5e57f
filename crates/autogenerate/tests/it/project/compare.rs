//! Comparing two databases without models.

use autogenerate::project::difference;

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
