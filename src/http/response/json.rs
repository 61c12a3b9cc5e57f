//! JSON on its way out.

use std::io;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::{error::Error, postgres::json::JsonText, time::rfc3339};

/// JSON of a request or response.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// The JSON of a value; texts marked by [`verbatim`] are copied into it.
///
/// # Errors
///
/// [`Error::Internal`] if the value cannot be written as JSON.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut text = Vec::with_capacity(2048);
    value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut text, Verbatim))
        .map_err(Error::internal)?;
    Ok(text)
}

/// For `serialize_with`: a text that is already JSON.
///
/// # Errors
///
/// The writer fails.
pub fn verbatim<S: Serializer>(text: &JsonText, serializer: S) -> Result<S::Ok, S::Error> {
    // JSON has no bytes, so a formatter may decide how serde's are written.
    serializer.serialize_bytes(text.as_str().as_bytes())
}

/// As [`verbatim`], or null.
///
/// # Errors
///
/// The writer fails.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
pub fn optional_verbatim<S: Serializer>(text: &Option<JsonText>, serializer: S) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => verbatim(text, serializer),
        None => serializer.serialize_none(),
    }
}

/// Compact JSON in which bytes stand for themselves.
struct Verbatim;

impl Formatter for Verbatim {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, writer: &mut W, bytes: &[u8]) -> io::Result<()> {
        writer.write_all(bytes)
    }
}

/// For `serialize_with`: RFC 3339 in UTC with microseconds, which is the database's precision.
///
/// # Errors
///
/// The writer fails.
pub fn microseconds<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}

/// As [`microseconds`], or null.
///
/// # Errors
///
/// The writer fails.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
pub fn optional_microseconds<S: Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => microseconds(time, serializer),
        None => serializer.serialize_none(),
    }
}
