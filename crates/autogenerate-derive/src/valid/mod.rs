//! Validation: rejects what PostgreSQL would reject.

mod enumeration;
mod names;
mod table;

pub use self::{enumeration::enumeration, table::table};
