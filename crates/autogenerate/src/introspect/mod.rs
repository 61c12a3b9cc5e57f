//! Reads what a database holds from PostgreSQL's catalogs (versions 15 to 18), as PostgreSQL itself prints it.
//!
//! The queries are the `.sql` files in `query`, one a kind of object; their number does not grow with the number
//! of tables.
//!
//! Expressions are as PostgreSQL prints them once it has read what it printed first, so that what is created from a
//! reading reads like it.

mod query;
mod read;
mod scope;
mod settings;
mod settle;
mod unhandled;
mod uses;

pub(crate) use self::read::read_printed;
pub use self::{
    read::{Reading, read},
    scope::Scope,
    unhandled::Unhandled,
};
