//! Everything that is kept in PostgreSQL: one folder a domain, and what they share.
//!
//! An operation is a plain function on `&mut PgConnection`: it reads or writes, gives back what the database
//! returned, and never begins or commits.

pub mod catalog;
pub mod database;
pub mod json;
pub mod keyset;
pub mod migrations;
pub mod named;
pub mod service;
pub mod versions;
mod violation;

use autogenerate::model::Metadata;

/// Every model: what `curio db` compares, and migrations lead to.
#[must_use]
pub fn tables() -> Metadata {
    Metadata::new()
        .table::<catalog::models::Item>()
        .table::<service::models::IdempotencyKey>()
        .table::<service::models::ServiceKey>()
}
