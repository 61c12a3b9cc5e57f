//! Probes: `/livez` needs nothing, `/readyz` says whether the service can serve requests.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::json;

use crate::{app::App, http::response::reply::HEALTH, postgres::probe::Health};

/// 200 while the process can respond at all.
pub async fn livez() -> Response {
    respond(true, &BTreeMap::new())
}

/// 200 while the database responds in time and is writable, its schema is the one that this binary
/// knows, and the server is neither starting nor draining.
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    let health = if app.is_started() { app.probe.health().await } else { Health::Unknown };
    let (database, schema) = match health {
        Health::Unknown => ("unknown", "unknown"),
        Health::Good => ("pass", "pass"),
        Health::ReadOnly => ("read-only", "unknown"),
        Health::Behind => ("pass", "fail"),
        Health::Silent => ("fail", "unknown"),
    };
    let server = match (app.is_draining(), app.is_started()) {
        (true, _) => "draining",
        (false, false) => "starting",
        (false, true) => "pass",
    };
    let checks = BTreeMap::from([("database", database), ("schema", schema), ("server", server)]);
    respond(checks.values().all(|check| *check == "pass"), &checks)
}

fn respond(pass: bool, checks: &BTreeMap<&str, &str>) -> Response {
    let (status, word) =
        if pass { (StatusCode::OK, "pass") } else { (StatusCode::SERVICE_UNAVAILABLE, "fail") };
    let headers = [(CONTENT_TYPE, HEALTH), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Json(json!({ "status": word, "checks": checks }))).into_response()
}
