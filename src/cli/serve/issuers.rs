//! The keys of the issuers of access tokens.

use std::sync::Arc;

use crate::app::App;

/// Keeps the keys of all issuers current, for as long as the service runs.
pub async fn keep_keys(app: Arc<App>) {
    if let Some(tokens) = &app.authenticator.tokens {
        tokens.keep_keys().await;
    }
}
