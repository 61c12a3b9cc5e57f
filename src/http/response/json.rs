//! JSON on its way out.

use std::io;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::{error::Error, http::problem::Problem, postgres::json::JsonText};

/// An answer in JSON that may hold texts which are JSON already, marked by [`verbatim`].
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match to_vec(&self.0) {
            Ok(body) => {
                let media_type = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, media_type)], body).into_response()
            }
            Err(error) => Problem::from(Error::Internal(Box::new(error))).into_response(),
        }
    }
}

/// The JSON of a value, as in an answer.
///
/// # Errors
///
/// Where the value cannot be written as JSON.
pub fn to_vec(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(2048);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Verbatim))?;
    Ok(text)
}

/// For `serialize_with`: a text that is JSON already.
///
/// # Errors
///
/// Where the writer fails.
pub fn verbatim<S: Serializer>(text: &JsonText, serializer: S) -> Result<S::Ok, S::Error> {
    // The one type of serde's data model that JSON does not have, so that a formatter may decide how it is written.
    serializer.serialize_bytes(text.as_str().as_bytes())
}

/// Compact JSON in which octets stand for themselves.
struct Verbatim;

impl Formatter for Verbatim {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, writer: &mut W, octets: &[u8]) -> io::Result<()> {
        writer.write_all(octets)
    }
}
