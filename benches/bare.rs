//! The yardstick of `scripts/bench`: create, get and list in plain axum and sqlx, with the same
//! table and SQL as the service, but without layers, validation, logs or cursors.
//!
//! `bare ADDRESS CONNECTIONS` serves the database in `DATABASE_URL`.

use std::{env, error::Error};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::get,
    serve::ListenerExt,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::{PgPool, postgres::PgPoolOptions, types};
use tokio::net::TcpListener;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Deserialize)]
struct ItemCreate {
    name: String,
    status: String,
    attributes: Box<RawValue>,
}

#[derive(Serialize, sqlx::FromRow)]
struct Item {
    id: Uuid,
    collection: String,
    name: String,
    status: String,
    attributes: types::Json<Box<RawValue>>,
    schema_version: Option<i32>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    created_by: Option<String>,
    updated_by: Option<String>,
    deleted_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct ListQuery {
    limit: u16,
}

#[derive(Serialize)]
struct Page {
    data: Vec<Item>,
    more: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let connections = arguments.next().ok_or("no number of connections")?.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false)
        .connect(&env::var("DATABASE_URL")?)
        .await?;
    let router = Router::new()
        .route("/v1/items", get(list).post(create))
        .route("/v1/items/{id}", get(read))
        .with_state(pool);
    let listener = TcpListener::bind(address).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this is compared with the service's own begin and commit")]
async fn create(
    State(pool): State<PgPool>,
    Json(new): Json<ItemCreate>,
) -> Result<(StatusCode, Json<Item>), StatusCode> {
    let mut tx = pool.begin().await.map_err(internal)?;
    let item = sqlx::query_as::<_, Item>(
        "INSERT INTO items (id, collection, name, status, attributes) VALUES ($1, 'default', $2, $3, $4)
         RETURNING id, collection, name, status, attributes, schema_version, version, created_at, updated_at,
                   created_by, updated_by, deleted_at",
    )
    .bind(Uuid::now_v7())
    .bind(new.name)
    .bind(new.status)
    .bind(types::Json(new.attributes))
    .fetch_one(&mut *tx)
    .await
    .map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok((StatusCode::CREATED, Json(item)))
}

async fn read(State(pool): State<PgPool>, Path(id): Path<Uuid>) -> Result<Json<Item>, StatusCode> {
    sqlx::query_as::<_, Item>(
        "SELECT id, collection, name, status, attributes, schema_version, version, created_at, updated_at,
                created_by, updated_by, deleted_at
         FROM items
         WHERE id = $1 AND deleted_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&pool)
    .await
    .map_err(internal)?
    .map(Json)
    .ok_or(StatusCode::NOT_FOUND)
}

async fn list(State(pool): State<PgPool>, Query(query): Query<ListQuery>) -> Result<Json<Page>, StatusCode> {
    let mut data = sqlx::query_as::<_, Item>(
        "SELECT id, collection, name, status, attributes, schema_version, version, created_at, updated_at,
                created_by, updated_by, deleted_at
         FROM items
         WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $1",
    )
    .bind(i64::from(query.limit) + 1)
    .fetch_all(&pool)
    .await
    .map_err(internal)?;
    let more = data.len() > usize::from(query.limit);
    data.truncate(query.limit.into());
    Ok(Json(Page { data, more }))
}

fn internal(_: sqlx::Error) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}
