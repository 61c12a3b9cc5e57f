//! The header fields of responses: what they mean, and what they look like.

use serde_json::{Value, json};

use crate::http::limits::MAX_LINK;

/// The fields of every response.
const ALWAYS: [&str; 4] = ["X-Request-Id", "RateLimit-Policy", "RateLimit", "Access-Control-Allow-Origin"];

/// See [`opaque_tag`](crate::http::response::reply::opaque_tag).
const ENTITY_TAG: &str = "^\"[0-9]{1,19}(\\.[0-9a-f]{1,2})?(--(br|gzip|zstd))?\"$";

/// Adds the fields of every response, and the description and schema of all of them. A field may
/// say that it is not required.
pub fn complete_headers(response: &mut Value) {
    if response.get("headers").is_none() {
        response["headers"] = json!({});
    }
    let Some(headers) = response["headers"].as_object_mut() else { return };
    for name in ALWAYS {
        headers.insert(name.into(), json!({}));
    }
    for (name, header) in headers {
        let Field { description, is_required, schema } = field(name);
        let is_required = is_required && header["required"] != false;
        *header = json!({ "description": description, "required": is_required, "schema": schema });
    }
}

/// A header field. Those that depend on the configuration or the request are not required.
struct Field {
    description: &'static str,
    is_required: bool,
    schema: Value,
}

fn required(description: &'static str, schema: Value) -> Field {
    Field { description, is_required: true, schema }
}

fn optional(description: &'static str, schema: Value) -> Field {
    Field { description, is_required: false, schema }
}

fn text(pattern: &str, length: usize) -> Value {
    json!({ "type": "string", "pattern": pattern, "maxLength": length })
}

fn field(name: &str) -> Field {
    match name {
        "ETag" => required("The entity tag.", text(ENTITY_TAG, 30)),
        "Location" => required(
            "The path of the entity.",
            json!({ "type": "string", "format": "uri-reference", "maxLength": 512 }),
        ),
        "Cache-Control" => required("Revalidate before each use, or do not store it.", text("^[ -~]+$", 256)),
        "Link" => optional(
            "The next, the previous and the first page (RFC 8288), as far as they fit.",
            text("^<[^>]+>; rel=", MAX_LINK),
        ),
        "X-Request-Id" => {
            required("The id of the request: the client's, or a new one.", text("^[!-~]{1,128}$", 128))
        }
        "RateLimit-Policy" => optional(
            "The quota of the client or of its address, if there is one: requests (q) in seconds (w).",
            text("^\"default\";q=[0-9]+;w=[0-9]+$", 64),
        ),
        "RateLimit" => optional(
            "The remaining requests (r), and the seconds (t) until the whole quota is restored.",
            text("^\"default\";r=[0-9]+;t=[0-9]+$", 64),
        ),
        "Access-Control-Allow-Origin" => optional(
            "The origin whose pages may read the response, if any is configured.",
            text("^[!-~]+$", 256),
        ),
        "Idempotent-Replayed" => {
            optional("The response to an earlier request with the same key.", text("^true$", 4))
        }
        "Preference-Applied" => {
            optional("The preference that was applied.", text("^(return=minimal|count=exact)$", 32))
        }
        "WWW-Authenticate" => required(
            "What the request lacks (RFC 6750 §3): `error` if the API key or access token is not valid, `scope`, a \
             grant that would do, and `resource_metadata`, the URL of a document that says where to get a token \
             (RFC 9728).",
            text("^Bearer realm=\"curio\"[ -~]*$", 1024),
        ),
        "Retry-After" => required(
            "How many seconds to wait before retrying.",
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": i32::MAX }),
        ),
        "Accept" | "Accept-Patch" => {
            optional("The supported media types, if the body has another.", text("^[ -~]+$", 256))
        }
        "Accept-Encoding" => {
            optional("The supported content codings, if the body has another.", text("^[ -~]+$", 256))
        }
        _ => required("See its standard.", text("^[ -~]+$", 256)),
    }
}
