//! The OpenAPI document: gathered from the handlers by utoipa, then completed here with what holds for every operation.
//!
//! utoipa's attributes cannot express headers with limits or the refusals that any operation can answer with, and repeating them at
//! each handler would drown what is particular to it. So they are stated once, in this file.

mod parameters;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use axum::{Router, response::IntoResponse, routing::get};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::{
    App, catalog,
    problem::{self, KINDS, Kind},
    query,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Curio",
        description = "A catalogue of items: a name, a status and free-form JSON attributes.\n\nEvery answer of 400 and above is a problem \
                       document (RFC 9457). Unknown parameters and members of a request are refused. No credentials are asked for: who \
                       may reach the service is decided in front of it.",
        contact(name = "The maintainers of Curio", url = "https://curio.example/", email = "maintainers@curio.example"),
        license(name = "MIT OR Apache-2.0", url = "https://spdx.org/licenses/"),
    ),
    servers((url = "/", description = "The service that this document was read from: local, staging or production.")),
    security(()),
    tags((name = "items", description = "What the catalogue keeps.")),
    components(schemas(problem::Document, problem::Entry)),
)]
struct Base;

/// Every address of the API, with its documentation.
pub(super) fn api() -> OpenApiRouter<Arc<App>> {
    // Not nested under `/v1`: axum then rewrites the address of every request on its way in.
    OpenApiRouter::with_openapi(Base::openapi()).merge(catalog::routes())
}

/// The document as it is committed and served.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let text = serde_json::to_string_pretty(&*DOCUMENT);
        text.unwrap_or_else(|_| unreachable!("a JSON value is serializable")) + "\n"
    });
    &TEXT
}

/// What checks a value against a schema of the document.
pub fn validator(schema: &str) -> Option<&'static Validator> {
    static VALIDATORS: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
        let schemas = DOCUMENT["components"]["schemas"].as_object().into_iter().flatten();
        let validator = |(name, _): (&String, &Value)| {
            let reference = format!("#/components/schemas/{name}");
            let schema = json!({ "$ref": reference, "components": DOCUMENT["components"] });
            jsonschema::options()
                .should_validate_formats(true)
                .build(&schema)
                .ok()
                .map(|validator| (name.clone(), validator))
        };
        schemas.filter_map(validator).collect()
    });
    VALIDATORS.get(schema)
}

/// The first example of a schema of the document; null where it has none.
#[must_use]
pub fn example(schema: &str) -> &'static Value {
    &DOCUMENT["components"]["schemas"][schema]["examples"][0]
}

/// `/openapi.json`, and pages at `/docs` that need nothing from anywhere else.
pub fn routes() -> Router<Arc<App>> {
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let headers = [json, (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    // What Swagger UI's pages do: their own scripts, styles in attributes, images in data URLs, and requests to this service.
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                  connect-src 'self'; frame-ancestors 'none'";
    let policy =
        SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    let pages: Router<Arc<App>> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    pages.route_layer(policy).route("/openapi.json", get(|| async { (headers, text()).into_response() }))
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let (_, document) = api().split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_else(|_| unreachable!("serializable"));
    // utoipa has no word for it: the document is for everybody who can reach the service.
    document["servers"][0]["x-internal"] = false.into();
    let mut refusals = Map::from_iter([(OTHER.to_owned(), other_refusal())]);
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            complete_operation(method, path, operation, &mut refusals);
        }
    }
    document["components"]["parameters"] = parameters::components();
    refusals.sort_keys();
    document["components"]["responses"] = Value::Object(refusals);
    limit_strings(&mut document);
    document
});

/// The component for the statuses that an operation does not name.
const OTHER: &str = "OtherProblem";

/// Adds the refusals that the operation can answer with, and the header fields of all its answers.
fn complete_operation(method: &str, path: &str, operation: &mut Value, refusals: &mut Map<String, Value>) {
    let mut kinds = parameters::complete_operation(method, path, operation);
    let has_body = operation.get("requestBody").is_some();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    let has_content = responses.values().any(|response| response.get("content").is_some());
    kinds.extend([&problem::MALFORMED, &problem::UNAUTHORIZED, &problem::TOO_MANY_REQUESTS]);
    kinds.extend([&problem::INTERNAL, &problem::UNAVAILABLE]);
    if has_content {
        kinds.push(&problem::NOT_ACCEPTABLE);
    }
    if has_body {
        kinds.extend([&problem::BODY_TIMEOUT, &problem::TOO_LARGE]);
        kinds.extend([&problem::UNSUPPORTED_MEDIA_TYPE, &problem::INVALID]);
    }
    for kind in kinds {
        responses.insert(kind.status.as_u16().to_string(), Value::Null);
    }
    for (status, response) in responses.iter_mut() {
        match KINDS.iter().find(|kind| kind.status.as_str() == status) {
            Some(kind) => {
                let name = component_name(kind, method);
                *response = reference(&name);
                refusals.entry(name).or_insert_with(|| refusal(kind, method));
            }
            None => complete_headers(response),
        }
    }
    responses.insert("default".into(), reference(OTHER));
    responses.sort_keys();
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// `not-found` → `NotFound`; PATCH has its own field for the media types that are taken.
fn component_name(kind: &Kind, method: &str) -> String {
    let capitalized = |word: &str| word[..1].to_uppercase() + &word[1..];
    let name: String = kind.slug.split('-').map(capitalized).collect();
    if *kind == problem::UNSUPPORTED_MEDIA_TYPE && method == "patch" { name + "OfPatch" } else { name }
}

/// The answer that a kind of problem makes.
fn refusal(kind: &Kind, method: &str) -> Value {
    let mut example = json!({
        "type": format!("/problems/{}", kind.slug),
        "title": kind.title,
        "status": kind.status.as_u16(),
        "detail": kind.title,
        "instance": "urn:uuid:0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55",
    });
    if *kind == problem::INVALID {
        example["errors"] =
            json!([{ "pointer": "#/name", "code": "too_short", "detail": "must have at least 1 character" }]);
    } else if *kind == problem::MALFORMED {
        example["errors"] =
            json!([{ "parameter": "limit", "code": "limit", "detail": "must be an integer from 1 to 200" }]);
    }
    if *kind == problem::PRECONDITION_FAILED {
        example["current_etag"] = "\"2\"".into();
    }
    let mut headers = Map::new();
    let mut declare =
        |name: &str, description: &str| headers.insert(name.into(), json!({ "description": description }));
    match kind.status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            declare("Retry-After", "In how many seconds a repetition is worth while.");
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            let name = if method == "patch" { "Accept-Patch" } else { "Accept" };
            declare(name, "The media types that are taken.");
        }
        _ => {}
    }
    let mut response = json!({
        "description": format!("{} {}", kind.title, kind.meaning),
        "headers": headers,
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": { kind.slug: { "summary": kind.title, "value": example } },
        } },
    });
    complete_headers(&mut response);
    response
}

/// The answer with any status of 400 and above that an operation does not name.
fn other_refusal() -> Value {
    let mut response = json!({
        "description": "Any other refusal.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    complete_headers(&mut response);
    response
}

/// The header fields that every answer has, and the limits of those that this one declares.
fn complete_headers(response: &mut Value) {
    let always = [
        ("X-Request-Id", "The request's id: the client's own, or a new one."),
        (
            "RateLimit-Policy",
            "How many requests (q) a client address may make in how many seconds (w), where there is a limit.",
        ),
        (
            "RateLimit",
            "How many requests are left (r), and in how many seconds (t) the whole quota is there again, where there is a limit.",
        ),
        (
            "Access-Control-Allow-Origin",
            "The origin whose pages may read the answer, where such are configured.",
        ),
    ];
    if response.get("headers").is_none() {
        response["headers"] = json!({});
    }
    let Some(headers) = response["headers"].as_object_mut() else { return };
    for (name, description) in always {
        headers.insert(name.into(), json!({ "description": description }));
    }
    for (name, header) in headers {
        let text =
            |pattern: &str, length: u32| json!({ "type": "string", "pattern": pattern, "maxLength": length });
        // Those that depend on the configuration, or on what is asked for, are not promised.
        let (required, schema) = match name.as_str() {
            "ETag" => (true, text("^\"[0-9]{1,19}\"$", 21)),
            "Location" => (true, json!({ "type": "string", "format": "uri-reference", "maxLength": 256 })),
            "X-Request-Id" => (true, text("^[!-~]{1,128}$", 128)),
            "RateLimit-Policy" => (false, text("^\"default\";q=[0-9]+;w=[0-9]+$", 64)),
            "Idempotent-Replayed" => (false, text("^true$", 4)),
            "Preference-Applied" => (false, text("^return=minimal$", 32)),
            "RateLimit" => (false, text("^\"default\";r=[0-9]+;t=[0-9]+$", 64)),
            "Access-Control-Allow-Origin" => (false, text("^[!-~]+$", 256)),
            "Retry-After" => {
                (true, json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": i32::MAX }))
            }
            "Link" => (false, text("^<[^>]+>; rel=", 65_536)),
            _ => (true, text("^[ -~]+$", 256)),
        };
        header["required"] = required.into();
        header["schema"] = schema;
    }
}

/// Gives every string whose format tells it a greatest length.
fn limit_strings(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(limit_strings),
        Value::Object(members) => {
            let length = match members.get("format").and_then(Value::as_str) {
                Some("uuid") => Some(36),
                Some("date-time") => Some(query::MAX_DATE_TIME),
                _ => None,
            };
            if let Some(length) = length {
                members.entry("maxLength").or_insert(length.into());
            }
            members.values_mut().for_each(limit_strings);
        }
        _ => {}
    }
}
