//! The catalogue: items.

pub mod models;
#[cfg(feature = "service")]
pub mod operations;
