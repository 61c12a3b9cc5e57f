//! What every request shares.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use tokio::sync::Notify;

use crate::{
    authentication::Authenticator,
    budget::{Budget, MAX_RESPONSES},
    config::{HttpOptions, http::MAX_FILES},
    postgres::{pool::Database, probe::Probe},
    schema_cache::SchemaCache,
    telemetry::metrics::Metrics,
};

/// The database, the configuration, the metrics, and whether the server is shutting down.
pub struct App {
    pub(crate) database: Database,
    pub(crate) options: HttpOptions,
    pub(crate) metrics: Metrics,
    pub(crate) probe: Probe,
    pub(crate) schemas: SchemaCache,
    pub(crate) authenticator: Authenticator,
    /// Notified when attributes are to be indexed, or no longer.
    pub(crate) indexes_changed: Arc<Notify>,
    /// The files of imports, and the space for them, in MiB.
    pub(crate) import_files: Budget,
    pub(crate) import_space: Budget,
    pub(crate) responses: Budget,
    cursor_mac: OnceLock<Hmac<Sha256>>,
    draining: AtomicBool,
}

impl App {
    /// A service on this database, whose cursors are authenticated under `cursor_key`.
    #[must_use]
    pub fn new(database: Database, cursor_key: &[u8], options: HttpOptions) -> Arc<Self> {
        let app = Self::starting(database, options);
        app.start(cursor_key);
        app
    }

    /// A service that responds only to probes until [`start`](Self::start) is called.
    #[must_use]
    pub fn starting(database: Database, options: HttpOptions) -> Arc<Self> {
        Arc::new(Self {
            metrics: Metrics::new(database.clone()),
            probe: Probe::new(database.clone()),
            schemas: SchemaCache::default(),
            authenticator: Authenticator::new(options.tokens.as_ref()),
            indexes_changed: Arc::default(),
            import_files: Budget::new(MAX_FILES),
            import_space: Budget::new(options.import_space),
            responses: Budget::new(MAX_RESPONSES),
            cursor_mac: OnceLock::new(),
            draining: AtomicBool::new(false),
            database,
            options,
        })
    }

    /// Begins to serve requests; the schema must be current.
    pub fn start(&self, cursor_key: &[u8]) {
        let cursor_mac = Hmac::new_from_slice(cursor_key);
        let cursor_mac = cursor_mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        let _ = self.cursor_mac.set(cursor_mac);
    }

    pub(crate) fn is_started(&self) -> bool {
        self.cursor_mac.get().is_some()
    }

    /// Authenticates cursors.
    pub(crate) fn cursor_mac(&self) -> &Hmac<Sha256> {
        self.cursor_mac.get().unwrap_or_else(|| unreachable!("requests before the start are rejected"))
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
