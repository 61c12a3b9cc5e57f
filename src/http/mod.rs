//! The boundary: everything that knows HTTP.

mod catalog;
mod layers;
mod limits;
pub mod listener;
mod openapi;
mod operator;
mod request;
mod response;
mod write;

use std::sync::{Arc, LazyLock};

use axum::{Router, routing::get};
use http::StatusCode;

use crate::app::App;

/// The service: what production serves and what the tests call.
pub fn router(app: &Arc<App>) -> Router {
    let (api, document) = openapi::api(catalog::routes()).split_for_parts();
    let api = openapi::with_options(api, &document);
    let public = layers::around_api(api, app, catalog::BODY_LIMITS)
        .route("/problems/{kind}", get(response::problem::describe_problem))
        .merge(openapi::routes(document_text()))
        .fallback(async || StatusCode::NOT_FOUND);
    // Probes and metrics respond even when everything else is rejected.
    let operator = operator::probes().merge(layers::compressed(operator::metrics()));
    let router = layers::around_public(public, app).merge(operator);
    layers::around_all(router, app).with_state(Arc::clone(app))
}

/// The OpenAPI document, as `openapi.json` has it.
#[must_use]
pub fn document_text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| openapi::text(catalog::routes()));
    &TEXT
}
