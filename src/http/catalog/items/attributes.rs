//! The JSON object that a client stores with an item.

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

use crate::http::request::json::{self, RESERVED, size};

/// The most bytes of `attributes` as compact JSON, with its numbers written out.
const MAX_BYTES: usize = 64 * 1024;
/// The most bytes of `attributes` as PostgreSQL returns them, with a space after each comma and
/// colon.
pub const MAX_STORED_BYTES: usize = MAX_BYTES / 2 * 3;
/// The deepest nesting of `attributes`.
pub const MAX_DEPTH: usize = 32;

/// A JSON object that the client defines. It stays text, so that numbers keep their value exactly.
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
        if text.starts_with('{') && text.len() <= MAX_BYTES && size::is_plain(text, MAX_DEPTH) {
            return Ok(());
        }
        let size = size::measure(text);
        let (code, detail) = if !text.starts_with('{') {
            ("type", "must be an object".to_owned())
        } else if size.depth > MAX_DEPTH {
            ("too_deep", format!("must not nest deeper than {MAX_DEPTH} levels"))
        } else if size.compact > MAX_BYTES {
            (
                "too_large",
                format!("must have at most {MAX_BYTES} bytes as compact JSON, with numbers written out"),
            )
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
            .description(Some(format!(
                "A JSON object that the client defines: at most {} KiB as compact JSON, with its numbers \
                 written out without exponents, and at most {MAX_DEPTH} levels deep. Names and strings do not contain \
                 U+0000, names do not begin with `{RESERVED}`, and numbers are within double precision.",
                MAX_BYTES / 1024
            )))
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
