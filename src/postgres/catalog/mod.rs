//! The catalogue: collections and their items.

pub mod models;
#[cfg(feature = "service")]
pub mod operations;
