//! The boundary: everything that knows HTTP.

mod admit;
mod answer;
mod catalog;
pub mod cors;
pub mod document;
mod envelope;
mod extract;
mod forwarded;
mod health;
mod idempotency;
mod json;
mod metrics;
mod negotiate;
mod observe;
mod page;
mod patch;
mod preconditions;
mod problem;
mod query;
pub mod rate_limit;
pub mod server;
mod wire;
mod write;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, middleware::from_fn_with_state, routing::get};
use http::StatusCode;
use ipnet::IpNet;
use tokio::sync::Semaphore;

use self::{envelope::Envelope, metrics::Metrics, page::Cursors, rate_limit::Limiter};
use crate::postgres::database::Database;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// The longest time until a request is answered, its body not counted.
    pub request_timeout: Duration,
    /// The longest time that a body may take to arrive.
    pub body_timeout: Duration,
    /// The most requests that are worked on at one time.
    pub max_requests: usize,
    /// How many requests a client address may make.
    pub rate_limit: Option<rate_limit::Quota>,
    /// Whether a PUT, PATCH or DELETE must be conditional.
    pub require_if_match: bool,
    /// Networks of proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<cors::Origin>,
}

/// What the handlers and layers share.
#[derive(Debug)]
pub struct App {
    database: Database,
    cursors: Cursors,
    metrics: Metrics,
    limiter: Option<Limiter>,
    sharing: Option<cors::Sharing>,
    in_flight: Semaphore,
    draining: AtomicBool,
    options: Options,
}

impl App {
    /// A service on this database, whose cursors are authenticated under `cursor_key`.
    #[must_use]
    pub fn new(database: Database, cursor_key: &[u8], options: Options) -> Arc<Self> {
        Arc::new(Self {
            cursors: Cursors::new(cursor_key),
            metrics: Metrics::new(database.clone()),
            limiter: options.rate_limit.map(Limiter::new),
            sharing: cors::Sharing::new(&options.cors_origins),
            in_flight: Semaphore::new(options.max_requests),
            draining: AtomicBool::new(false),
            database,
            options,
        })
    }

    /// From now on `/readyz` answers 503, so that nothing new is sent here.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The service: what production serves and what the tests ask.
pub fn router(app: &Arc<App>) -> Router {
    let (api, _) = document::api().split_for_parts();
    let api = api.route_layer(from_fn_with_state(Arc::clone(app), admit::admit));
    let limited = api
        .route("/problems/{kind}", get(problem::describe_problem))
        .merge(document::routes())
        .fallback(async || StatusCode::NOT_FOUND);
    // The probes and the metrics must answer when everything else is refused.
    let unlimited = Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::show_metrics));
    envelope(limited, app, true).merge(envelope(unlimited, app, false))
}

/// Puts what is around every request around these.
fn envelope(router: Router<Arc<App>>, app: &Arc<App>, limited: bool) -> Router {
    let state = Envelope { app: Arc::clone(app), limited };
    router.layer(from_fn_with_state(state, envelope::wrap)).with_state(Arc::clone(app))
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, extract::Request};
    use http::header;
    use tower::ServiceExt;

    use super::*;
    use crate::postgres::database::DatabaseOptions;

    async fn panics() {
        panic!("secret words");
    }

    /// A service without a database.
    fn app() -> Arc<App> {
        let second = Duration::from_secs(1);
        let database = Database::new(DatabaseOptions {
            connect: "postgres://nobody@127.0.0.1:1/none".parse().unwrap(),
            max_connections: 1,
            wait_timeout: second,
            statement_timeout: second,
            lock_timeout: second,
            idle_in_transaction_timeout: second,
        });
        let options = Options {
            request_timeout: second,
            body_timeout: second,
            max_requests: 1,
            rate_limit: None,
            require_if_match: false,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
        };
        App::new(database.unwrap(), b"key", options)
    }

    #[tokio::test]
    async fn readyz_says_that_the_server_is_draining() {
        let app = app();
        for server in ["\"server\":\"pass\"", "\"server\":\"draining\""] {
            let request = Request::get("/readyz").body(axum::body::Body::empty()).unwrap();
            let answer = router(&app).oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            assert!(String::from_utf8_lossy(&body).contains(server), "{body:?}");
            app.drain();
        }
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_the_constant_500() {
        let app = app();
        let router = envelope(Router::new().route("/", get(panics)), &app, false);
        let answer = router.oneshot(Request::new(axum::body::Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], problem::MEDIA_TYPE);
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"), "{body:?}");
    }
}
