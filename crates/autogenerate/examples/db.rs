//! A complete command line for migrations: `cargo run --example db -- --help`.

use std::process::ExitCode;

use autogenerate::{Table, cli, model::Metadata};
use chrono::{DateTime, Utc};
use sqlx::types::Uuid;

/// An item for sale.
#[derive(Debug, sqlx::FromRow, Table)]
#[table(name = "items", index(columns = ["created_at DESC"]))]
pub struct Item {
    #[column(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    /// The display name.
    #[column(type = "varchar(200)", check = "name <> ''")]
    pub name: String,
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// Every model.
pub(crate) fn models() -> Metadata {
    Metadata::new().table::<Item>()
}

fn main() -> ExitCode {
    cli::run(models())
}
