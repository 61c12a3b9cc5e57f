//! Items in memory and in PostgreSQL.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

#[derive(Debug, Clone)]
pub struct Item {
    pub name: String,
    pub status: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub attributes: Value,
}

pub async fn create_table(connection: &mut PgConnection) {
    sqlx::raw_sql(
        "CREATE TEMPORARY TABLE items (
             id bigint NOT NULL, name varchar(200) NOT NULL, status varchar(50) NOT NULL, version bigint NOT NULL,
             created_at timestamptz NOT NULL, attributes jsonb NOT NULL
         )",
    )
    .execute(connection)
    .await
    .expect("a table");
}

/// Replaces all items; the id is the index.
pub async fn replace(connection: &mut PgConnection, items: &[Item]) {
    let texts = |text: fn(&Item) -> String| items.iter().map(text).collect::<Vec<_>>();
    sqlx::raw_sql("TRUNCATE items").execute(&mut *connection).await.expect("to truncate");
    sqlx::query(
        "INSERT INTO items
         SELECT id - 1, name, status, version, created_at, attributes::jsonb
         FROM UNNEST($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[])
              WITH ORDINALITY AS t (name, status, version, created_at, attributes, id)",
    )
    .bind(texts(|item| item.name.clone()))
    .bind(texts(|item| item.status.clone()))
    .bind(items.iter().map(|item| item.version).collect::<Vec<_>>())
    .bind(items.iter().map(|item| item.created_at).collect::<Vec<_>>())
    .bind(texts(|item| item.attributes.to_string()))
    .execute(connection)
    .await
    .expect("to insert");
}
