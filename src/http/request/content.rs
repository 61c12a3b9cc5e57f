//! The full content of an entity, as POST and PUT send it.

use std::{borrow::Cow, collections::BTreeMap};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use validator::Validate;

use super::{
    body::FromBody,
    json::{self, outline},
    path::PathKey,
};
use crate::{
    error::Fault,
    http::response::{json::Json, problem::Problem},
};

/// What clients write of an entity, whole.
pub trait Input: DeserializeOwned + Validate + ToSchema {
    /// The other members of the entity. Requests may repeat them, so that what was read can be sent
    /// back (AIP-203).
    const OUTPUT_ONLY: &'static [&'static str];

    /// The members with rules that a part of a value may break although the whole value holds them,
    /// so that the objects of a merge patch are not held to them.
    const WHOLE: &'static [&'static str] = &[];

    /// Whether little content may take long to validate.
    const IS_LABORIOUS: bool = false;

    /// Whether this is one of the other members.
    fn is_output_only(name: &str) -> bool {
        Self::OUTPUT_ONLY.contains(&name)
    }
}

/// The content of a new entity.
#[derive(Debug)]
pub struct Content<T>(pub T);

/// The content that replaces that of the entity at the path.
#[derive(Debug)]
pub struct Replacement<T>(pub T);

impl<H, T: Input> FromBody<H> for Content<T> {
    const MEDIA_TYPES: &[&str] = <Json<T> as FromBody<H>>::MEDIA_TYPES;
    const IS_LABORIOUS: bool = T::IS_LABORIOUS;

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        json::parse(body, &|text, _| without_output_only::<T>(text)).map(Self)
    }
}

impl<H, K: PathKey, T: Input> FromBody<(K, H)> for Replacement<T> {
    const MEDIA_TYPES: &[&str] = <Json<T> as FromBody<(K, H)>>::MEDIA_TYPES;
    const IS_LABORIOUS: bool = T::IS_LABORIOUS;

    fn from_body(_: &str, body: &[u8], (path, _): &(K, H)) -> Result<Self, Problem> {
        let leniency = |text: &str, faults: &mut Vec<Fault>| {
            faults.extend(mismatch::<T, _>(text, path, "in the path"));
            without_output_only::<T>(text)
        };
        json::parse(body, &leniency).map(Self)
    }
}

/// The fault of an object that names another entity than the one with this key.
pub fn mismatch<T: Input, K: PathKey>(text: &str, key: &K, place: &str) -> Option<Fault> {
    let named = members::<T>(text)?.remove(K::MEMBER)?;
    let named = serde_json::from_str(named.get()).ok().and_then(|named| K::parse(named).ok());
    let detail = || format!("must be the {} {place}", K::MEMBER);
    (named.as_ref() != Some(key)).then(|| Fault::at(format!("/{}", K::MEMBER), "mismatch", detail()))
}

/// The text of an object without the members that clients do not write, and with the last of each
/// name.
pub fn without_output_only<T: Input>(text: &str) -> Option<String> {
    let mut members = members::<T>(text)?;
    members.retain(|name, _| !T::is_output_only(name));
    serde_json::to_string(&members).ok()
}

/// The first members of an object and those that clients do not write, unparsed.
pub fn members<T: Input>(text: &str) -> Option<BTreeMap<Cow<'_, str>, &RawValue>> {
    outline::members(text, T::is_output_only)
}
