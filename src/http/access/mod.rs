//! Access over HTTP: API keys, and where access tokens come from.

mod keys;
mod resource_metadata;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

pub use self::resource_metadata::route as resource_metadata;
use crate::app::App;

/// The operations of access and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    keys::routes()
}
