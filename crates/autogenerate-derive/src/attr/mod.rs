//! Parses attributes into the [`ast`](crate::ast).

mod column;
mod constraints;
mod enumeration;
mod sqlx;
mod table;

pub use self::{enumeration::enumeration, sqlx::Sqlx, table::table};
