//! `/metrics`

use std::sync::Arc;

use axum::{Extension, extract::State};
use http::{
    HeaderName,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

use crate::{
    access::{Action, Grants},
    app::App,
    error::Error,
    http::response::problem::Problem,
    telemetry::metrics::MEDIA_TYPE,
};

/// The metrics in the text format of Prometheus. They are of all collections, so if
/// keys are required, theirs must allow reading all.
pub async fn show_metrics(
    State(app): State<Arc<App>>,
    Extension(grants): Extension<Arc<Grants>>,
) -> Result<([(HeaderName, &'static str); 2], String), Problem> {
    if grants.scope(Action::Read).is_all() {
        Ok(([(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "no-store")], app.metrics.encode()))
    } else {
        Err(Error::Forbidden { grant: "read:*".into() }.into())
    }
}
