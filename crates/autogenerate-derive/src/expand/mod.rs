//! Generates the code.

mod enumeration;
mod newtype;
mod table;
mod tokens;

pub use self::{enumeration::enumeration, newtype::newtype, table::table};
