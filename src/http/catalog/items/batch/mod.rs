//! Many writes of items in one transaction.

pub mod handlers;
mod operations;
mod schemas;
