//! A layer that may reject a request before it runs. axum's `from_fn` clones and boxes the rest of
//! the stack for each request; a check needs neither.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use tower::{Layer, Service};

use crate::http::response::problem::Problem;

/// Runs requests that pass the check, as it returns them.
#[derive(Debug, Clone, Copy)]
pub struct CheckLayer(pub fn(Request) -> Result<Request, Problem>);

impl<S> Layer<S> for CheckLayer {
    type Service = Check<S>;

    fn layer(&self, inner: S) -> Check<S> {
        Check { check: self.0, inner }
    }
}

/// See [`CheckLayer`].
#[derive(Debug, Clone)]
pub struct Check<S> {
    check: fn(Request) -> Result<Request, Problem>,
    inner: S,
}

impl<S> Service<Request> for Check<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match (self.check)(request) {
            Ok(request) => Either::Left(self.inner.call(request)),
            Err(problem) => Either::Right(ready(Ok(problem.into_response()))),
        }
    }
}
