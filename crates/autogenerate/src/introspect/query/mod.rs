//! The queries, one for each kind of object.

mod column;
mod constraint;
mod enumeration;
mod extension;
mod index;
mod namespace;
mod sequence;
mod table;

pub(super) use self::{
    column::columns, constraint::constraints, enumeration::enums, extension::extensions, index::indexes,
    namespace::namespaces, sequence::sequences, table::tables,
};
