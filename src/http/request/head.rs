//! The head of a request, and what it can be read as.

use axum::{body::Bytes, extract::RawPathParams};
use http::request::Parts;

use crate::{app::App, error::Fault};

/// The head of a request while it is read.
#[derive(Debug)]
pub struct Head {
    /// Method, URI, fields and extensions.
    pub parts: Parts,
    /// The parameters of the path.
    pub path: Option<RawPathParams>,
    /// The body, of which the fingerprint of an idempotent request is made.
    pub body: Bytes,
    /// The faults found so far.
    pub faults: Vec<Fault>,
}

impl Head {
    /// Whether the path has a parameter, so that it names one entity.
    pub fn names_entity(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.iter().next().is_some())
    }
}

/// What the head of a request can be read as; several parts are a tuple.
pub trait FromHead: Sized {
    /// Reads it. Faults go into `head.faults`; `None` is returned only if there are some.
    fn from_head(head: &mut Head, app: &App) -> impl Future<Output = Option<Self>> + Send;
}

impl<A: FromHead + Send, B: FromHead + Send> FromHead for (A, B) {
    async fn from_head(head: &mut Head, app: &App) -> Option<Self> {
        let (a, b) = (A::from_head(head, app).await, B::from_head(head, app).await);
        Some((a?, b?))
    }
}

impl<A: FromHead + Send, B: FromHead + Send, C: FromHead + Send, D: FromHead + Send> FromHead
    for (A, B, C, D)
{
    async fn from_head(head: &mut Head, app: &App) -> Option<Self> {
        let (ab, cd) = (<(A, B)>::from_head(head, app).await, <(C, D)>::from_head(head, app).await);
        let ((a, b), (c, d)) = (ab?, cd?);
        Some((a, b, c, d))
    }
}

impl<A: FromHead + Send, B: FromHead + Send, C: FromHead + Send> FromHead for (A, B, C) {
    async fn from_head(head: &mut Head, app: &App) -> Option<Self> {
        let (a, b, c) =
            (A::from_head(head, app).await, B::from_head(head, app).await, C::from_head(head, app).await);
        Some((a?, b?, c?))
    }
}
