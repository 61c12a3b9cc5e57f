//! What every request shares.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

use crate::{config::HttpOptions, postgres::pool::Database, telemetry::metrics::Metrics};

/// The database, the configuration, the metrics, and whether the server is shutting down.
pub struct App {
    pub(crate) database: Database,
    pub(crate) options: HttpOptions,
    pub(crate) metrics: Metrics,
    /// Authenticates cursors.
    pub(crate) cursor_mac: Hmac<Sha256>,
    draining: AtomicBool,
}

impl App {
    /// A service on this database, whose cursors are authenticated under `cursor_key`.
    #[must_use]
    pub fn new(database: Database, cursor_key: &[u8], options: HttpOptions) -> Arc<Self> {
        let cursor_mac = Hmac::new_from_slice(cursor_key);
        Arc::new(Self {
            metrics: Metrics::new(database.clone()),
            cursor_mac: cursor_mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length")),
            draining: AtomicBool::new(false),
            database,
            options,
        })
    }

    /// From now on `/readyz` returns 503, so that load balancers send nothing new.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("options", &self.options).finish_non_exhaustive()
    }
}
