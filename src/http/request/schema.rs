//! JSON Schemas that clients write, and what they say of values.

use std::borrow::Cow;

use curio_schema::{Fault as SchemaFault, Faults, Schema as Validator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, SchemaType},
    },
};
use validator::{Validate, ValidationError, ValidationErrors};

use super::{
    json::{self, size},
    valid::at_length,
};
use crate::error::{Error, Fault};

/// The most steps of a validation that is so short that other requests can wait for it.
const FEW_STEPS: usize = 20_000;

/// A JSON Schema, if there is one. It stays text, so that numbers keep their value exactly.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OptionalSchema(Option<Box<RawValue>>);

impl From<OptionalSchema> for Option<Box<RawValue>> {
    fn from(schema: OptionalSchema) -> Self {
        schema.0
    }
}

impl Validate for OptionalSchema {
    fn validate(&self) -> Result<(), ValidationErrors> {
        self.0.as_ref().map_or(Ok(()), |schema| compile(schema).map(|_| ()))
    }
}

impl PartialSchema for OptionalSchema {
    fn schema() -> RefOr<Schema> {
        document("The JSON Schema of the attributes of items, null if there is none").into()
    }
}

impl ToSchema for OptionalSchema {}

/// A JSON Schema. It stays text until it is compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequiredSchema(Box<RawValue>);

impl RequiredSchema {
    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl Validate for RequiredSchema {
    fn validate(&self) -> Result<(), ValidationErrors> {
        compile(&self.0).map(|_| ())
    }
}

impl PartialSchema for RequiredSchema {
    fn schema() -> RefOr<Schema> {
        document("A JSON Schema of the attributes of items").into()
    }
}

impl ToSchema for RequiredSchema {
    fn name() -> Cow<'static, str> {
        "JsonSchema".into()
    }
}

/// Any value: generated clients have no type for an object or a boolean.
fn document(meaning: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .description(Some(format!(
            "{meaning}: an object or a boolean. JSON Schema 2020-12: at most {} KiB as compact JSON, with its numbers written out \
             without exponents. A `$ref` begins with `#`, `$id` is at the root only, there is no \
             `$dynamicRef`, `format` is an annotation, and patterns have no look-around and no \
             back-references.",
            curio_schema::MAX_BYTES / 1024
        )))
        .examples([example()])
}

fn example() -> Value {
    serde_json::json!({ "type": "object", "properties": { "watts": { "type": "number", "minimum": 0 } } })
}

/// Compiles a schema of a client.
fn compile(schema: &RawValue) -> Result<Validator, ValidationErrors> {
    let text = schema.get();
    let fault = |code, detail| SchemaFault { pointer: String::new(), code, detail };
    let is_schema = matches!(text.as_bytes(), [b'{', ..] | b"true" | b"false");
    if !is_schema {
        return Err(errors([fault("type", "must be an object or a boolean".into())]));
    }
    if size::measure(text).compact > curio_schema::MAX_BYTES {
        let most = curio_schema::MAX_BYTES;
        let detail = format!("must have at most {most} bytes as compact JSON, with numbers written out");
        return Err(errors([fault("too_large", detail)]));
    }
    let Ok(value) = serde_json::from_str(text) else {
        return Err(errors([fault("invalid", "is not valid".into())]));
    };
    Validator::compile(&value).map_err(|faults| errors(all(faults)))
}

/// Compiles a schema that was validated before.
///
/// # Errors
///
/// [`Error::Internal`] if it is not valid.
pub fn compile_valid(text: &str) -> Result<Validator, Error> {
    let value = serde_json::from_str(text).map_err(Error::internal)?;
    Validator::compile(&value)
        .map_err(|faults| Error::internal(format!("a schema was valid: {:?}", faults.list)))
}

fn errors(faults: impl IntoIterator<Item = SchemaFault>) -> ValidationErrors {
    let mut errors = ValidationErrors::new();
    for SchemaFault { pointer, code, detail } in faults {
        let mut error = ValidationError::new(code).with_message(detail.into());
        error.add_param(json::INSIDE.into(), &pointer);
        errors.add(json::WHOLE, error);
    }
    errors
}

/// Validates a value of which this is the text.
pub async fn violations(schema: &Validator, text: &str) -> Vec<Fault> {
    let value = match parse(text) {
        Ok(value) => value,
        Err(fault) => return vec![fault],
    };
    let mut steps = FEW_STEPS;
    match schema.validate_within(&value, &mut steps) {
        Err(_) if steps == 0 => at_length(|| listed(schema.validate(&value))).await,
        result => listed(result),
    }
}

/// As [`violations`], for one of several values that share a number of steps, off the runtime.
pub fn violations_within(schema: &Validator, text: &str, steps: &mut usize) -> Vec<Fault> {
    match parse(text) {
        Ok(value) => listed(schema.validate_within(&value, steps)),
        Err(fault) => vec![fault],
    }
}

fn parse(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::at("", "invalid", "is not valid"))
}

fn listed(result: Result<(), Faults>) -> Vec<Fault> {
    let faults = result.err().into_iter().flat_map(all);
    faults.map(|SchemaFault { pointer, code, detail }| Fault::at(pointer, code, detail)).collect()
}

/// The faults, and one more if there are more than these, so that the problem says so.
fn all(faults: Faults) -> impl Iterator<Item = SchemaFault> {
    let Faults { list, truncated } = faults;
    let more = list.last().filter(|_| truncated && list.len() == curio_schema::MAX_FAULTS).cloned();
    list.into_iter().chain(more)
}
