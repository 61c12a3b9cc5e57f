//! Operations on access.

pub mod key;
