//! [`Problem`] → document, and the pages at the types of problems.

use std::{error::Error as StdError, fmt::Write as _, ops::Not, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::Path,
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    builder::Problem,
    kind::{KINDS, NOT_FOUND, UNAVAILABLE},
};
use crate::{
    error::{Fault, Location},
    http::response::reply::HEALTH,
};

/// The media type of every response of 400 and above, except the probes'.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Writes the document of every response of 400 and above, and logs its cause, once.
pub fn render<B>(response: http::Response<B>) -> Response
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let status = response.status();
    let own_form = |headers: &HeaderMap| headers.get(CONTENT_TYPE).is_some_and(|value| value == HEALTH);
    if status.as_u16() < 400 || own_form(response.headers()) {
        return response.map(Body::new);
    }
    let (mut parts, _) = response.into_parts();
    let problem = parts.extensions.remove::<Arc<Problem>>();
    let problem = problem.unwrap_or_else(|| Arc::new(Problem::from_status(status)));
    match &problem.cause {
        Some(cause) => log(status, &**cause),
        None if status == StatusCode::SERVICE_UNAVAILABLE => {
            tracing::warn!(status = status.as_u16(), cause = %problem.detail, "request.failed");
        }
        None => {}
    }
    parts.status = problem.kind.status;
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, MEDIA_TYPE);
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.kind == &UNAVAILABLE {
        parts.headers.entry(RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
    }
    let request_id = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let body = serde_json::to_vec(&Document::new(&problem, request_id)).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

/// The document of a status, for responses that are written outside the router.
pub fn bare(status: StatusCode, request_id: &str) -> Vec<u8> {
    serde_json::to_vec(&Document::new(&Problem::from_status(status), request_id)).unwrap_or_default()
}

fn log(status: StatusCode, cause: &(dyn StdError + 'static)) {
    let mut chain = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        // Some libraries repeat the cause in their own message.
        let words = cause.to_string();
        if !chain.ends_with(&words) {
            let _ = write!(chain, ": {words}");
        }
        next = cause.source();
    }
    if status.is_server_error() {
        tracing::error!(status = status.as_u16(), cause = chain, "request.failed");
    } else {
        tracing::info!(status = status.as_u16(), cause = chain, "request.rejected");
    }
}

/// Why a request was rejected (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    /// The type of problem: a path whose page explains it.
    #[schema(max_length = 64, pattern = "^/problems/[a-z-]+$")]
    r#type: String,
    /// The type in words; constant.
    #[schema(max_length = 128, pattern = "^[ -~]+$")]
    title: &'static str,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// This occurrence in words.
    #[schema(max_length = 256, pattern = "^[ -~]+$")]
    detail: &'a str,
    /// The URI of this occurrence, which contains the request's id.
    #[schema(max_length = 512, format = "uri")]
    instance: String,
    /// The current entity tag, if a precondition on it is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 21, pattern = "^\"[0-9]{1,19}\"$")]
    current_etag: Option<String>,
    /// Every fault that was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    errors: Vec<Entry<'a>>,
    /// Whether there are more faults than `errors` has.
    #[serde(skip_serializing_if = "Not::not")]
    #[schema(required = false)]
    errors_truncated: bool,
}

/// One fault of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemError)]
pub struct Entry<'a> {
    /// On which line of an import it is; 1 is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    line: Option<u64>,
    /// Where in the body, or on the line, it is: a JSON Pointer in URI fragment form (RFC 6901 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 3265, pattern = "^#")]
    pointer: Option<String>,
    /// Which path or query parameter it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, pattern = "^[ -~]+$")]
    parameter: Option<&'a str>,
    /// Which header field it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, pattern = "^[ -~]+$")]
    header: Option<&'a str>,
    /// Which rule is broken, for programs.
    #[schema(max_length = 64, pattern = "^[a-z_]+([.][a-z_]+)?$")]
    code: &'a str,
    /// What would be right, for people.
    #[schema(max_length = 256, pattern = "^[ -~]+$")]
    detail: &'a str,
}

impl<'a> Document<'a> {
    fn new(problem: &'a Problem, request_id: &str) -> Self {
        Self {
            r#type: format!("/problems/{}", problem.kind.slug),
            title: problem.kind.title,
            status: problem.kind.status.as_u16(),
            detail: if problem.detail.is_empty() { problem.kind.title } else { &problem.detail },
            instance: instance(request_id),
            current_etag: problem.current_version.map(|version| format!("\"{version}\"")),
            errors: problem.faults.iter().map(Entry::new).collect(),
            errors_truncated: problem.is_truncated,
        }
    }
}

impl<'a> Entry<'a> {
    /// The entry for a fault.
    pub fn new(fault: &'a Fault) -> Self {
        let (mut line, mut pointer, mut parameter, mut header) = (None, None, None, None);
        match &fault.location {
            Location::Pointer(text) => pointer = Some(fragment(text)),
            Location::Line(number, text) => (line, pointer) = (Some(*number), Some(fragment(text))),
            Location::Parameter(name) => parameter = Some(name.as_ref()),
            Location::Header(name) => header = Some(*name),
        }
        Self { line, pointer, parameter, header, code: &fault.code, detail: &fault.detail }
    }
}

/// A JSON Pointer in URI fragment form (RFC 6901 §6).
fn fragment(pointer: &str) -> String {
    /// What RFC 3986 §3.5 does not allow in a fragment.
    const ESCAPED: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'[').add(b'\\');
    const ALL: &AsciiSet = &ESCAPED.add(b']').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
    format!("#{}", utf8_percent_encode(pointer, ALL))
}

/// The URI of this occurrence (RFC 9457 §3.1.5), which contains the request's id.
fn instance(request_id: &str) -> String {
    match Uuid::try_parse(request_id) {
        Ok(id) => format!("urn:uuid:{}", id.hyphenated()),
        Err(_) => format!("urn:request:{}", utf8_percent_encode(request_id, NON_ALPHANUMERIC)),
    }
}

/// The page at a problem's `type`.
pub async fn describe_problem(Path(slug): Path<String>) -> Result<String, Problem> {
    let kind = KINDS
        .iter()
        .find(|kind| kind.slug == slug)
        .ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such type of problem."))?;
    Ok(format!("{} {}\n\n{}\n\n{}\n", kind.status.as_u16(), kind.slug, kind.title, kind.meaning))
}
