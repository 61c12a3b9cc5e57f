//! For the operator: probes and metrics.

mod metrics;
mod probes;

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::app::App;

/// `/livez` and `/readyz`.
pub fn probes() -> Router<Arc<App>> {
    Router::new().route("/livez", get(probes::livez)).route("/readyz", get(probes::readyz))
}

/// `/metrics`.
pub fn metrics() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(metrics::show_metrics))
}
