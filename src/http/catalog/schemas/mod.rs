//! What the catalogue's requests and answers look like: one file an entity.

mod attributes;
pub mod batch;
pub mod item;

use chrono::{DateTime, Utc};
use serde::Serializer;

use crate::time;

/// RFC 3339 in UTC with exactly six digits behind the second: what the database keeps.
fn microseconds<S: Serializer>(moment: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time::rfc3339(*moment))
}

/// As [`microseconds`], or null.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn optional_microseconds<S: Serializer>(
    moment: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => microseconds(moment, serializer),
        None => serializer.serialize_none(),
    }
}
