//! What the service keeps for itself.

pub mod models;
#[cfg(feature = "service")]
pub mod operations;
