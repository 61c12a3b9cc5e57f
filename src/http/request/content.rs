//! The full content of an entity, as POST and PUT send it.

use std::{borrow::Cow, collections::BTreeMap};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use validator::Validate;

use super::{
    body::FromBody,
    json::{self, outline},
    path::{Id, parse_uuid},
};
use crate::{
    error::Fault,
    http::response::{json::Json, problem::Problem},
};

/// The members of every entity that only the server writes. Requests may repeat them, so that what
/// was read can be sent back (AIP-203).
pub const OUTPUT_ONLY: [&str; 5] = ["id", "version", "created_at", "updated_at", "deleted_at"];

/// The content of a new entity.
#[derive(Debug)]
pub struct Content<T>(pub T);

/// The content that replaces that of the entity at the path.
#[derive(Debug)]
pub struct Replacement<T>(pub T);

impl<H, T: DeserializeOwned + Validate + ToSchema> FromBody<H> for Content<T> {
    const MEDIA_TYPES: &[&str] = <Json<T> as FromBody<H>>::MEDIA_TYPES;

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        json::parse(body, &|text, _| without_output_only(text)).map(Self)
    }
}

impl<H, T: DeserializeOwned + Validate + ToSchema> FromBody<(Id, H)> for Replacement<T> {
    const MEDIA_TYPES: &[&str] = <Json<T> as FromBody<(Id, H)>>::MEDIA_TYPES;

    fn from_body(_: &str, body: &[u8], (Id(path), _): &(Id, H)) -> Result<Self, Problem> {
        let leniency = |text: &str, faults: &mut Vec<Fault>| {
            let id = members(text)?.remove("id");
            let is_other =
                |id: &RawValue| serde_json::from_str(id.get()).ok().and_then(parse_uuid) != Some(*path);
            if id.is_some_and(is_other) {
                faults.push(Fault::at("/id", "mismatch", "must be the id in the path"));
            }
            without_output_only(text)
        };
        json::parse(body, &leniency).map(Self)
    }
}

/// The text of an object without the members in [`OUTPUT_ONLY`]; `None` if it has none of them.
pub fn without_output_only(text: &str) -> Option<String> {
    let mut members = members(text)?;
    let all = members.len();
    members.retain(|name, _| !OUTPUT_ONLY.contains(&&**name));
    if members.len() < all { serde_json::to_string(&members).ok() } else { None }
}

/// The first members of an object and those that only the server writes, unparsed.
pub fn members(text: &str) -> Option<BTreeMap<Cow<'_, str>, &RawValue>> {
    outline::members(text, |name| OUTPUT_ONLY.contains(&name))
}
