//! API keys: CRUD, rotation and revocation.

mod events;
mod handlers;
mod schemas;
mod views;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

#[derive(OpenApi)]
#[openapi(tags((name = "keys", description = "The API keys of clients, and what they allow.")))]
struct Tag;

/// The operations on keys and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Tag::openapi())
        .routes(routes!(handlers::list_keys, handlers::create_key))
        .routes(routes!(handlers::get_key, handlers::update_key, handlers::revoke_key))
        .routes(routes!(handlers::rotate_key))
}
