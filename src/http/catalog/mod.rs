//! The catalogue over HTTP.

mod items;
mod schemas;

use std::sync::Arc;

use axum::routing::MethodRouter;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::App;

/// The addresses of the catalogue and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    let collection = routes!(items::list_items, items::create_item);
    let member = routes!(items::get_item, items::replace_item, items::update_item, items::delete_item);
    OpenApiRouter::new()
        .routes(collection.map(|methods: MethodRouter<_>| methods.options(items::list_items_options)))
        .routes(member.map(|methods: MethodRouter<_>| methods.options(items::get_item_options)))
}
