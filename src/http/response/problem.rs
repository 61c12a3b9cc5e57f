//! [`Error`] and every other refusal → status and problem document (RFC 9457): the only status table.
//!
//! A refusal travels through the layers as a response with a [`Problem`] beside it and no body; the outermost layer, which knows
//! the request's id, calls [`render`]. So the framework's own refusals come out in the same form.

use std::{borrow::Cow, error::Error as StdError, fmt::Write as _, sync::Arc};

use axum::{
    body::Body,
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Fault, Place, Source};

/// The media type of every answer of 400 and above, but for the probes'.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// How many faults an answer lists at the most; who looks for faults can stop when there are more.
pub const MAX_FAULTS: usize = 100;

/// One type of problem: what is constant in its document.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The last segment of its `type`.
    pub slug: &'static str,
    /// Its `title`.
    pub title: &'static str,
    /// Its `status`.
    pub status: StatusCode,
    /// What it means and what a client can do, for the page at its `type`.
    pub meaning: &'static str,
}

macro_rules! kinds {
    ($($name:ident $status:ident $slug:literal $title:literal $meaning:literal)+) => {
        $(
            #[doc = $meaning]
            pub static $name: Kind = Kind { slug: $slug, title: $title, status: StatusCode::$status, meaning: $meaning };
        )+
        /// Every type of problem.
        pub static KINDS: &[&Kind] = &[$(&$name),+];
    };
}

kinds! {
    MALFORMED BAD_REQUEST "malformed-request" "The request cannot be read."
        "A part of the request is not of its form: JSON syntax, a path, a query string, a cursor or a header field. `errors` names the parts. Do not repeat the request unchanged."
    UNAUTHORIZED UNAUTHORIZED "unauthorized" "Credentials are needed."
        "Reserved: the service asks for no credentials, so it answers no request with this. Clients that know it are ready for the day it does."
    NOT_FOUND NOT_FOUND "not-found" "There is nothing here."
        "Nothing with this id, or no such path."
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method-not-allowed" "This method is not allowed here."
        "The `Allow` field of the answer lists the methods that are."
    NOT_ACCEPTABLE NOT_ACCEPTABLE "not-acceptable" "No acceptable form can be sent."
        "The `Accept` field of the request admits no media type that can be produced here."
    BODY_TIMEOUT REQUEST_TIMEOUT "request-timeout" "The body arrived too slowly."
        "The body did not arrive whole within the time for it. Nothing was done; the request can be repeated."
    CONFLICT CONFLICT "conflict" "The request conflicts with the stored state."
        "Nothing was changed. Read the current state, then decide. With `Retry-After`, another request with the same `Idempotency-Key` is being worked on: repeat this one."
    PRECONDITION_FAILED PRECONDITION_FAILED "precondition-failed" "The entity is not in a state that the request is meant for."
        "`If-Match` names no current entity tag, or `If-None-Match` names one (RFC 9110 §13.1). Nothing was changed. `current_etag` is the entity tag now, where there is an entity: read it, decide again, and repeat the request with that tag."
    TOO_LARGE PAYLOAD_TOO_LARGE "content-too-large" "The body is too large."
        "A body may have at most 1 MiB (1,048,576 octets), that of a batch 8 MiB."
    UNSUPPORTED_MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "This media type is not taken here."
        "The `Accept` field of the answer (`Accept-Patch` for PATCH) lists the media types that are; text is UTF-8."
    INVALID UNPROCESSABLE_ENTITY "validation-error" "The request is not valid."
        "The request was read, and its content breaks rules. `errors` names all of them: where (`pointer`, a JSON Pointer in URI fragment form, into the body), which rule (`code`) and what would be right (`detail`)."
    PRECONDITION_REQUIRED PRECONDITION_REQUIRED "precondition-required" "The request must be conditional."
        "This service changes nothing without `If-Match`, so that no writer overwrites another unknowingly (RFC 6585 §3). Read the entity and send its entity tag. A PUT that is to create has `If-None-Match: *` instead."
    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "too-many-requests" "Too many requests."
        "The client's address used up its quota (`RateLimit-Policy`, `RateLimit`). `Retry-After` tells in how many seconds the next request is admitted."
    URI_TOO_LONG URI_TOO_LONG "uri-too-long" "The address is too long."
        "A path and query may have at most 65,534 octets."
    FIELDS_TOO_LARGE REQUEST_HEADER_FIELDS_TOO_LARGE "request-header-fields-too-large" "The header is too large."
        "There are more than 100 header fields, or they have more than 400 KiB."
    INTERNAL INTERNAL_SERVER_ERROR "internal-error" "The request failed."
        "A defect of the service; nothing was changed. The request's id (`instance`, `X-Request-Id`) finds the cause in its log."
    UNAVAILABLE SERVICE_UNAVAILABLE "unavailable" "The service cannot answer now."
        "It is overloaded, too slow, or without its database. `Retry-After` tells in how many seconds a repetition is worth while."
}

/// Why a request is refused, before it is put into words for the client.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    current_version: Option<i64>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Source>,
    contended: bool,
}

impl Problem {
    /// A problem of this kind; `detail` is about this occurrence and repeats nothing that the client sent.
    pub fn new(kind: &'static Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut problem = Self {
            kind,
            detail: detail.into(),
            faults: Vec::new(),
            current_version: None,
            headers: Vec::new(),
            cause: None,
            contended: false,
        };
        if kind.status == StatusCode::SERVICE_UNAVAILABLE {
            problem.headers.push((RETRY_AFTER, HeaderValue::from_static("1")));
        }
        problem
    }

    /// 400, with the parts of the request that cannot be read.
    #[must_use]
    pub fn malformed(faults: Vec<Fault>) -> Self {
        Self::counted(
            &MALFORMED,
            faults,
            ["part of the request cannot be read", "parts of the request cannot be read"],
        )
    }

    /// 422, with every broken rule.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::counted(&INVALID, faults, ["field is not valid", "fields are not valid"])
    }

    /// Adds a header field to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says where in the request the problem is.
    #[must_use]
    pub fn with_faults(mut self, mut faults: Vec<Fault>) -> Self {
        faults.truncate(MAX_FAULTS);
        self.faults = faults;
        self
    }

    /// Tells the version that the entity has now, by its entity tag.
    #[must_use]
    pub fn with_current_version(mut self, version: Option<i64>) -> Self {
        self.current_version = version;
        self
    }

    fn counted(kind: &'static Kind, faults: Vec<Fault>, [one, many]: [&str; 2]) -> Self {
        let detail = match faults.len() {
            1 => format!("1 {one}."),
            count @ ..=MAX_FAULTS => format!("{count} {many}."),
            _ => format!("More than {MAX_FAULTS} {many}; the first {MAX_FAULTS} are listed."),
        };
        Self::new(kind, detail).with_faults(faults)
    }

    fn caused_by(mut self, cause: Source) -> Self {
        self.cause = Some(cause);
        self
    }

    /// What the framework means by a bare status.
    fn from_status(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::NOT_FOUND => "There is nothing at this path.",
            StatusCode::METHOD_NOT_ALLOWED => "The Allow field lists the methods that this path has.",
            StatusCode::SERVICE_UNAVAILABLE => "The request took too long.",
            StatusCode::BAD_REQUEST => "This is not HTTP.",
            _ => "",
        };
        match KINDS.iter().find(|kind| kind.status == status) {
            Some(kind) => Self::new(kind, detail),
            None if status.is_server_error() => Self::new(&INTERNAL, detail),
            None => Self::new(&MALFORMED, detail),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::new(&NOT_FOUND, "There is nothing with this id."),
            Error::Invalid(faults) => Self::invalid(faults),
            Error::Conflict(cause) => {
                Self::new(&CONFLICT, "The change contradicts what is stored.").caused_by(cause)
            }
            Error::Locked(cause) => {
                Self::new(&CONFLICT, "Another request is changing the same entity.").caused_by(cause)
            }
            Error::Contended(cause) => {
                let problem = Self::new(&UNAVAILABLE, "Too many requests change the same entities.");
                Self { contended: true, ..problem.caused_by(cause) }
            }
            Error::Unavailable(cause) => {
                Self::new(&UNAVAILABLE, "The database cannot answer now.").caused_by(cause)
            }
            Error::Internal(cause) => {
                Self::new(&INTERNAL, "The cause is in the log of the service.").caused_by(cause)
            }
        }
    }
}

/// Marks the answer to a request that lost against a concurrent transaction and can be run again.
#[derive(Debug, Clone, Copy)]
pub struct Contended;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.kind.status;
        response.headers_mut().extend(self.headers.iter().cloned());
        if self.contended {
            response.extensions_mut().insert(Contended);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Writes the problem document of an answer of 400 and above, whoever refused, and logs the cause of a 5xx: once, here.
pub fn render(response: Response, request_id: &str) -> Response {
    let status = response.status();
    let own_form = |headers: &HeaderMap| {
        headers.get(CONTENT_TYPE).is_some_and(|value| value == super::health::MEDIA_TYPE)
    };
    if status.as_u16() < 400 || own_form(response.headers()) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let problem = parts.extensions.remove::<Arc<Problem>>();
    let problem = problem.unwrap_or_else(|| Arc::new(Problem::from_status(status)));
    if let Some(cause) = &problem.cause {
        log(status, &**cause);
    }
    parts.status = problem.kind.status;
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, MEDIA_TYPE);
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.kind == &UNAVAILABLE {
        parts.headers.entry(RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
    }
    let body = serde_json::to_vec(&Document::new(&problem, request_id)).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

/// The document of a bare status, for answers that are written outside of the router.
pub fn bare(status: StatusCode, request_id: &str) -> Vec<u8> {
    serde_json::to_vec(&Document::new(&Problem::from_status(status), request_id)).unwrap_or_default()
}

fn log(status: StatusCode, cause: &(dyn StdError + 'static)) {
    let mut chain = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        // Some libraries put the cause into their own words already.
        let words = cause.to_string();
        if !chain.ends_with(&words) {
            let _ = write!(chain, ": {words}");
        }
        next = cause.source();
    }
    if status.is_server_error() {
        tracing::error!(status = status.as_u16(), cause = chain, "request.failed");
    } else {
        tracing::info!(status = status.as_u16(), cause = chain, "request.refused");
    }
}

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    /// The type of problem: a path whose page explains it.
    #[schema(max_length = 64, pattern = "^/problems/[a-z-]+$")]
    r#type: String,
    /// The type in words, always the same.
    #[schema(max_length = 128, pattern = "^[ -~]+$")]
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// This occurrence in words.
    #[schema(max_length = 256, pattern = "^[ -~]+$")]
    detail: &'a str,
    /// The URI of this occurrence, which carries the request's id.
    #[schema(max_length = 512, format = "uri")]
    instance: String,
    /// The entity tag that the entity has now, where the request was meant for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 21, pattern = "^\"[0-9]{1,19}\"$")]
    current_etag: Option<String>,
    /// Every fault that was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    errors: Vec<Entry<'a>>,
}

/// One fault of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemError)]
pub struct Entry<'a> {
    /// Where in the body it is: a JSON Pointer in URI fragment form (RFC 6901 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 3073, pattern = "^#")]
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
    #[schema(max_length = 64, pattern = "^[a-z_]+$")]
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
        }
    }
}

impl<'a> Entry<'a> {
    fn new(fault: &'a Fault) -> Self {
        let (mut pointer, mut parameter, mut header) = (None, None, None);
        match &fault.place {
            Place::Pointer(text) => pointer = Some(fragment(text)),
            Place::Parameter(name) => parameter = Some(name.as_ref()),
            Place::Header(name) => header = Some(*name),
        }
        Self { pointer, parameter, header, code: &fault.code, detail: &fault.detail }
    }
}

/// A JSON Pointer in URI fragment form (RFC 6901 §6).
fn fragment(pointer: &str) -> String {
    /// What RFC 3986 §3.5 does not let stand in a fragment.
    const ESCAPED: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'[').add(b'\\');
    const ALL: &AsciiSet = &ESCAPED.add(b']').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
    format!("#{}", utf8_percent_encode(pointer, ALL))
}

/// The URI of this occurrence (RFC 9457 §3.1.5), which carries the request's id.
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
