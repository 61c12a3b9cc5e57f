//! The last known keys of an issuer, and when they are loaded.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::timeout};

use super::{
    jwk::{KeySet, PublicKey},
    jws::Header,
    source::KeySource,
};
use crate::{access::Issuer, authentication::rejection::Reason};

/// How long after a failed load the next one may begin.
pub const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The last known keys of an issuer.
#[derive(Debug)]
pub struct Keyring {
    /// Whose keys these are.
    pub issuer: Arc<Issuer>,
    source: KeySource,
    /// How long after a token with an unknown key loaded them the next one may.
    reload_after: Duration,
    /// The longest time that a request waits for a load.
    max_wait: Duration,
    keys: RwLock<Option<Arc<KeySet>>>,
    progress: Mutex<Progress>,
    /// Whether the last load succeeded; sent whenever one has ended.
    loaded: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Progress {
    is_loading: bool,
    /// When a token last caused a load.
    last_demand: Option<Instant>,
}

/// A load in progress. It ends when this is dropped, also by a panic.
struct Loading {
    keyring: Arc<Keyring>,
    has_succeeded: bool,
}

impl Loading {
    async fn run(mut self) {
        let Self { keyring, has_succeeded } = &mut self;
        match keyring.source.load(&keyring.issuer).await {
            Ok(keys) => {
                keyring.replace(keys);
                *has_succeeded = true;
            }
            Err(cause) => {
                let issuer = keyring.issuer.as_str();
                tracing::warn!(issuer, %cause, "issuer.keys_not_loaded");
            }
        }
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        let mut progress = self.keyring.progress();
        progress.is_loading = false;
        self.keyring.loaded.send_replace(self.has_succeeded);
    }
}

impl Keyring {
    /// The keyring of an issuer, still empty.
    pub fn new(issuer: Issuer, source: KeySource, reload_after: Duration, max_wait: Duration) -> Arc<Self> {
        Arc::new(Self {
            issuer: Arc::new(issuer),
            source,
            reload_after,
            max_wait,
            keys: RwLock::default(),
            progress: Mutex::default(),
            loaded: watch::Sender::new(false),
        })
    }

    /// The last known keys; `None` if they were never obtained.
    pub fn keys(&self) -> Option<Arc<KeySet>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether they come from a file.
    pub fn is_file(&self) -> bool {
        matches!(self.source, KeySource::File(_))
    }

    /// The key that signed a token with this header. If it is unknown, the keys may be loaded
    /// first.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub async fn find(self: &Arc<Self>, header: &Header, now: Instant) -> Result<PublicKey, Reason> {
        let find = || {
            let keys = self.keys().ok_or(Reason::UnknownKey)?;
            keys.find(header.kid.as_deref(), header.algorithm).cloned()
        };
        match find() {
            Err(Reason::UnknownKey) => {
                let are_current = self.demand(now).await;
                let unknown = if are_current { Reason::UnknownKey } else { Reason::KeysNotLoaded };
                find().map_err(|reason| if reason == Reason::UnknownKey { unknown } else { reason })
            }
            found => found,
        }
    }

    /// Waits for a load, which a token with an unknown key may cause. The next one may do so only
    /// after a while, so that made-up keys cause few. Returns whether the last load succeeded.
    async fn demand(self: &Arc<Self>, now: Instant) -> bool {
        let mut loaded = {
            let mut progress = self.progress();
            let has_loaded = *self.loaded.borrow();
            let pause = if has_loaded { self.reload_after } else { self.reload_after.min(RETRY_AFTER) };
            let is_recent = |last| now.saturating_duration_since(last) < pause;
            if !progress.is_loading {
                if progress.last_demand.is_some_and(is_recent) {
                    return has_loaded;
                }
                progress.last_demand = Some(now);
            }
            self.begin(&mut progress)
        };
        let is_over = timeout(self.max_wait, loaded.changed()).await.is_ok();
        is_over && *loaded.borrow()
    }

    /// Loads the keys, or waits for the load in progress. Returns whether it succeeded.
    pub async fn load(self: &Arc<Self>) -> bool {
        let mut loaded = self.begin(&mut self.progress());
        let _ = loaded.changed().await;
        *loaded.borrow()
    }

    /// Begins a load unless one is in progress, and returns what is notified of its end. It
    /// outlives the request that caused it.
    fn begin(self: &Arc<Self>, progress: &mut Progress) -> watch::Receiver<bool> {
        let loaded = self.loaded.subscribe();
        if !mem::replace(&mut progress.is_loading, true) {
            tokio::spawn(Loading { keyring: Arc::clone(self), has_succeeded: false }.run());
        }
        loaded
    }

    /// Replaces the keys.
    pub fn replace(&self, keys: KeySet) {
        let (issuer, count) = (self.issuer.as_str(), keys.len());
        let keys = Some(Arc::new(keys));
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let has_changed = *known != keys;
        *known = keys;
        mem::drop(known);
        if has_changed {
            tracing::info!(issuer, keys = count, "issuer.keys_changed");
        }
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
