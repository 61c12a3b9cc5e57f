//! Many writes of items in one transaction.

pub mod handlers;
mod operations;
mod plan;
mod schemas;
pub mod validation;
