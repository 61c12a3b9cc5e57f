//! The body of a request, and what it can be read as.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use axum::body::Bytes;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use validator::Validate;

use super::json;
use crate::{
    error::Fault,
    http::response::{json::Json, problem::Problem},
};

/// The body of a request, read whole before its handler runs.
#[derive(Debug, Clone, Default)]
pub struct ReceivedBody(pub Bytes);

/// Marks a request of which only the head is read: whether the body is to be sent depends on it.
#[derive(Debug, Clone, Default)]
pub struct HeadOnly(Arc<AtomicBool>);

impl HeadOnly {
    /// Records that the head is valid.
    pub fn accept(&self) {
        self.0.store(true, Relaxed);
    }

    /// Whether the head is valid.
    pub fn is_accepted(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// What the body of a request can be read as, after its head was read as a valid `H`.
pub trait FromBody<H>: Sized {
    /// The accepted media types; if empty, any is.
    const MEDIA_TYPES: &[&str];

    /// Whether a short body may take long to read.
    const IS_LABORIOUS: bool = false;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// 400 if it is malformed, 422 if it is invalid.
    fn from_body(media_type: &str, body: &[u8], head: &H) -> Result<Self, Problem>;
}

impl<H, T: DeserializeOwned + Validate + ToSchema> FromBody<H> for Json<T> {
    const MEDIA_TYPES: &[&str] = &["application/json"];

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        json::parse(body, &json::strict).map(Self)
    }
}

/// An empty body.
#[derive(Debug)]
pub struct NoBody;

impl<H> FromBody<H> for NoBody {
    const MEDIA_TYPES: &[&str] = &[];

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        let fault = || Fault::at("", "unexpected", "must be empty");
        if body.is_empty() { Ok(Self) } else { Err(Problem::invalid(vec![fault()])) }
    }
}

/// Any body, which is ignored.
#[derive(Debug)]
pub struct Unread;

impl<H> FromBody<H> for Unread {
    const MEDIA_TYPES: &[&str] = &[];

    fn from_body(_: &str, _: &[u8], _: &H) -> Result<Self, Problem> {
        Ok(Self)
    }
}
