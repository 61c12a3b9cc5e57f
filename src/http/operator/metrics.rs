//! `/metrics`

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderName, header::CONTENT_TYPE};

use crate::{app::App, telemetry::metrics::MEDIA_TYPE};

/// The metrics in the text format of Prometheus.
pub async fn show_metrics(State(app): State<Arc<App>>) -> ([(HeaderName, &'static str); 1], String) {
    ([(CONTENT_TYPE, MEDIA_TYPE)], app.metrics.encode())
}
