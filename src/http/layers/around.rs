//! A layer that sees requests before they run and their responses after. axum's `from_fn` clones
//! and boxes the rest of the stack for each request, which a function that awaits nothing does not
//! need.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::http::response::problem::Problem;

/// What waits for the response to a request.
pub trait Pending {
    /// Sees the response. A request whose client leaves has none, and drops this value instead.
    fn complete(self, response: &mut Response);
}

impl Pending for () {
    fn complete(self, _: &mut Response) {}
}

/// Runs the requests that the function does not reject, and completes what it returns.
#[derive(Debug, Clone, Copy)]
pub struct AroundLayer<F>(pub F);

impl<F: Clone, S> Layer<S> for AroundLayer<F> {
    type Service = Around<F, S>;

    fn layer(&self, inner: S) -> Around<F, S> {
        Around { before: self.0.clone(), inner }
    }
}

/// See [`AroundLayer`].
#[derive(Debug, Clone)]
pub struct Around<F, S> {
    before: F,
    inner: S,
}

impl<F, P, S> Service<Request> for Around<F, S>
where
    F: Fn(&mut Request) -> Result<P, Problem>,
    P: Pending,
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<AroundFuture<P, S::Future>, Ready<Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match (self.before)(&mut request) {
            Ok(pending) => {
                Either::Left(AroundFuture { pending: Some(pending), inner: self.inner.call(request) })
            }
            Err(problem) => Either::Right(ready(Ok(problem.into_response()))),
        }
    }
}

pin_project! {
    /// The response of the rest of the stack, then completed.
    #[derive(Debug)]
    pub struct AroundFuture<P, F> {
        pending: Option<P>,
        #[pin]
        inner: F,
    }
}

impl<P, F> Future for AroundFuture<P, F>
where
    P: Pending,
    F: Future<Output = Result<Response, Infallible>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(mut response) = ready!(this.inner.poll(context));
        if let Some(pending) = this.pending.take() {
            pending.complete(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}
