//! Operations on the service's own rows.

pub mod idempotency_key;
pub mod key;
