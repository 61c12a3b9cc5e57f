//! What an item may not say, because PostgreSQL could not do it.

mod enumeration;
mod names;
mod table;

pub use self::{enumeration::enumeration, table::table};
