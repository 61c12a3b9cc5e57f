//! Models, created on scratch by the planner and read back.

mod between;
mod kitchen_sink;
mod names;

use autogenerate::{
    introspect::Reading,
    model::Metadata,
    plan::{Renames, Style},
    planner::plan,
    schema::Schema,
    scratch::Scratch,
};

use crate::support::server;

/// The schema in PostgreSQL after the models were created.
async fn made(metadata: &Metadata) -> Schema {
    let raw = metadata.schema().unwrap();
    let style = Style { online: false, slots: false };
    let plan = plan(&Schema::default(), &raw, &Renames::default(), style).unwrap();
    let mut scratch = if metadata.needs_database() {
        Scratch::database(&server(), metadata.scope("public")).await.unwrap()
    } else {
        Scratch::schema(&server()).await.unwrap()
    };
    for statement in &plan.statements {
        if let Err(error) = scratch.execute(&statement.sql).await {
            panic!("{error}\n{}", statement.sql);
        }
    }
    let Reading { schema, unhandled } = scratch.read().await.unwrap();
    assert_eq!(unhandled, []);
    scratch.close().await.unwrap();
    schema
}
