//! Items in memory and in PostgreSQL.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};

#[derive(Debug, Clone)]
pub struct Item {
    pub name: String,
    pub status: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub attributes: Value,
}

/// Pushes a common table expression `items`; the id is the index.
pub fn push(query: &mut QueryBuilder<Postgres>, items: &[Item]) {
    let texts = |text: fn(&Item) -> String| items.iter().map(text).collect::<Vec<_>>();
    query
        .push(
            "WITH items AS MATERIALIZED (
                 SELECT id - 1 AS id, name::varchar(200), status::varchar(50), version, created_at, attributes::jsonb
                 FROM UNNEST(",
        )
        .push_bind(texts(|item| item.name.clone()))
        .push(", ")
        .push_bind(texts(|item| item.status.clone()))
        .push(", ")
        .push_bind(items.iter().map(|item| item.version).collect::<Vec<_>>())
        .push(", ")
        .push_bind(items.iter().map(|item| item.created_at).collect::<Vec<_>>())
        .push(", ")
        .push_bind(texts(|item| item.attributes.to_string()))
        .push(
            ") WITH ORDINALITY AS t (name, status, version, created_at, attributes, id)
             ) ",
        );
}
