//! Where clients get access tokens for this service (RFC 9728).

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header::CACHE_CONTROL};
use serde_json::json;

use crate::{
    access::{Action, Issuer, SCOPE_PREFIX},
    app::App,
};

/// `/.well-known/oauth-protected-resource`
pub fn route() -> Router<Arc<App>> {
    Router::new().route("/.well-known/oauth-protected-resource", get(show_resource_metadata))
}

/// The metadata; 404 if no access tokens are accepted, or nothing says under which URL.
async fn show_resource_metadata(State(app): State<Arc<App>>) -> Response {
    let Some(tokens) = &app.options.tokens else { return StatusCode::NOT_FOUND.into_response() };
    let Some(resource) = app.options.resource() else { return StatusCode::NOT_FOUND.into_response() };
    let scopes = Action::ALL.map(|action| format!("{SCOPE_PREFIX}{}:*", action.as_str()));
    let metadata = json!({
        "resource": resource,
        "authorization_servers": tokens.issuers.iter().map(Issuer::as_str).collect::<Vec<_>>(),
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": "Curio",
    });
    ([(CACHE_CONTROL, HeaderValue::from_static("no-cache"))], Json(metadata)).into_response()
}
