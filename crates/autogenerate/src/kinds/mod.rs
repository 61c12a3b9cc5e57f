//! The kinds of objects: for each, its SQL, what differs between two of them, what a new name changes, and the
//! statements that lead from one to the other.
//!
//! A new kind has a file here, in [`schema`](crate::schema), `introspect` and [`model`](crate::model), and is one line
//! in [`KINDS`]; where else it matters, a `match` on [`Object`](crate::schema::Object) does not compile without it.

mod apply;
mod changes;
mod column;
mod constraint;
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
mod table;
mod types;

pub(crate) use self::{changes::Changes, kind::KINDS, planner::Planner, rename::Rename};
