//! The types of problems: the one status table.

use http::StatusCode;

/// A type of problem: what is constant in its document.
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

/// `/problems/malformed-request`
pub static MALFORMED: Kind = Kind {
    slug: "malformed-request",
    title: "The request is malformed.",
    status: StatusCode::BAD_REQUEST,
    meaning: "Part of the request is malformed: JSON syntax, a path, a query string, a cursor or a \
              header field. `errors` names the parts. Do not retry the request unchanged.",
};

/// `/problems/unauthorized`
pub static UNAUTHORIZED: Kind = Kind {
    slug: "unauthorized",
    title: "Credentials are required.",
    status: StatusCode::UNAUTHORIZED,
    meaning: "The service wants an API key or an access token, as `Authorization: Bearer ...`. With \
              `error` in `WWW-Authenticate`, it is not valid: unknown, expired or revoked, or a \
              token that is not for this service. Do not retry the request with it.",
};

/// `/problems/insufficient-scope`
pub static INSUFFICIENT_SCOPE: Kind = Kind {
    slug: "insufficient-scope",
    title: "The credentials lack a grant.",
    status: StatusCode::FORBIDDEN,
    meaning: "The API key or access token does not allow this. `scope` in `WWW-Authenticate` is what \
              would do: for a key a grant such as `write:acme.lamps`, for a token the scope \
              `curio:write:acme.lamps`. What a client may not read does not exist for it: that is \
              404.",
};

/// `/problems/cross-origin-request`
pub static CROSS_ORIGIN: Kind = Kind {
    slug: "cross-origin-request",
    title: "A page of another origin sent this.",
    status: StatusCode::FORBIDDEN,
    meaning: "A browser says (`Sec-Fetch-Site`, `Origin`) that a page of another origin sent this \
              request, which may change something, without an API key or an access token. Such \
              pages need the permission of the operator (CORS), or a key of their own.",
};

/// `/problems/not-found`
pub static NOT_FOUND: Kind = Kind {
    slug: "not-found",
    title: "There is nothing here.",
    status: StatusCode::NOT_FOUND,
    meaning: "There is nothing with this id, or no such path.",
};

/// `/problems/method-not-allowed`
pub static METHOD_NOT_ALLOWED: Kind = Kind {
    slug: "method-not-allowed",
    title: "This method is not allowed here.",
    status: StatusCode::METHOD_NOT_ALLOWED,
    meaning: "The `Allow` field of the response lists the methods that are.",
};

/// `/problems/not-acceptable`
pub static NOT_ACCEPTABLE: Kind = Kind {
    slug: "not-acceptable",
    title: "No acceptable representation exists.",
    status: StatusCode::NOT_ACCEPTABLE,
    meaning: "The `Accept` or `Accept-Encoding` field of the request admits nothing that can be \
              produced here.",
};

/// `/problems/request-timeout`
pub static BODY_TIMEOUT: Kind = Kind {
    slug: "request-timeout",
    title: "The body arrived too slowly.",
    status: StatusCode::REQUEST_TIMEOUT,
    meaning: "The whole body did not arrive in time. Nothing was done; the request can be retried.",
};

/// `/problems/conflict`
pub static CONFLICT: Kind = Kind {
    slug: "conflict",
    title: "The request conflicts with the stored state.",
    status: StatusCode::CONFLICT,
    meaning: "Nothing was changed. Read the current state, then decide. With `Retry-After`, \
              another request has the same `Idempotency-Key`, or has locked what this one changes: \
              retry this one.",
};

/// `/problems/index-building`
pub static INDEX_BUILDING: Kind = Kind {
    slug: "index-building",
    title: "The attribute is still being indexed.",
    status: StatusCode::CONFLICT,
    meaning: "The list is sorted by an attribute whose `state` in `indexed` of the collection is \
              `building`: the items that were there before are being indexed. Retry the request \
              once the state is `ready`.",
};

/// `/problems/precondition-failed`
pub static PRECONDITION_FAILED: Kind = Kind {
    slug: "precondition-failed",
    title: "A precondition of the request is false.",
    status: StatusCode::PRECONDITION_FAILED,
    meaning: "`If-Match` names no current entity tag, or `If-None-Match` names one (RFC 9110 \
              §13.1). Nothing was changed. `current_etag` is the current entity tag, if there is \
              an entity: read it, decide again, and retry the request with that tag.",
};

/// `/problems/content-too-large`
pub static TOO_LARGE: Kind = Kind {
    slug: "content-too-large",
    title: "The body is too large.",
    status: StatusCode::PAYLOAD_TOO_LARGE,
    meaning: "A body may have at most 1 MiB (1,048,576 bytes) without its content coding, unless the \
              operation says otherwise.",
};

/// `/problems/unsupported-media-type`
pub static UNSUPPORTED_MEDIA_TYPE: Kind = Kind {
    slug: "unsupported-media-type",
    title: "This media type or content coding is not supported here.",
    status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
    meaning: "The `Accept` field of the response (`Accept-Patch` for PATCH) lists the media types \
              that are; text is UTF-8. If the content coding is not supported, `Accept-Encoding` \
              lists those that are.",
};

/// `/problems/misdirected-request`
pub static MISDIRECTED: Kind = Kind {
    slug: "misdirected-request",
    title: "This host is not served here.",
    status: StatusCode::MISDIRECTED_REQUEST,
    meaning: "The request is for another host than those that the operator has configured \
              (`CURIO_PUBLIC_URL`, `CURIO_ALLOWED_HOSTS`). Use the public URL of the service.",
};

/// `/problems/validation-error`
pub static INVALID: Kind = Kind {
    slug: "validation-error",
    title: "The request is invalid.",
    status: StatusCode::UNPROCESSABLE_ENTITY,
    meaning: "The request is well-formed, and its content breaks rules. `errors` names all of \
              them: where (`pointer`, a JSON Pointer in URI fragment form, into the body), which \
              rule (`code`) and what would be right (`detail`).",
};

/// `/problems/precondition-required`
pub static PRECONDITION_REQUIRED: Kind = Kind {
    slug: "precondition-required",
    title: "The request must be conditional.",
    status: StatusCode::PRECONDITION_REQUIRED,
    meaning: "This service changes nothing without `If-Match`, so that no writer overwrites \
              another unknowingly (RFC 6585 §3). Read the entity and send its entity tag. A PUT \
              that creates an entity sends `If-None-Match: *` instead.",
};

/// `/problems/quota-exceeded`
pub static QUOTA_EXCEEDED: Kind = Kind {
    slug: "quota-exceeded",
    title: "Too many requests.",
    status: StatusCode::TOO_MANY_REQUESTS,
    meaning: "The quota of the client is used up (`RateLimit-Policy`, `RateLimit`), or its address \
              has sent too many invalid credentials. `Retry-After` is the number of seconds to wait before retrying.",
};

/// `/problems/uri-too-long`
pub static URI_TOO_LONG: Kind = Kind {
    slug: "uri-too-long",
    title: "The URI is too long.",
    status: StatusCode::URI_TOO_LONG,
    meaning: "A path and query may have at most 65,534 bytes.",
};

/// `/problems/request-header-fields-too-large`
pub static FIELDS_TOO_LARGE: Kind = Kind {
    slug: "request-header-fields-too-large",
    title: "The header is too large.",
    status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    meaning: "There are more than 100 header fields, or they have more than 400 KiB.",
};

/// `/problems/internal-error`
pub static INTERNAL: Kind = Kind {
    slug: "internal-error",
    title: "The request failed.",
    status: StatusCode::INTERNAL_SERVER_ERROR,
    meaning: "A defect of the service; nothing was changed. The id of the request (`instance`, \
              `X-Request-Id`) finds the cause in its log.",
};

/// `/problems/not-implemented`
pub static NOT_IMPLEMENTED: Kind = Kind {
    slug: "not-implemented",
    title: "The transfer coding is not supported.",
    status: StatusCode::NOT_IMPLEMENTED,
    meaning: "The body has a transfer coding other than `chunked` (RFC 9112 §6.1). Send it with \
              `chunked` alone, or with `Content-Length`.",
};

/// `/problems/unavailable`
pub static UNAVAILABLE: Kind = Kind {
    slug: "unavailable",
    title: "The service is unavailable.",
    status: StatusCode::SERVICE_UNAVAILABLE,
    meaning: "It is overloaded, too slow, or without its database. `Retry-After` is the number of \
              seconds to wait before retrying.",
};

/// Every type of problem.
pub static KINDS: [&Kind; 22] = [
    &MALFORMED,
    &UNAUTHORIZED,
    &INSUFFICIENT_SCOPE,
    &CROSS_ORIGIN,
    &NOT_FOUND,
    &METHOD_NOT_ALLOWED,
    &NOT_ACCEPTABLE,
    &BODY_TIMEOUT,
    &CONFLICT,
    &INDEX_BUILDING,
    &PRECONDITION_FAILED,
    &TOO_LARGE,
    &UNSUPPORTED_MEDIA_TYPE,
    &MISDIRECTED,
    &INVALID,
    &PRECONDITION_REQUIRED,
    &QUOTA_EXCEEDED,
    &URI_TOO_LONG,
    &FIELDS_TOO_LARGE,
    &INTERNAL,
    &NOT_IMPLEMENTED,
    &UNAVAILABLE,
];
