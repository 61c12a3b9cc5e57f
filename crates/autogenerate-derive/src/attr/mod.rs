//! Parses attributes into the [`ast`](crate::ast).

mod column;
mod composite;
mod constraints;
mod domain;
mod enumeration;
mod sqlx;
mod table;
mod type_name;

pub use self::{composite::composite, domain::domain, enumeration::enumeration, sqlx::Sqlx, table::table};
