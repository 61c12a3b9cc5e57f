//! Validation: rejects what PostgreSQL would reject.

mod definition;
mod enumeration;
mod names;
mod table;

pub use self::{
    definition::{composite, domain},
    enumeration::enumeration,
    table::table,
};
