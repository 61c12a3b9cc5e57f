//! What the tests share.

pub mod database;
pub mod issuer;
pub mod log;
pub mod pooler;
pub mod process;
pub mod proxy;
pub mod resource;
pub mod service;

use std::time::{Duration, Instant};

// The paths that the tests use of the service, in one place.
pub use curio::{
    app::App,
    authentication::TokenOptions,
    config::{
        HttpOptions as Options,
        http::{Auth, ConnectionOptions, Docs, MAX_FILES},
    },
    http::{document_text as openapi_text, listener, router},
    postgres::pool::{Database, DatabaseOptions, LongWork},
};

/// How long something that must happen may take on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Polls until a condition holds.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        ticks.tick().await;
        if condition().await {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: not within {} s", PATIENCE.as_secs());
    }
}
