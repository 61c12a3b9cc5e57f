//! Operations on access.
