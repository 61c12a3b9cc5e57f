//! The catalogue: items.

pub mod models;
#[cfg(feature = "service")]
pub mod operations;

/// Check constraint → location in an entity (a JSON Pointer), code, and what would be right.
pub const RULES: &[(&str, &str, &str, &str)] = &[
    ("items_name_check", "/name", "length", "must have 1 to 200 characters"),
    ("items_status_check", "/status", "enum", "must be draft, active or archived"),
    ("items_attributes_check", "/attributes", "type", "must be an object"),
];
