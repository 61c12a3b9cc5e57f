//! From bytes to valid values: what a handler receives is already valid.

pub mod access;
pub mod body;
pub mod collection_key;
pub mod content;
pub mod content_coding;
pub mod cursor;
pub mod export;
pub mod field;
pub mod fields;
pub mod head;
pub mod json;
pub mod listing;
pub mod media_type;
pub mod negotiation;
pub mod patch;
pub mod path;
pub mod preconditions;
pub mod prefer;
pub mod query;
pub mod query_content;
pub mod schema;
pub mod sort;
pub mod spooled;
mod target;
pub mod text;
pub mod valid;
