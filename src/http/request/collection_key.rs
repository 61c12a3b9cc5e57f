//! The key of a collection, in paths and in bodies.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema, Type,
        schema::{ObjectBuilder, SchemaType},
    },
};
use validator::ValidationError;

use super::{path::PathKey, query::Expected};
use crate::{
    access::is_collection_key,
    http::limits::{MAX_COLLECTION_KEY, MAX_LABEL, MAX_LABELS},
};

/// A key as a pattern, for the document.
pub const COLLECTION_KEY: &str = r"^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,3}$";

const DETAIL: &str = "must be 1 to 4 labels of a-z, 0-9 and -, joined by dots, such as acme.lamps";

/// The key of a collection: labels joined by dots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectionKey(String);

impl CollectionKey {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CollectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PathKey for CollectionKey {
    const NAME: &'static str = "key";

    fn parse(text: &str) -> Result<Self, Expected> {
        if is_collection_key(text) { Ok(Self(text.to_owned())) } else { Err(Expected("key", DETAIL.into())) }
    }
}

impl PartialSchema for CollectionKey {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!(
                "The key of a collection, which never changes: 1 to {MAX_LABELS} labels, joined by dots. A label has 1 to {MAX_LABEL} \
                 characters: lower-case letters, digits and hyphens, a letter first."
            )))
            .min_length(Some(1))
            .max_length(Some(MAX_COLLECTION_KEY))
            .pattern(Some(COLLECTION_KEY))
            .into()
    }
}

impl ToSchema for CollectionKey {}

/// The schema of an optional key that means a collection, as `description` says.
pub fn optional_schema(description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some(description))
        .min_length(Some(1))
        .max_length(Some(MAX_COLLECTION_KEY))
        .pattern(Some(COLLECTION_KEY))
        .into()
}

impl From<CollectionKey> for String {
    fn from(key: CollectionKey) -> Self {
        key.0
    }
}

/// Validates a key in a body as one in a path.
///
/// # Errors
///
/// The code `key`.
pub fn validate_key(CollectionKey(text): &CollectionKey) -> Result<(), ValidationError> {
    let fault = || ValidationError::new("key").with_message(DETAIL.into());
    if is_collection_key(text) { Ok(()) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_to_four_labels() {
        let longest = "a".repeat(MAX_LABEL);
        for key in ["lamps", "acme.lamps", "a.b-2.c.d", &longest, &[&*longest; MAX_LABELS].join(".")] {
            assert!(is_collection_key(key), "{key}");
        }
        let long = "a".repeat(MAX_LABEL + 1);
        for text in ["", ".", "a.", ".a", "a..b", "A", "1", "-a", "a_b", "a b", "\u{e9}", "a.b.c.d.e", &long]
        {
            assert!(!is_collection_key(text), "{text}");
        }
    }
}
