//! Completes an operation with what follows from its method, its path and its content.

use serde_json::{Map, Value, json};

use super::{
    headers::complete_headers,
    parameters,
    problems::{self, reference},
    traits::Traits,
};
use crate::http::response::problem::{
    BODY_TIMEOUT, CONFLICT, INSUFFICIENT_SCOPE, INTERNAL, INVALID, KINDS, Kind, MALFORMED, NOT_ACCEPTABLE,
    NOT_FOUND, PRECONDITION_FAILED, PRECONDITION_REQUIRED, QUOTA_EXCEEDED, TOO_LARGE, UNAUTHORIZED,
    UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE,
};

/// Completes the parameters, the responses with their header fields, and the rejections of an
/// operation.
pub fn complete_operation(
    method: &str,
    path: &str,
    operation: &mut Value,
    rejections: &mut Map<String, Value>,
) {
    let traits = Traits::of(method, path, operation);
    if traits.has_body && operation["requestBody"].get("description").is_none() {
        operation["requestBody"]["description"] = "The content of the request.".into();
    }
    parameters::add(operation, &traits);
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    if traits.is_conditional_read {
        let fields = ["ETag", "Cache-Control"].map(|name| (name.to_owned(), json!({})));
        responses.insert("304".into(), json!({ "headers": Map::from_iter(fields) }));
    }
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        declare_fields(method, status, response, &traits);
    }
    add_minimal_response(responses, &traits);
    for kind in rejections_of(method, &traits) {
        responses.insert(kind.status.as_u16().to_string(), Value::Null);
    }
    for (status, response) in responses.iter_mut() {
        if let Some(kind) = KINDS.iter().find(|kind| kind.status.as_str() == status) {
            let name = problems::component_name(kind, method, traits.has_body);
            *response = reference(&name);
            rejections.entry(name).or_insert_with(|| problems::rejection(kind, method, traits.has_body));
        } else {
            describe(status, response);
            complete_headers(response);
        }
    }
    responses.insert("default".into(), reference(problems::OTHER));
    responses.sort_keys();
}

/// The rejections that an operation can return.
fn rejections_of(method: &str, traits: &Traits) -> Vec<&'static Kind> {
    let mut kinds =
        vec![&MALFORMED, &UNAUTHORIZED, &INSUFFICIENT_SCOPE, &QUOTA_EXCEEDED, &INTERNAL, &UNAVAILABLE];
    let mut add = |applies: bool, more: &[&'static Kind]| kinds.extend(more.iter().filter(|_| applies));
    add(traits.has_content, &[&NOT_ACCEPTABLE]);
    // The body of every write is read, even if it must be empty.
    add(traits.is_write || traits.has_body, &[&BODY_TIMEOUT, &TOO_LARGE, &UNSUPPORTED_MEDIA_TYPE, &INVALID]);
    add(traits.is_write, &[&CONFLICT]);
    // A PUT creates what is missing.
    add(traits.is_below_entity && method != "put", &[&NOT_FOUND]);
    add(traits.is_on_entity, &[&PRECONDITION_FAILED]);
    add(traits.is_on_entity && traits.is_write, &[&CONFLICT]);
    add(traits.is_on_entity && matches!(method, "put" | "patch" | "delete"), &[&PRECONDITION_REQUIRED]);
    kinds
}

/// Declares the header fields of a success.
fn declare_fields(method: &str, status: &str, response: &mut Value, traits: &Traits) {
    let schema = &response["content"]["application/json"]["schema"]["$ref"];
    let returns = |suffix: &str| schema.as_str().is_some_and(|name| name.ends_with(suffix));
    let (is_entity, is_page) = (returns("View"), returns("Page"));
    let mut names = Vec::new();
    let mut add = |applies: bool, name: &'static str| names.extend(Some(name).filter(|_| applies));
    add(status == "201", "Location");
    add(is_entity && method != "put", "ETag");
    add(is_page, "Link");
    add(method == "get" && (is_entity || is_page) || traits.shows_secret, "Cache-Control");
    add(is_page, "Preference-Applied");
    add(traits.is_write, "Idempotent-Replayed");
    // A minimal response to a batch has no entities, but still a body.
    add(
        traits.is_write
            && !traits.shows_secret
            && (status == "201" || !traits.is_on_entity && status == "200"),
        "Preference-Applied",
    );
    if response.get("headers").is_none() {
        response["headers"] = json!({});
    }
    for name in names {
        response["headers"][name] = json!({});
    }
    // A dry run has none.
    if traits.is_write
        && let Some(tag) = response["headers"].get_mut("ETag")
    {
        tag["required"] = false.into();
    }
}

/// Adds the response without a body that a write returns if the client prefers it.
fn add_minimal_response(responses: &mut Map<String, Value>, traits: &Traits) {
    let Some(response) =
        responses.get("200").filter(|_| traits.is_write && traits.is_on_entity && !traits.shows_secret)
    else {
        return;
    };
    let mut headers = response["headers"].clone();
    headers["Preference-Applied"] = json!({});
    let description = "Done. The client preferred no body.";
    responses.insert("204".into(), json!({ "description": description, "headers": headers }));
}

/// Describes a success by its status, unless its operation does.
fn describe(status: &str, response: &mut Value) {
    if response["description"].as_str().is_some_and(|description| !description.is_empty()) {
        return;
    }
    response["description"] = match status {
        "200" => "The request was carried out; the body is the result.",
        "201" => "The entity was created.",
        "204" => "The request was carried out.",
        "304" => "The client has the current representation.",
        _ => "A success.",
    }
    .into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_kinds_with_the_same_status_the_first_is_declared() {
        let is_later = |(index, kind): &(usize, &&'static Kind)| {
            KINDS[..*index].iter().any(|other| other.status == kind.status)
        };
        let later = KINDS.iter().enumerate().filter(is_later).map(|(_, kind)| kind.slug);
        assert_eq!(later.collect::<Vec<_>>(), ["cross-origin-request", "index-building"]);
        assert_eq!(KINDS.len(), 22);
    }
}
