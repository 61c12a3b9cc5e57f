//! The tables of the shop. The application reads them; the migrations are generated from them.

use autogenerate::{Enum, Table, model::Metadata};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A person who orders.
#[derive(Debug, Clone, FromRow, Table)]
#[table(name = "users")]
pub struct User {
    #[column(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    pub email: String,
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// How far an order got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "order_state", rename_all = "snake_case")]
pub enum OrderState {
    Open,
    Paid,
}

/// What a user bought.
#[derive(Debug, Clone, FromRow, Table)]
#[table(name = "orders")]
pub struct Order {
    #[column(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[column(references = "users(id)", on_delete = "cascade", index)]
    pub user_id: Uuid,
    #[column(default = "'open'")]
    pub state: OrderState,
    pub cents: i32,
}

/// A word by which orders are found.
#[derive(Debug, Clone, FromRow, Table)]
#[table(name = "tags", primary_key(columns = ["order_id", "word"]))]
pub struct Tag {
    #[column(references = "orders(id)", on_delete = "cascade")]
    pub order_id: Uuid,
    pub word: String,
}

/// Every model, and the objects that are written in SQL.
pub fn metadata() -> Metadata {
    Metadata::new()
        .table::<User>()
        .table::<Order>()
        .table::<Tag>()
        .sql(include_str!("../../sql/spent.sql"))
        .sql(include_str!("../../sql/open_orders.sql"))
        .sql(include_str!("../../sql/own_orders.sql"))
}
