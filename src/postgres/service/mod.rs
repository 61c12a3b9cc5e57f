//! What the service needs for itself: idempotency keys and shared secrets.

pub mod models;
#[cfg(feature = "service")]
pub mod operations;
