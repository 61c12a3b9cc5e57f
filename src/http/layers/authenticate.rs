//! Who makes the request, by its API key (RFC 6750). tower-http has a layer for this that knows the
//! form of no rejection, and boxes each request.

use std::{
    convert::Infallible,
    num::NonZeroU32,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use tokio::time::timeout;
use tower::{Layer, Service};
use tracing::Span;

use super::{actor::Client, rate_limit::Limiter};
use crate::{
    access::{ApiKey, Grants, KeyId},
    actor::Actor,
    app::App,
    authentication::Rejection,
    config::http::Quota,
    error::{Error, Fault},
    http::{
        operator,
        response::problem::{Problem, QUOTA_EXCEEDED, UNAUTHORIZED},
    },
};

/// How many invalid keys a client may send. It bounds the lines in the log: a secret of 190 bits is
/// not found by trying.
pub const FAILURES: Quota = Quota { requests: NonZeroU32::new(60).unwrap(), window: Duration::from_mins(1) };

/// The routes that need no key, in addition to the probes and what is below `/docs`.
const OPEN: [&str; 4] = ["/", "/openapi.json", "/problems/{kind}", "/.well-known/api-catalog"];

/// Finds out who makes each request. Who is unknown is rejected by [`require`], after the quota.
#[derive(Debug, Clone)]
pub struct AuthenticateLayer(pub Arc<App>);

impl<S> Layer<S> for AuthenticateLayer {
    type Service = Authenticate<S>;

    fn layer(&self, inner: S) -> Authenticate<S> {
        Authenticate { app: Arc::clone(&self.0), inner }
    }
}

/// See [`AuthenticateLayer`].
#[derive(Debug, Clone)]
pub struct Authenticate<S> {
    app: Arc<App>,
    inner: S,
}

/// Why it is unknown who makes a request.
#[derive(Debug, Clone, Copy)]
enum Unauthenticated {
    /// There is no key.
    Missing,
    /// `Authorization` is malformed.
    Malformed,
    /// It is not the text of a key.
    NoKey,
    /// The key is not valid.
    Rejected(KeyId, Rejection),
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
        let key = match parse_bearer(request.headers()) {
            Ok(key) => key,
            Err(why) => {
                self.reject(&mut request, why);
                return Either::Left(self.inner.call(request));
            }
        };
        if let Some(verified) = self.app.authenticator.recall(&key) {
            self.identify(&mut request, &key, verified);
            return Either::Left(self.inner.call(request));
        }
        let inner = self.inner.clone();
        // The one that is ready.
        let mut service = std::mem::replace(self, Self { app: Arc::clone(&self.app), inner });
        Either::Right(Box::pin(async move {
            let app = &service.app;
            let looked_up = app.authenticator.look_up(&app.database, &key);
            let verified = match timeout(app.options.request_timeout, looked_up).await {
                Ok(Ok(verified)) => verified,
                Ok(Err(error)) => return Ok(Problem::from(error).into_response()),
                Err(elapsed) => return Ok(Problem::from(Error::Unavailable(elapsed.into())).into_response()),
            };
            service.identify(&mut request, &key, verified);
            service.inner.call(request).await
        }))
    }
}

impl<S> Authenticate<S> {
    fn identify(&self, request: &mut Request, key: &ApiKey, verified: Result<Arc<Grants>, Rejection>) {
        match verified {
            Ok(grants) => {
                self.app.metrics.record_authentication("valid");
                let actor = Actor::Key(key.id());
                Span::current().record("actor", tracing::field::display(actor));
                request.extensions_mut().insert(actor);
                request.extensions_mut().insert(grants);
            }
            Err(why) => self.reject(request, Unauthenticated::Rejected(key.id(), why)),
        }
    }

    fn reject(&self, request: &mut Request, why: Unauthenticated) {
        if !is_open(request) {
            self.app.metrics.record_authentication(why.name());
        }
        request.extensions_mut().insert(why);
    }
}

impl Unauthenticated {
    fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::NoKey => "no_key",
            Self::Rejected(_, why) => why.as_str(),
        }
    }
}

/// The key of a request (RFC 6750 §2.1).
fn parse_bearer(headers: &HeaderMap) -> Result<ApiKey, Unauthenticated> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let field = fields.next().ok_or(Unauthenticated::Missing)?;
    if fields.next().is_some() {
        return Err(Unauthenticated::Malformed);
    }
    let field = field.to_str().map_err(|_| Unauthenticated::Malformed)?;
    let (scheme, token) = field.split_once(' ').unwrap_or((field, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        // Credentials of another scheme are none here.
        return Err(Unauthenticated::Missing);
    }
    let token = token.trim_start_matches(' ');
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let body = token.trim_end_matches('=');
    if body.is_empty() || !body.bytes().all(is_of_token) {
        return Err(Unauthenticated::Malformed);
    }
    token.parse().map_err(|_| Unauthenticated::NoKey)
}

fn is_open(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_of_docs = route == "/docs" || route.starts_with("/docs/");
    operator::is_probe(request) || OPEN.contains(&route) || is_of_docs
}

/// Rejects a request if it is unknown who makes it, unless it needs no key.
pub fn require(failures: &Limiter, request: &Request) -> Result<(), Problem> {
    let extensions = request.extensions();
    if extensions.get::<Actor>().is_some() || is_open(request) {
        return Ok(());
    }
    match extensions.get().copied().unwrap_or(Unauthenticated::Missing) {
        Unauthenticated::Missing => {
            let detail = "Send an API key, as `Authorization: Bearer curio_...`.";
            Err(challenge(Problem::new(&UNAUTHORIZED, detail), "Bearer realm=\"curio\""))
        }
        Unauthenticated::Malformed => {
            let detail = "must be one field of the form Bearer, a space and an API key";
            let fault = Fault::header("Authorization", "bearer", detail);
            let problem = Problem::malformed(vec![fault]);
            Err(challenge(problem, "Bearer realm=\"curio\", error=\"invalid_request\""))
        }
        why @ (Unauthenticated::NoKey | Unauthenticated::Rejected(..)) => {
            if let Some(Client(client)) = extensions.get()
                && let Some(seconds) = failures.check(client).retry_after
            {
                return Err(Problem::new(&QUOTA_EXCEEDED, "This client has sent too many invalid API keys.")
                    .with_header(RETRY_AFTER, HeaderValue::from(seconds)));
            }
            let key = if let Unauthenticated::Rejected(id, _) = why { Some(id) } else { None };
            let key = key.map(tracing::field::display);
            tracing::warn!(key, reason = why.name(), "authentication.failed");
            let problem = Problem::new(&UNAUTHORIZED, "The API key is not valid.");
            Err(challenge(problem, "Bearer realm=\"curio\", error=\"invalid_token\""))
        }
    }
}

fn challenge(problem: Problem, challenge: &'static str) -> Problem {
    problem.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_bearer_token() {
        let parse = |fields: &[&str]| {
            let field = |field: &&str| (AUTHORIZATION, HeaderValue::from_str(field).unwrap());
            parse_bearer(&fields.iter().map(field).collect()).map_err(Unauthenticated::name)
        };
        let key = ApiKey::generate();
        let text = key.expose();
        for field in ["Bearer", "bearer", "BEARER", "Bearer "] {
            assert_eq!(parse(&[&format!("{field} {text}")]), Ok(key.clone()), "{field}");
        }
        for missing in [&[][..], &["Basic YTpi"], &["Bearerx"], &[&text], &[""]] {
            assert_eq!(parse(missing), Err("missing"), "{missing:?}");
        }
        let malformed =
            [&["Bearer"][..], &["Bearer "], &["Bearer ="], &["Bearer a b"], &["Bearer a,b"], &["Bearer a=b"]];
        for field in malformed {
            assert_eq!(parse(field), Err("malformed"), "{field:?}");
        }
        let twice = format!("Bearer {text}");
        assert_eq!(parse(&[&twice, &twice]), Err("malformed"));
        for other in ["Bearer a", "Bearer a==", &twice[..twice.len() - 1]] {
            assert_eq!(parse(&[other]), Err("no_key"), "{other}");
        }
    }
}
