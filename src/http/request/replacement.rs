//! The body of a PUT.

use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError, ValidationErrors};

use super::{
    body::FromBody,
    json,
    path::{Id, parse_uuid},
};
use crate::http::response::{json::Json, problem::Problem};

/// The whole content of an entity, which may repeat the id in the path.
pub trait Replace: DeserializeOwned + Validate + ToSchema {
    /// The id in the body.
    fn id(&self) -> Option<&str>;
}

/// The whole content of the entity at the path.
#[derive(Debug)]
pub struct Replacement<R>(pub R);

impl<T, R: Replace> FromBody<(Id, T)> for Replacement<R> {
    const MEDIA_TYPES: &[&str] = <Json<R> as FromBody<(Id, T)>>::MEDIA_TYPES;

    fn from_body(_: &str, body: &[u8], (Id(id), _): &(Id, T)) -> Result<Self, Problem> {
        json::parse(body, |content: &R| validate(content, *id)).map(Self)
    }
}

/// As [`Validate::validate`], and the body names no id other than `id`.
fn validate(content: &impl Replace, id: Uuid) -> Result<(), ValidationErrors> {
    let mut errors = content.validate().err().unwrap_or_default();
    if content.id().and_then(parse_uuid).is_some_and(|other| other != id) {
        errors.add("id", ValidationError::new("mismatch").with_message("must be the id in the path".into()));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
