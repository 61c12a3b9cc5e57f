//! The content coding of a body.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH},
};

use super::field::list;
use crate::http::response::problem::{Problem, UNSUPPORTED_MEDIA_TYPE};

/// A content coding that a body may have (RFC 9110 §8.4.1).
#[derive(Debug, Clone, Copy)]
pub enum Coding {
    /// RFC 7932
    Brotli,
    /// RFC 1952
    Gzip,
    /// RFC 8878
    Zstd,
}

/// Removes the coding of the body from the header; `None` if there is none.
///
/// # Errors
///
/// 415 if it is none of these.
pub fn take_coding(headers: &mut HeaderMap) -> Result<Option<Coding>, Problem> {
    let mut codings = list(headers, &CONTENT_ENCODING);
    let Some(coding) = codings.next() else { return Ok(None) };
    let coding = match coding.to_ascii_lowercase().as_slice() {
        _ if codings.next().is_some() => None,
        b"br" => Some(Some(Coding::Brotli)),
        b"gzip" | b"x-gzip" => Some(Some(Coding::Gzip)),
        b"zstd" => Some(Some(Coding::Zstd)),
        b"identity" => Some(None),
        _ => None,
    };
    drop(codings);
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    coding.ok_or_else(|| {
        let detail = "The supported content codings of a body are br, gzip and zstd, one at a time.";
        let accepted = HeaderValue::from_static("br, gzip, zstd");
        Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail).with_header(ACCEPT_ENCODING, accepted)
    })
}
