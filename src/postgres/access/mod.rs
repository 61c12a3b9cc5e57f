//! Access: API keys.

pub mod models;
#[cfg(feature = "service")]
pub mod operations;
