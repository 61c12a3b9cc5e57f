//! The method QUERY (RFC 10008), which axum does not route: a GET whose parameters are in its
//! content.

use std::sync::Arc;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
    routing::any,
};
use http::{Method, StatusCode};
use tower::ServiceExt;

use crate::{
    app::App,
    http::request::query_content::{Queried, announce, is_query},
};

/// Adds the method to these routes.
pub fn add_query(routes: Router<Arc<App>>, app: &Arc<App>, lists: &[&str]) -> Router<Arc<App>> {
    let without = routes.clone().with_state(Arc::clone(app));
    lists.iter().fold(routes, |routes, list| {
        let without = without.clone();
        let other = async move |request: Request| run(without, request).await;
        routes.route(list, any(other))
    })
}

/// Runs a request with a method that these routes do not have.
async fn run(routes: Router, mut request: Request) -> Response {
    if is_query(request.method()) {
        *request.method_mut() = Method::GET;
        request.extensions_mut().insert(Queried);
    }
    // axum would append the route to it.
    request.extensions_mut().remove::<MatchedPath>();
    let mut response = routes.oneshot(request).await.into_response();
    if matches!(response.status(), StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE) {
        announce(response.headers_mut());
    }
    response
}
