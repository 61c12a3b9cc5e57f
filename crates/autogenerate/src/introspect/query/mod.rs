//! The queries, one for each kind of object.

mod column;
mod constraint;
mod enumeration;
mod extension;
mod index;
mod namespace;
mod reader;
mod sequence;
mod sql_object;
mod table;

pub(super) use self::reader::Reader;
pub(crate) use self::reader::SqlOids;
