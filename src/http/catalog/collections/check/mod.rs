//! Trying a schema on the items of a collection.

pub mod handlers;
mod schemas;
mod walk;
