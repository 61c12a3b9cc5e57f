//! What clients keep with an entity beside what the service knows of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{AdditionalProperties, ObjectBuilder},
    },
};
use validator::{Validate, ValidationError, ValidationErrors};

use crate::http::json::{self, inspect};

/// The largest `attributes`, as text with its numbers written out.
const MAX_ATTRIBUTES: usize = 64 * 1024;
/// The deepest `attributes`.
const MAX_ATTRIBUTES_DEPTH: usize = 32;

/// A JSON object of the client's own; kept as text, so that numbers come back as they were written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(Box<RawValue>);

impl From<Attributes> for Box<RawValue> {
    fn from(attributes: Attributes) -> Self {
        attributes.0
    }
}

impl Default for Attributes {
    fn default() -> Self {
        Self(RawValue::from_string("{}".into()).unwrap_or_else(|_| unreachable!("an object")))
    }
}

impl Validate for Attributes {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let text = self.0.get();
        if text.starts_with('{')
            && text.len() <= MAX_ATTRIBUTES
            && inspect::is_plain(text, MAX_ATTRIBUTES_DEPTH)
        {
            return Ok(());
        }
        let size = inspect::measure(text);
        let (code, detail) = if !text.starts_with('{') {
            ("type", "must be an object")
        } else if size.depth > MAX_ATTRIBUTES_DEPTH {
            ("too_deep", "must not nest deeper than 32 levels")
        } else if size.printed > MAX_ATTRIBUTES {
            ("too_large", "must have at most 65536 octets as text, with numbers written out")
        } else {
            return Ok(());
        };
        let mut errors = ValidationErrors::new();
        errors.add(json::WHOLE, ValidationError::new(code).with_message(detail.into()));
        Err(errors)
    }
}

impl PartialSchema for Attributes {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some(
                "A JSON object of the client's own: at most 64 KiB as text, with its numbers written out without exponents, and at \
                 most 32 levels deep. Names and strings do not contain U+0000, and numbers are within double precision.",
            ))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .examples([serde_json::json!({ "color": "red", "weight": 9 })])
            .into()
    }
}

impl ToSchema for Attributes {
    fn name() -> Cow<'static, str> {
        "Attributes".into()
    }
}
