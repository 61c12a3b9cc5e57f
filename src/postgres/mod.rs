//! Everything that knows PostgreSQL: a folder for each domain, and what they share.
//!
//! An operation is a plain function on `&mut PgConnection`: it reads or writes, returns what the
//! database returned, and never begins or commits.

pub mod access;
mod backend;
pub mod catalog;
mod connection;
mod connector;
pub mod count;
pub mod entity;
pub mod json;
pub mod keyset;
#[cfg(feature = "service")]
mod locking;
pub mod measured;
pub mod migrations;
mod opening;
pub mod pool;
pub mod probe;
pub mod request;
pub mod rule;
#[cfg(feature = "service")]
pub mod runs;
pub mod service;
mod silence;
pub mod time_limit;
pub mod transaction;
mod turns;
#[cfg(feature = "service")]
mod versions;
mod violation;

use autogenerate::model::Metadata;

/// Every model: what `curio db` compares with the database.
#[must_use]
pub fn tables() -> Metadata {
    service::models::add_tables(access::models::add_tables(catalog::models::add_tables(Metadata::new())))
}
