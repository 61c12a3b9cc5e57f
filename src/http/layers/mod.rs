//! What is around every request, in reading order: the first layer sees a request first, and its
//! response last.
//!
//! Whatever may reject a write does so before the handler runs: no layer turns a committed write
//! into an error.

mod actor;
mod admission;
mod around;
mod authenticate;
mod body;
mod coding;
mod compress;
mod cors;
mod credentials;
mod cross_origin;
mod failures;
mod head;
mod observe;
mod query_method;
mod rate_limit;
mod request_id;
mod require;
mod retry;
mod settle;
mod trace;
mod unsent;
mod weight;

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower::{ServiceBuilder, util::option_layer};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
};

pub use self::query_method::add_query;
use self::{
    around::AroundLayer, authenticate::AuthenticateLayer, cross_origin::Pages, failures::Failures,
    rate_limit::Limiter, request_id::UuidV7, require::Challenges, settle::SettleLayer,
};
use crate::{
    app::App,
    budget::Budget,
    config::{hosts::Hosts, http::Auth},
    http::{
        limits::BodyLimit,
        response::problem::{self, INTERNAL, Problem},
    },
    queue::Queue,
};

/// Header fields of every response that does not set them itself.
const SECURITY: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// The layers around everything. `None` are all hosts.
pub fn around_all(
    router: Router<Arc<App>>,
    app: &Arc<App>,
    auth: Auth,
    hosts: Option<Hosts>,
) -> Router<Arc<App>> {
    let trusted: Arc<[_]> = app.options.trusted_proxies.as_slice().into();
    let (observed, checked) = (Arc::clone(app), Arc::clone(app));
    let turns = Queue::new(compress::TURNS);
    let budget = app.responses.clone();
    let limiter = app.options.rate_limit.map(|quota| Arc::new(Limiter::new(quota)));
    let (failures, challenges) =
        (Arc::new(Failures::new(app.options.failures)), Arc::new(Challenges::new(&app.options)));
    let authenticate = (auth == Auth::Required)
        .then(|| AuthenticateLayer { app: Arc::clone(app), failures: Arc::clone(&failures) });
    let (hosts, pages) = (hosts.map(Arc::new), Arc::new(Pages::new(&app.options)));
    let cors = cors::layer(&app.options.cors_origins, hosts.clone());
    let require = authenticate
        .as_ref()
        .map(|_| AroundLayer(move |request: &mut Request| require::require(&failures, &challenges, request)));
    router.layer(
        ServiceBuilder::new()
            .map_response(|response: http::Response<_>| response.map(Body::new))
            .map_request(request_id::discard_invalid)
            .layer(SetRequestIdLayer::x_request_id(UuidV7))
            .map_request(move |request| actor::identify(request, &trusted, auth))
            .layer(trace::layer())
            .layer(AroundLayer(move |request: &mut Request| Ok(observe::observe(&observed, request))))
            .map_response(|response: http::Response<_>| join_vary(secure(problem::render(response))))
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(AroundLayer(|request: &mut Request| head::check_framing(request)))
            .layer(option_layer(cors))
            .map_response(|response: http::Response<_>| response.map(Body::new))
            .layer(CatchPanicLayer::custom(internal_error))
            .layer(AroundLayer(move |request: &mut Request| admission::check(&checked, request)))
            .layer(AroundLayer(|_: &mut Request| Ok(unsent::Compressed)))
            .layer(AroundLayer(move |request: &mut Request| pages.check(request)))
            .layer(option_layer(authenticate))
            .layer(option_layer(limiter.map(|limiter| {
                AroundLayer(move |request: &mut Request| rate_limit::limit(&limiter, request))
            })))
            .layer(option_layer(require))
            .layer(AroundLayer(|request: &mut Request| head::check_target(request)))
            .layer(AroundLayer(move |request: &mut Request| head::check_host(request, hosts.as_deref())))
            .layer(AroundLayer(coding::negotiate))
            .and_then(compress::compress)
            .map_response(coding::tag)
            .layer(coding::EncodeLayer)
            .and_then(move |response| compress::await_turn(response, &turns))
            .layer(AroundLayer(|request: &mut Request| Ok(coding::mark(request))))
            .layer(AroundLayer(move |request: &mut Request| Ok(unsent::count(&budget, request)))),
    )
}

/// The layers around the operations of the API, inside [`around_all`].
pub fn around_api(
    router: Router<Arc<App>>,
    app: &Arc<App>,
    body_limits: &'static [BodyLimit],
    exports: &'static [&'static str],
) -> Router<Arc<App>> {
    let permits = Budget::new(app.options.max_requests);
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, app.options.request_timeout);
    let reader = body::Reader::new(Arc::clone(app), body_limits);
    router.route_layer(
        ServiceBuilder::new()
            .layer(AroundLayer(|request: &mut Request| head::check(request, exports)))
            .layer(body::ReceiveLayer(reader))
            .layer(timeout)
            .layer(AroundLayer(move |request: &mut Request| admission::admit(&permits, request)))
            .layer(SettleLayer),
    )
}

/// The layers around operations that receive their body into a file, inside [`around_all`]. They
/// are not retried, and no permit of other requests is taken for as long as a client sends.
pub fn around_spooled(router: Router<Arc<App>>, app: &App) -> Router<Arc<App>> {
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, app.options.import_timeout);
    router.route_layer(
        ServiceBuilder::new()
            .layer(AroundLayer(|request: &mut Request| head::check(request, &[])))
            .layer(timeout)
            .layer(SettleLayer),
    )
}

/// The layer around everything that is not an operation of the API, inside [`around_all`].
pub fn around_pages(router: Router<Arc<App>>) -> Router<Arc<App>> {
    router.route_layer(AroundLayer(|request: &mut Request| Ok(head::preconditions(request))))
}

fn secure(mut response: Response) -> Response {
    for (name, value) in SECURITY {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Some caches read only the first line of `Vary`.
fn join_vary(mut response: Response) -> Response {
    let lines: Vec<&[u8]> =
        response.headers().get_all(header::VARY).iter().map(HeaderValue::as_bytes).collect();
    if lines.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&lines.join(&b", "[..]))
    {
        response.headers_mut().insert(header::VARY, joined);
    }
    response
}

/// The panic hook has logged the message, which does not reach the client.
fn internal_error(_: Box<dyn Any + Send>) -> Response {
    Problem::new(&INTERNAL, "The cause is in the log of the service.").into_response()
}
