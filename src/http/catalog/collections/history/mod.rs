//! The schemas that a collection ever had.

pub mod handlers;
mod schemas;
