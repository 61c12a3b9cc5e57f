//! The rejections as components of the document.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::headers::complete_headers;
use crate::http::response::problem::{INVALID, Kind, MALFORMED, PRECONDITION_FAILED, UNSUPPORTED_MEDIA_TYPE};

/// The component for the statuses that an operation does not declare.
pub const OTHER: &str = "OtherProblem";

/// A reference to a component.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// `not-found` → `NotFound`. PATCH has its own field for the supported media types, and an
/// operation without a body has none.
pub fn component_name(kind: &Kind, method: &str, has_body: bool) -> String {
    let capitalized = |word: &str| word[..1].to_uppercase() + &word[1..];
    let name: String = kind.slug.split('-').map(capitalized).collect();
    match method {
        _ if *kind != UNSUPPORTED_MEDIA_TYPE => name,
        _ if !has_body => "UnsupportedContentCoding".into(),
        "patch" => name + "OfPatch",
        _ => name,
    }
}

/// The response with a kind of problem.
pub fn rejection(kind: &Kind, method: &str, has_body: bool) -> Value {
    let mut headers = Map::new();
    let fields: &[&str] = match kind.status {
        StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            &["Retry-After"]
        }
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => &["WWW-Authenticate"],
        StatusCode::UNSUPPORTED_MEDIA_TYPE if !has_body => &["Accept-Encoding"],
        StatusCode::UNSUPPORTED_MEDIA_TYPE if method == "patch" => &["Accept-Patch", "Accept-Encoding"],
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &["Accept", "Accept-Encoding"],
        _ => &[],
    };
    headers.extend(fields.iter().map(|name| ((*name).to_owned(), json!({}))));
    let mut response = json!({
        "description": format!("{} {}", kind.title, kind.meaning),
        "headers": headers,
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": { kind.slug: { "summary": kind.title, "value": example(kind) } },
        } },
    });
    complete_headers(&mut response);
    // The other kinds of problems with these statuses lack the field.
    match kind.status {
        // Another request holds the key or a lock, so that a retry may succeed.
        StatusCode::CONFLICT => response["headers"]["Retry-After"]["required"] = false.into(),
        // `Authorization` is malformed, or a grant would do.
        StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => {
            response["headers"]["WWW-Authenticate"]["required"] = false.into();
        }
        _ => {}
    }
    response
}

/// The response with any status of 400 and above that an operation does not declare.
pub fn other() -> Value {
    let mut response = json!({
        "description": "Any other rejection.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    complete_headers(&mut response);
    response
}

fn example(kind: &Kind) -> Value {
    let mut example = json!({
        "type": format!("/problems/{}", kind.slug),
        "title": kind.title,
        "status": kind.status.as_u16(),
        "detail": kind.title,
        "instance": "urn:uuid:0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55",
    });
    if *kind == INVALID {
        example["errors"] =
            json!([{ "pointer": "#/name", "code": "too_short", "detail": "must have at least 1 character" }]);
    } else if *kind == MALFORMED {
        example["errors"] =
            json!([{ "parameter": "limit", "code": "limit", "detail": "must be an integer from 1 to 200" }]);
    } else if *kind == PRECONDITION_FAILED {
        example["current_etag"] = "\"2\"".into();
    }
    example
}
