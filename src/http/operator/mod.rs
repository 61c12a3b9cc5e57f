//! For the operator: probes and metrics.

mod metrics;
mod probes;

use std::sync::Arc;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    routing::get,
};

use crate::app::App;

const PROBES: [&str; 2] = ["/livez", "/readyz"];
const METRICS: &str = "/metrics";

pub fn probes() -> Router<Arc<App>> {
    let [live, ready] = PROBES;
    Router::new().route(live, get(probes::livez)).route(ready, get(probes::readyz))
}

pub fn routes() -> Router<Arc<App>> {
    probes().route(METRICS, get(metrics::show_metrics))
}

/// Whether the request is a probe, which responds even when everything else is rejected.
pub fn is_probe(request: &Request) -> bool {
    route(request).is_some_and(|route| PROBES.contains(&route))
}

/// Whether the request is for the operator.
pub fn is_operator(request: &Request) -> bool {
    is_probe(request) || route(request) == Some(METRICS)
}

fn route(request: &Request) -> Option<&str> {
    request.extensions().get::<MatchedPath>().map(MatchedPath::as_str)
}
