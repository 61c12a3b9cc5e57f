//! Who makes the request, by its API key or access token (RFC 6750). tower-http has a layer for
//! this that knows the form of no rejection, and boxes each request.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use tokio::time::timeout;
use tower::{Layer, Service};

use super::{
    actor::Client,
    credentials::{Unauthenticated, is_open, parse_bearer},
    failures::Failures,
};
use crate::{
    app::App,
    authentication::{Credential, Identity, Rejection},
    error::Error,
    http::{request::access::Authenticated, response::problem::Problem},
    postgres::request::settled,
    telemetry::traces::record_actor,
};

/// Finds out who makes each request. Who is unknown is rejected by
/// [`require`](super::require::require), after the quota.
#[derive(Debug, Clone)]
pub struct AuthenticateLayer {
    /// Verifies credentials.
    pub app: Arc<App>,
    /// Clients that sent too many invalid ones cause no work.
    pub failures: Arc<Failures>,
}

impl<S> Layer<S> for AuthenticateLayer {
    type Service = Authenticate<S>;

    fn layer(&self, inner: S) -> Authenticate<S> {
        Authenticate { layer: self.clone(), inner }
    }
}

/// See [`AuthenticateLayer`].
#[derive(Debug, Clone)]
pub struct Authenticate<S> {
    layer: AuthenticateLayer,
    inner: S,
}

type Boxed = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl<S> Service<Request> for Authenticate<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, Boxed>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let AuthenticateLayer { app, failures } = &self.layer;
        let credential = match parse_bearer(request.headers(), &app.authenticator) {
            Ok(credential) => credential,
            Err(why) => {
                self.layer.reject(&mut request, why);
                return Either::Left(self.inner.call(request));
            }
        };
        if let Some(verified) = app.authenticator.recall(&credential) {
            self.layer.identify(&mut request, credential, verified);
            return Either::Left(self.inner.call(request));
        }
        if is_open(&request) {
            // A probe does not wait for the database.
            return Either::Left(self.inner.call(request));
        }
        let client = request.extensions().get().map(|Client(client)| client);
        // Who was valid before does not suffer from others at the same address.
        if let Some(seconds) = client.and_then(|client| failures.retry_after(client, Instant::now()))
            && !app.authenticator.knows(&credential)
        {
            self.layer.reject(&mut request, Unauthenticated::Limited(seconds));
            return Either::Left(self.inner.call(request));
        }
        let inner = self.inner.clone();
        // The one that is ready.
        let mut service = std::mem::replace(self, Self { layer: self.layer.clone(), inner });
        Either::Right(Box::pin(async move {
            let app = &service.layer.app;
            let verified = settled(None, app.authenticator.verify(&app.database, &credential));
            let verified = match timeout(app.options.request_timeout, verified).await {
                Ok(Ok(Ok(verified))) => verified,
                Ok(Ok(Err(error)) | Err(error)) => return Ok(Problem::from(error).into_response()),
                Err(elapsed) => return Ok(Problem::from(Error::Unavailable(elapsed.into())).into_response()),
            };
            service.layer.identify(&mut request, credential, verified);
            service.inner.call(request).await
        }))
    }
}

impl AuthenticateLayer {
    fn identify(&self, request: &mut Request, credential: Credential, verified: Result<Identity, Rejection>) {
        match verified {
            Ok(Identity { actor, grants }) => {
                self.app.metrics.record_authentication("valid");
                record_actor(&actor);
                request.extensions_mut().insert(actor);
                request.extensions_mut().insert(grants);
                request.extensions_mut().insert(Authenticated::new(credential));
            }
            Err(rejection) => self.reject(request, Unauthenticated::Rejected(rejection)),
        }
    }

    fn reject(&self, request: &mut Request, why: Unauthenticated) {
        if !is_open(request) {
            self.app.metrics.record_authentication(why.name());
        }
        request.extensions_mut().insert(why);
    }
}
