//! Generates the code.

mod definition;
mod enumeration;
mod newtype;
mod table;
mod tokens;

pub use self::{
    definition::{composite, domain},
    enumeration::enumeration,
    newtype::newtype,
    table::table,
};
