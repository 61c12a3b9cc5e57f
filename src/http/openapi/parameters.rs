//! Parameters that many operations have, told by what an operation is and can answer, and the answers that come of them.
//!
//! `http::write` reads those of writes, `http::preconditions` the conditions.

use serde_json::{Map, Value, json};

use crate::http::problem::{self, Kind};

/// What an entity tag list looks like in a field.
const ENTITY_TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$"#;
const KEY: &str = r#"^([!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#;

/// The parameters as components of the document.
pub fn components() -> Value {
    let header = |name: &str, pattern: &str, length: u32, example: &str, description: &str| {
        let schema = json!({ "type": "string", "pattern": pattern, "maxLength": length });
        json!({ "name": name, "in": "header", "description": description, "schema": schema, "example": example })
    };
    json!({
        "IdempotencyKey": header(
            "Idempotency-Key", KEY, 512, "8e03978e-40d5-43dd-bc93-6894a57f9324",
            "A key of the client's own choice for this request. The answer to a request that was carried out is kept under its key for 24 \
             hours, and given again, with `Idempotent-Replayed`, to whoever sends the same request with it from the same address.",
        ),
        "IfMatch": header(
            "If-Match", ENTITY_TAGS, 8192, "\"1\"",
            "Entity tags of which the item must have one, or `*`; compared strongly, so a weak tag matches none.",
        ),
        "IfNoneMatch": header(
            "If-None-Match", ENTITY_TAGS, 8192, "\"7\"",
            "Entity tags of which the item must have none; with `*` there must be no item.",
        ),
        "KnownEntityTags": header(
            "If-None-Match", ENTITY_TAGS, 8192, "\"1\"",
            "Entity tags that the client has already; if the current one is among them, the answer is 304.",
        ),
        "Prefer": header(
            "Prefer", "^[ -~\\t]*$", 1024, "return=minimal",
            "`return=minimal` asks for an answer without a body (RFC 7240); other preferences are ignored.",
        ),
        "ValidateOnly": {
            "name": "validate_only",
            "in": "query",
            "description": "Try it: everything is done and checked, and then taken back. The answer is that of the real write.",
            "schema": { "type": "boolean", "default": false },
        },
    })
}

/// Adds the parameters to an operation, and to its answers what they change; returns the refusals that they can bring about.
pub fn complete_operation(method: &str, path: &str, operation: &mut Value) -> Vec<&'static Kind> {
    let Some(responses) = operation["responses"].as_object_mut() else { return Vec::new() };
    let mut kinds = Vec::new();
    let mut names = Vec::new();
    if responses.contains_key("304") {
        names.extend(["IfMatch", "KnownEntityTags"]);
    }
    if matches!(method, "post" | "put" | "patch" | "delete") {
        names.push("ValidateOnly");
        let keyed = matches!(method, "post" | "patch");
        if add_answers(responses, keyed) {
            names.push("Prefer");
        }
        if keyed {
            names.push("IdempotencyKey");
            kinds.extend([&problem::CONFLICT, &problem::INVALID]);
        }
        // Many entities at once have their conditions in the body.
        if responses.contains_key("412") && path.contains("/{id}") {
            names.extend(["IfMatch", "IfNoneMatch"]);
        }
    }
    let mut references =
        names.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).peekable();
    match &mut operation["parameters"] {
        Value::Array(parameters) => parameters.extend(references),
        parameters if references.peek().is_some() => *parameters = references.collect(),
        _ => {}
    }
    kinds
}

/// Adds the answer without a body, and the fields that tell what was made of a preference and a key; returns whether there was a body.
fn add_answers(responses: &mut Map<String, Value>, keyed: bool) -> bool {
    let mut minimal = None;
    let mut has_content = false;
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        if response.get("headers").is_none() {
            response["headers"] = json!({});
        }
        if keyed {
            let description = "The answer was given before, to the same request with the same key.";
            response["headers"]["Idempotent-Replayed"] = json!({ "description": description });
        }
        if response.get("content").is_none() {
            continue;
        }
        has_content = true;
        let applied = json!({ "description": "The preference that was followed." });
        if status == "200" {
            let mut headers = response["headers"].clone();
            headers["Preference-Applied"] = applied;
            minimal = Some(
                json!({ "description": "It was done, and the client wanted no body.", "headers": headers }),
            );
        } else {
            response["headers"]["Preference-Applied"] = applied;
        }
    }
    if let Some(minimal) = minimal {
        responses.insert("204".into(), minimal);
    }
    has_content
}
