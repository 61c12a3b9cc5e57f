//! Partial changes: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).
//!
//! A patch is applied to the entity as clients see it, and the result is validated as if it had
//! been sent whole. What is invalid in every result is rejected before an entity is looked for.

mod merge;
mod operations;

use std::marker::PhantomData;

use serde::Serialize;

pub use self::merge::{check_merge, merge};
use self::operations::{check_operations, operate};
use super::{
    body::FromBody,
    content::{Input, mismatch},
    json,
    path::PathKey,
    valid::{LONG, at_length},
};
use crate::http::response::problem::Problem;

/// The media types of a PATCH (RFC 5789 §3.1). Generated clients send the last one for a merge
/// patch.
pub const MEDIA_TYPES: &[&str] = &["application/merge-patch+json", JSON_PATCH, "application/json"];

const JSON_PATCH: &str = "application/json-patch+json";

/// The body of a PATCH that results in a `T`, not yet applied to anything.
///
/// Its values may take hundreds of times the memory of the text, so they exist only while it is
/// applied: memory is freed best by the thread that has taken it.
#[derive(Debug)]
pub struct Patch<T> {
    text: String,
    is_merge: bool,
    /// Whether applying it takes long: few operations may copy much.
    is_long: bool,
    result: PhantomData<T>,
}

impl<H, K: PathKey, T: Input> FromBody<(K, H)> for Patch<T> {
    const MEDIA_TYPES: &[&str] = MEDIA_TYPES;

    fn from_body(media_type: &str, body: &[u8], (path, _): &(K, H)) -> Result<Self, Problem> {
        let (text, mut faults) = json::check_syntax(body)?;
        let is_merge = media_type != JSON_PATCH;
        let mut is_long = T::IS_LABORIOUS || body.len() > LONG;
        if is_merge {
            faults.extend(mismatch::<T, _>(&text, path, "in the path"));
            let checked = check_merge::<T>(&text).map_err(|found| faults.extend(found));
            if checked.is_err() || !faults.is_empty() {
                return Err(json::invalid(faults));
            }
        } else {
            is_long |= check_operations(&text, faults)?;
        }
        Ok(Self { text: text.into_owned(), is_merge, is_long, result: PhantomData })
    }
}

impl<T: Input> Patch<T> {
    /// The content of the entity after the patch.
    ///
    /// # Errors
    ///
    /// 422 if a JSON Patch changes an output-only member or names a missing location, or the result
    /// is not a valid `T`; 409 if a `test` fails.
    pub async fn apply(self, current: &impl Serialize) -> Result<T, Problem> {
        let apply =
            || if self.is_merge { Ok(merge(current, &self.text)?) } else { operate(current, &self.text) };
        if self.is_long { at_length(apply).await } else { apply() }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use utoipa::ToSchema;
    use uuid::Uuid;
    use validator::Validate;

    use super::*;
    use crate::http::request::path::Id;

    #[derive(Debug, Deserialize, Validate, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        #[expect(dead_code, reason = "only its schema matters")]
        name: String,
    }

    impl Input for Thing {
        const OUTPUT_ONLY: &[&str] = &[];
    }

    #[test]
    fn a_short_patch_takes_long_if_it_copies() {
        let is_long = |media_type, text: &str| {
            let path = (Id(Uuid::nil()), ());
            Patch::<Thing>::from_body(media_type, text.as_bytes(), &path).unwrap().is_long
        };
        let copy = r#"[{"op": "c\u006fpy", "from": "/name", "path": "/name"}]"#;
        let replace = r#"[{"op": "replace", "path": "/name", "value": "copy"}]"#;
        assert_eq!([copy, replace].map(|text| is_long(JSON_PATCH, text)), [true, false]);
        let merge = |length| format!("{{\"name\": \"{}\"}}", "x".repeat(length));
        assert_eq!([1, LONG].map(|length| is_long(MEDIA_TYPES[0], &merge(length))), [false, true]);
    }
}
