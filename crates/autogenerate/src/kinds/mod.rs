//! The kinds of objects: for each, its SQL, its comparison, the effects of a rename, and the
//! statements that migrate it.
//!
//! A new kind gets a file here, in [`schema`](crate::schema), `introspect` and
//! [`model`](crate::model), and a line in [`KINDS`]. The compiler finds everything else: a `match`
//! on [`Object`](crate::schema::Object) without it does not compile.

mod apply;
mod changes;
mod column;
mod constraint;
mod default_privileges;
mod definition;
mod delta;
mod enumeration;
mod extension;
mod index;
mod kind;
mod namespace;
mod planner;
mod rename;
mod sequence;
mod slot;
mod sql_object;
mod swap;
mod table;
mod types;

pub(crate) use self::{changes::Changes, kind::KINDS, planner::Planner, rename::Rename};
