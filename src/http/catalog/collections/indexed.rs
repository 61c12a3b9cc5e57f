//! The attributes of a collection that items can be sorted by.

use std::collections::HashSet;

use curio_filter::ValuePath;
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema, schema::ArrayBuilder},
};
use validator::{Validate, ValidationError, ValidationErrors};

use crate::{
    http::{limits::MAX_SPELLED_PATH, request::json},
    postgres::catalog::models::{IndexContent, IndexState, IndexType},
};

/// The most indexed attributes of a collection.
const MAX_INDEXED: usize = 8;
/// The most characters of a path in its canonical spelling.
const MAX_PATH: usize = 200;

/// The attributes that items can be sorted by. A change is carried out in the background.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IndexedAttributes(Vec<IndexedAttribute>);

/// An attribute that items can be sorted by, and found by ranges.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "path": "price", "type": "number", "state": "ready" })))]
pub struct IndexedAttribute {
    /// Where in `attributes` the value is, as in a filter: `price`, `size.width`, or with quotes
    /// `"strange key"`. It has at most 200 characters without needless quotes and escapes.
    #[schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]+$")]
    path: String,
    /// The values that have an order. Others are at the end, like those that are missing.
    #[serde(rename = "type")]
    #[schema(value_type = IndexedType)]
    kind: String,
    /// Whether items can be sorted by it already. The server alone writes it; it is ignored in
    /// requests.
    #[serde(default, deserialize_with = "ignore", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, read_only)]
    state: Option<IndexedState>,
}

/// Accepts any value, and none of it.
fn ignore<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<Option<T>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| None)
}

/// The type of the values that have an order.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the type, which is checked together with the path")]
enum IndexedType {
    /// Numbers.
    Number,
    /// Strings, by code points.
    String,
    /// `false` before `true`.
    Boolean,
    /// Strings that are timestamps (RFC 3339), by their instants.
    Timestamp,
}

/// Whether items can be sorted by an attribute.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndexedState {
    /// The items that were there before are being indexed.
    Building,
    /// All items are indexed.
    Ready,
}

impl PartialSchema for IndexedAttributes {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(Ref::from_schema_name(IndexedAttribute::name()))
            .max_items(Some(MAX_INDEXED))
            .description(Some("The attributes that items can be sorted by, and found by ranges."))
            .into()
    }
}

impl ToSchema for IndexedAttributes {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((IndexedAttribute::name().into(), IndexedAttribute::schema()));
        IndexedAttribute::schemas(schemas);
    }
}

impl Validate for IndexedAttributes {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let mut add = |pointer: &str, code, detail: String| {
            let mut error = ValidationError::new(code).with_message(detail.into());
            error.add_param(json::INSIDE.into(), &pointer);
            errors.add(json::WHOLE, error);
        };
        if self.0.len() > MAX_INDEXED {
            add("", "too_long", format!("must have at most {MAX_INDEXED} elements"));
        }
        let mut paths = HashSet::new();
        for (index, IndexedAttribute { path, kind, .. }) in self.0.iter().enumerate() {
            if IndexType::from_name(kind).is_none() {
                let names = IndexType::ALL.map(IndexType::as_str).join(", ");
                add(&format!("/{index}/type"), "enum", format!("must be one of {names}"));
            }
            let pointer = format!("/{index}/path");
            match parse_path(path) {
                Err(detail) => add(&pointer, "path", detail),
                Ok(path) => {
                    if !paths.insert(path) {
                        add(&pointer, "duplicate", "must differ from the paths before it".into());
                    }
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Parses a path; fails with what would be right.
fn parse_path(text: &str) -> Result<ValuePath, String> {
    let path = ValuePath::parse(text).map_err(|error| format!("must be a path: {error}"))?;
    let count = |text: &str| text.chars().count();
    if count(text) > MAX_SPELLED_PATH || count(&path.to_string()) > MAX_PATH {
        return Err(format!("must have at most {MAX_PATH} characters"));
    }
    Ok(path)
}

impl From<IndexedAttributes> for Vec<IndexContent> {
    fn from(IndexedAttributes(attributes): IndexedAttributes) -> Self {
        let contents = attributes.into_iter().filter_map(|IndexedAttribute { path, kind, .. }| {
            let (path, kind) = (ValuePath::parse(&path).ok()?, IndexType::from_name(&kind)?);
            Some(IndexContent { path: path.to_string(), json_path: path.jsonpath(), kind })
        });
        contents.collect()
    }
}

impl From<Vec<IndexState>> for IndexedAttributes {
    fn from(indexes: Vec<IndexState>) -> Self {
        let attributes = indexes.into_iter().map(|IndexState { path, kind, is_ready }| {
            let state = if is_ready { IndexedState::Ready } else { IndexedState::Building };
            IndexedAttribute { path, kind: kind.as_str().to_owned(), state: Some(state) }
        });
        Self(attributes.collect())
    }
}
