//! From values to bytes: JSON, pages, problem documents.

pub mod held;
pub mod json;
pub mod page;
pub mod problem;
pub mod reply;
