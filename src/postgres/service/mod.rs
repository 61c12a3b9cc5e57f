//! What the service keeps for itself.

pub mod models;
pub mod operations;
