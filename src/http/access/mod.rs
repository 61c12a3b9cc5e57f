//! Access over HTTP: API keys.

mod keys;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The operations of access and their documentation.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    keys::routes()
}
