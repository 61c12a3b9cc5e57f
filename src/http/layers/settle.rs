//! Has each request [settled]. It is rejected if its connection to the database becomes silent.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use tower::{Layer, Service};

use crate::{actor::Actor, http::response::problem::Problem, postgres::request::settled};

/// Settles requests. The client is known here.
#[derive(Debug, Clone, Copy)]
pub struct SettleLayer;

impl<S> Layer<S> for SettleLayer {
    type Service = Settle<S>;

    fn layer(&self, inner: S) -> Settle<S> {
        Settle(inner)
    }
}

/// See [`SettleLayer`].
#[derive(Debug, Clone)]
pub struct Settle<S>(S);

impl<S, R> Service<Request> for Settle<S>
where
    S: Service<Request, Response = R, Error: Send, Future: Send + 'static>,
    R: IntoResponse + Send,
{
    type Response = Response;
    type Error = S::Error;
    // A future grows with each function that takes and awaits it, unless it is boxed.
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let client = request.extensions().get().map(Actor::quota_scope);
        let response = self.0.call(request);
        Box::pin(async move {
            match settled(client, response).await {
                Ok(response) => response.map(IntoResponse::into_response),
                Err(error) => Ok(Problem::from(error).into_response()),
            }
        })
    }
}
