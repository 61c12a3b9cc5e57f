//! Problem documents (RFC 9457).
//!
//! A rejection travels through the layers as a response with a [`Problem`] in its extensions and no
//! body. [`render`] writes the document, since only then is the request's id known. So the
//! framework's own rejections get the same form.

mod builder;
mod document;
mod kind;

pub use self::{
    builder::{Contended, Problem},
    document::{Document, Entry, bare, describe_problem, render},
    kind::{
        BODY_TIMEOUT, CONFLICT, CROSS_ORIGIN, INDEX_BUILDING, INSUFFICIENT_SCOPE, INTERNAL, INVALID, KINDS,
        Kind, MALFORMED, MISDIRECTED, NOT_ACCEPTABLE, NOT_FOUND, NOT_IMPLEMENTED, PRECONDITION_FAILED,
        PRECONDITION_REQUIRED, QUOTA_EXCEEDED, TOO_LARGE, UNAUTHORIZED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE,
    },
};
