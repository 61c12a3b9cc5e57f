//! The catalogue over HTTP.

mod batch;
mod items;
mod schemas;

use std::sync::Arc;

use axum::routing::MethodRouter;
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, InvalidHeaderValue},
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{App, problem::Problem};
use crate::error::Error;

/// Caches may keep an answer for their own client, and ask before each use whether it is still current (RFC 9111 §5.2.2).
const REVALIDATE: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));

fn internal(error: InvalidHeaderValue) -> Problem {
    Error::Internal(Box::new(error)).into()
}

/// The largest body of a batch in octets.
const MAX_BATCH: usize = 8 * 1024 * 1024;

/// The largest body in octets of a route that has a limit of its own.
pub fn max_body(route: &str) -> Option<usize> {
    (route == "/v1/items/batch").then_some(MAX_BATCH)
}

/// The addresses of the catalogue and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    let collection = routes!(items::list_items, items::create_item);
    let member = routes!(items::get_item, items::replace_item, items::update_item, items::delete_item);
    OpenApiRouter::new()
        .routes(collection.map(|methods: MethodRouter<_>| methods.options(items::list_items_options)))
        .routes(member.map(|methods: MethodRouter<_>| methods.options(items::get_item_options)))
        .routes(
            routes!(items::restore_item).map(|methods: MethodRouter<_>| methods.options(items::post_options)),
        )
        .routes(
            routes!(batch::batch_items).map(|methods: MethodRouter<_>| methods.options(items::post_options)),
        )
}
