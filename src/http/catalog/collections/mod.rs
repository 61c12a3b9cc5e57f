//! Collections: CRUD, and their schemas.

mod check;
mod events;
mod handlers;
mod history;
mod indexed;
mod schemas;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

#[derive(OpenApi)]
#[openapi(tags((name = "collections", description = "What items belong to: their types.")))]
struct Tag;

/// The operations on collections and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Tag::openapi())
        .routes(routes!(handlers::list_collections, handlers::create_collection))
        .routes(routes!(
            handlers::get_collection,
            handlers::replace_collection,
            handlers::update_collection,
            handlers::delete_collection
        ))
        .routes(routes!(check::handlers::check_schema))
        .routes(routes!(history::handlers::list_schemas))
        .routes(routes!(history::handlers::get_schema))
}
