//! Items: CRUD, deletion and restoration, batches, exports and imports.

mod attributes;
mod batch;
mod counting;
mod draft;
mod events;
mod export;
mod finding;
mod handlers;
mod import;
mod queries;
mod schemas;
mod search;
mod searching;
mod sorting;
mod spelling;
pub mod transfer;
mod types;
mod within;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::{batch::handlers::LIMIT as BATCH_LIMIT, handlers::PATH};
use crate::app::App;

#[derive(OpenApi)]
#[openapi(tags((name = "items", description = "The things that the catalogue stores.")))]
struct Tag;

/// The operations on items and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Tag::openapi())
        .routes(routes!(handlers::list_items, handlers::create_item))
        .routes(routes!(
            handlers::get_item,
            handlers::replace_item,
            handlers::update_item,
            handlers::delete_item
        ))
        .routes(routes!(handlers::restore_item))
        .routes(routes!(batch::handlers::batch_items))
}

/// The operations that receive their body into a file.
pub fn spooled_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(import::handlers::import_items))
}
