//! Probes: `/livez` needs nothing, `/readyz` says whether the service can serve requests.

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
    app::App,
    http::response::reply::HEALTH,
    postgres::{
        migrations::{self, MIGRATOR},
        pool::Database,
        transaction::is_read_only,
    },
};

const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);

/// 200 while the process can respond at all.
pub async fn livez() -> Response {
    respond(true, &BTreeMap::new())
}

/// 200 while the database responds in time and is writable, its schema is the one that this binary
/// knows, and the server is not draining.
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    let database = tokio::time::timeout(DATABASE_TIMEOUT, pending_migrations(&app.database)).await;
    let (database, schema) = match database {
        Ok(Ok(None)) => ("read-only", "unknown"),
        Ok(Ok(Some(0))) => ("pass", "pass"),
        Ok(Ok(Some(_))) => ("pass", "fail"),
        Ok(Err(())) | Err(_) => ("fail", "unknown"),
    };
    let server = if app.is_draining() { "draining" } else { "pass" };
    let checks = BTreeMap::from([("database", database), ("schema", schema), ("server", server)]);
    respond(checks.values().all(|check| *check == "pass"), &checks)
}

/// How many migrations the database lacks; `None` if it is read-only. A database ahead of this
/// binary is served, so that a binary can be rolled back.
async fn pending_migrations(database: &Database) -> Result<Option<usize>, ()> {
    let mut conn = database.connection().await.map_err(|error| tracing::warn!(%error, "readyz"))?;
    // Not released then: the pool closes a read-only connection.
    if is_read_only(&mut conn).await.map_err(|error| tracing::warn!(%error, "readyz"))? {
        return Ok(None);
    }
    let state = migrations::state(&mut conn, &MIGRATOR).await;
    let state = state.map_err(|error| tracing::warn!(%error, "readyz"))?;
    conn.release();
    Ok(Some(state.pending.len()))
}

fn respond(pass: bool, checks: &BTreeMap<&str, &str>) -> Response {
    let (status, word) =
        if pass { (StatusCode::OK, "pass") } else { (StatusCode::SERVICE_UNAVAILABLE, "fail") };
    let headers = [(CONTENT_TYPE, HEALTH), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Json(json!({ "status": word, "checks": checks }))).into_response()
}
