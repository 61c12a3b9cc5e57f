//! Traces: a span for each request, transaction and statement, sent by OTLP.
//!
//! tracing-opentelemetry would export the fields of the log's spans, which have other names and
//! contain what clients sent, and has no spans of statements.

mod export;
mod request;
mod statements;
mod summary;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

pub use self::{
    export::is_enabled,
    request::{Described, RequestTrace, TRACEPARENT, record_actor, traceparent},
    statements::{STATEMENTS, layer},
};

/// What makes the spans, if the service traces.
#[derive(Debug)]
pub struct Guard(Option<SdkTracerProvider>);

/// Begins to trace if the environment names a collector. The caller is in a runtime of tokio.
///
/// # Errors
///
/// The environment is malformed.
pub fn start() -> anyhow::Result<Guard> {
    if !is_enabled() {
        return Ok(Guard(None));
    }
    let provider = export::provider()?;
    let _ = request::TRACER.set(provider.tracer("curio"));
    Ok(Guard(Some(provider)))
}

impl Guard {
    /// Sends what is left, for at most some seconds.
    pub async fn stop(self) {
        let Some(provider) = self.0 else { return };
        // It waits for its thread, which sends on this runtime.
        let stopped = tokio::task::spawn_blocking(move || provider.shutdown()).await;
        if let Ok(Err(cause)) = stopped {
            tracing::warn!(%cause, "traces.lost");
        }
    }
}
