//! The parameters that many operations share.

use serde_json::{Value, json};

use super::traits::Traits;
use crate::{
    http::{
        limits::{MAX_COLLECTION_KEY, MAX_ENTITY_TAGS, MAX_KEY, MAX_KEY_FIELD, MAX_STORED, MEBIBYTE},
        request::{collection_key::COLLECTION_KEY, preconditions::ENTITY_TAGS},
    },
    postgres::count::MAX_COUNT,
};

/// A bare key, or one in quotation marks with parameters.
fn key_pattern() -> String {
    let last = MAX_KEY - 1;
    let parameter = r#"; *[a-z*][a-z0-9_.*-]*(=([!#-+\--:<-~]+|"([ !#-\[\]-~]|\\["\\])*"))?"#;
    format!(r#"^([!#-~][!-~]{{0,{last}}}|"([!#-\[\]-~]|\\["\\]){{1,{MAX_KEY}}}"({parameter})*)$"#)
}

/// The parameters as components of the document.
pub fn components() -> Value {
    let mut components = of_paths();
    if let (Value::Object(all), Value::Object(others)) = (&mut components, of_requests()) {
        all.extend(others);
    }
    components
}

fn of_paths() -> Value {
    json!({
        "Id": {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The id of the entity.",
            "schema": { "type": "string", "format": "uuid" },
        },
        "Key": {
            "name": "key",
            "in": "path",
            "required": true,
            "description": "The key of the collection.",
            "schema": { "type": "string", "pattern": COLLECTION_KEY, "maxLength": MAX_COLLECTION_KEY },
            "example": "acme.lamps",
        },
        "KeyId": {
            "name": "key_id",
            "in": "path",
            "required": true,
            "description": "The id of the API key.",
            "schema": { "type": "string", "pattern": "^[0-9A-Za-z]{8}$", "minLength": 8, "maxLength": 8 },
            "example": "4fR9xQ2b",
        },
        "Version": {
            "name": "version",
            "in": "path",
            "required": true,
            "description": "The version of the schema.",
            "schema": { "type": "integer", "format": "int32", "minimum": 1, "maximum": i32::MAX },
            "example": 1,
        },
    })
}

/// A header field. Its example is one of the value: Swagger UI would send an example of the
/// parameter with every request.
fn header(name: &str, mut schema: Value, example: &str, description: &str) -> Value {
    schema["examples"] = json!([example]);
    json!({ "name": name, "in": "header", "description": description, "schema": schema })
}

fn of_requests() -> Value {
    let text =
        |pattern: &str, length: usize| json!({ "type": "string", "pattern": pattern, "maxLength": length });
    let tags = || text(ENTITY_TAGS, MAX_ENTITY_TAGS);
    json!({
        "IdempotencyKey": header(
            "Idempotency-Key", text(&key_pattern(), MAX_KEY_FIELD), "8e03978e-40d5-43dd-bc93-6894a57f9324",
            &format!(
                "A key that the client chose for this request. The response to a request that was carried out \
                 is stored under its key for 24 hours, and replayed with `Idempotent-Replayed` to the same \
                 request with the same key from the same client: the same API key, subject of tokens, or address. A \
                 response of more than {} MiB is not stored: its replay has the status and the header fields, and a `detail` that says so. The \
                 parameters of a key in quotation marks are ignored.",
                MAX_STORED / MEBIBYTE
            ),
        ),
        "IfMatch": header(
            "If-Match", tags(), "\"1\"",
            "Entity tags of which the entity must have one, or `*`. They are compared strongly, so a weak tag \
             matches nothing.",
        ),
        "IfNoneMatch": header(
            "If-None-Match", tags(), "\"7\"",
            "Entity tags of which the entity must have none; with `*`, there must be no entity.",
        ),
        "KnownEntityTags": header(
            "If-None-Match", tags(), "\"1\"",
            "Entity tags that the client has; if the current one is among them, the response is 304.",
        ),
        "Prefer": header(
            "Prefer", text("^[ -~\\t\\x80-\\xff]*$", 1024), "return=minimal",
            "`return=minimal` asks for a response without a body, or for batch results without entities \
             (RFC 7240); other preferences are ignored.",
        ),
        "PreferCount": header(
            "Prefer", text("^[ -~\\t\\x80-\\xff]*$", 1024), "count=exact",
            &format!(
                "`count=exact` asks for the number of entities in the list. Up to {MAX_COUNT} are counted; a longer \
                 list is estimated (RFC 7240)."
            ),
        ),
        "ValidateOnly": {
            "name": "validate_only",
            "in": "query",
            "description": "A dry run: everything is done and checked, then rolled back. The response is that of \
                            the real write, without an `ETag`.",
            "schema": { "type": "boolean", "default": false },
        },
    })
}

/// Adds the shared parameters to an operation.
pub fn add(operation: &mut Value, traits: &Traits) {
    let mut names: Vec<&str> = Vec::new();
    let mut add = |applies: bool, more: &[&'static str]| names.extend(more.iter().filter(|_| applies));
    add(true, &traits.path_parameters);
    add(traits.is_conditional_read, &["IfMatch", "KnownEntityTags"]);
    add(traits.is_list, &["PreferCount"]);
    add(traits.is_write, &["ValidateOnly"]);
    add(traits.is_write && traits.has_content && !traits.shows_secret, &["Prefer"]);
    add(traits.is_write, &["IdempotencyKey"]);
    // Many entities at once have their preconditions in the body.
    add(traits.is_write && traits.is_on_entity, &["IfMatch", "IfNoneMatch"]);
    let mut references: Vec<Value> =
        names.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect();
    match &mut operation["parameters"] {
        Value::Array(parameters) => parameters.append(&mut references),
        parameters if !references.is_empty() => *parameters = references.into(),
        _ => {}
    }
}
