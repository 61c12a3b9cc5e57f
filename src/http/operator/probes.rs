//! Probes: `/livez` needs nothing, `/readyz` says whether a request would be answered.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

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

use crate::{
    http::App,
    postgres::{
        database::Database,
        migrations::{self, MIGRATOR},
    },
};

/// The media type of the probes' answers, 503 included: load balancers and orchestrators read the status alone.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/health+json");

const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);

/// 200 while the process can answer at all.
pub async fn livez() -> Response {
    answer(true, &BTreeMap::new())
}

/// 200 while the database answers in time, its schema is one that this binary knows and the server is not draining.
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    let database = tokio::time::timeout(DATABASE_TIMEOUT, schema(&app.database)).await;
    let (database, schema) = match database {
        Ok(Ok(0)) => ("pass", "pass"),
        Ok(Ok(_)) => ("pass", "fail"),
        Ok(Err(())) | Err(_) => ("fail", "unknown"),
    };
    let server = if app.is_draining() { "draining" } else { "pass" };
    let checks = BTreeMap::from([("database", database), ("schema", schema), ("server", server)]);
    answer(checks.values().all(|check| *check == "pass"), &checks)
}

/// How many migrations the database lacks. One that has more than this binary knows is served: a binary can be rolled back.
async fn schema(database: &Database) -> Result<usize, ()> {
    let mut conn = database.connection().await.map_err(|error| tracing::warn!(%error, "readyz"))?;
    let state = migrations::state(&mut conn, &MIGRATOR).await;
    let state = state.map_err(|error| tracing::warn!(%error, "readyz"))?;
    conn.release();
    Ok(state.pending.len())
}

fn answer(pass: bool, checks: &BTreeMap<&str, &str>) -> Response {
    let (status, word) =
        if pass { (StatusCode::OK, "pass") } else { (StatusCode::SERVICE_UNAVAILABLE, "fail") };
    let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Json(json!({ "status": word, "checks": checks }))).into_response()
}
