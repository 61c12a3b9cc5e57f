//! The catalogue over HTTP: a folder for each resource.

mod collections;
mod items;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

pub use self::items::transfer;
use crate::{app::App, http::limits::BodyLimit};

/// The routes with larger bodies than others.
pub const BODY_LIMITS: &[BodyLimit] = &[items::BATCH_LIMIT];

/// The lists that can be exported, and read with the method QUERY.
pub const LISTS: &[&str] = &[items::PATH];

/// The operations of the catalogue and their documentation, except [`spooled_routes`].
pub fn routes() -> OpenApiRouter<Arc<App>> {
    collections::routes().merge(items::routes())
}

/// The operations whose body is read while they are carried out, and their documentation.
pub fn spooled_routes() -> OpenApiRouter<Arc<App>> {
    items::spooled_routes()
}
