//! Introspects a database through PostgreSQL's catalogs (versions 15 to 18).
//!
//! The queries are the `.sql` files in `query`, one for each kind of object. Their number does not
//! depend on the number of tables.
//!
//! Expressions are in the form that PostgreSQL prints after parsing its own output, so that objects
//! created from a reading read back the same.

mod canonical;
mod printed;
mod query;
mod read;
mod scope;
mod settings;
mod unhandled;
mod uses;

pub(crate) use self::{
    query::SqlOids,
    read::{read_identified, read_printed},
};
pub use self::{
    read::{Reading, read},
    scope::Scope,
    unhandled::Unhandled,
};
