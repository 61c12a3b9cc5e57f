//! From attributes to the tree.

mod column;
mod constraints;
mod enumeration;
mod sqlx;
mod table;

pub use self::{enumeration::enumeration, sqlx::Sqlx, table::table};
