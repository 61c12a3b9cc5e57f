mod cost;
mod details;
mod eighteen;
mod expected;
mod settle;

use autogenerate::{introspect::Scope, scratch::Scratch};

use crate::support::{Database, assert_alike, public};

const KITCHEN_SINK: &str = include_str!("kitchen_sink.sql");

#[tokio::test]
async fn every_kind_of_object_is_read() {
    let mut database = Database::with(KITCHEN_SINK).await;
    let reading = database.public().await;
    assert_alike(&reading.schema, &expected::schema());
    assert_eq!(reading.unhandled, []);
}

#[tokio::test]
async fn an_equivalent_script_reads_the_same() {
    let mut database = Database::with(KITCHEN_SINK).await;
    let mut again = Database::with(include_str!("kitchen_sink_again.sql")).await;
    assert_alike(&database.public().await, &again.public().await);
    assert_alike(&database.read(&Scope::Database).await, &again.read(&Scope::Database).await);
}

#[tokio::test]
async fn a_live_schema_a_scratch_schema_and_a_scratch_database_read_the_same() {
    let mut actual = Database::with(KITCHEN_SINK).await;
    let reading = actual.public().await;

    // In the same database, so every name exists twice.
    let mut schema = Scratch::schema(&actual.options).await.unwrap();
    schema.execute(KITCHEN_SINK).await.unwrap();
    assert_alike(&schema.read().await.unwrap(), &reading);
    schema.clear().await.unwrap();
    schema.execute(include_str!("kitchen_sink_again.sql")).await.unwrap();
    assert_alike(&schema.read().await.unwrap(), &reading);
    schema.close().await.unwrap();

    let mut database = Scratch::database(&actual.options, public()).await.unwrap();
    database.execute(KITCHEN_SINK).await.unwrap();
    assert_alike(&database.read().await.unwrap(), &reading);
    database.close().await.unwrap();
    assert_alike(&actual.public().await, &reading);
}
