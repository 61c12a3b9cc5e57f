//! Generates the code.

mod definition;
mod empty;
mod enumeration;
mod newtype;
mod table;
mod tokens;

pub use self::{
    definition::{composite, domain},
    empty::{Model, empty},
    enumeration::enumeration,
    newtype::newtype,
    table::table,
};
