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
    /// Changes whenever a load has ended.
    ended: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Progress {
    is_loading: bool,
    /// When a token last caused a load.
    last_demand: Option<Instant>,
}

/// Ends a load, however it ends.
struct Loading(Arc<Keyring>);

impl Drop for Loading {
    fn drop(&mut self) {
        let mut progress = self.0.progress();
        progress.is_loading = false;
        self.0.ended.send_replace(());
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
            ended: watch::Sender::new(()),
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
        let find = |keys: Option<Arc<KeySet>>| {
            keys.ok_or(Reason::NoKeysYet)?.find(header.kid.as_deref(), header.algorithm).cloned()
        };
        match find(self.keys()) {
            Err(Reason::NoKeysYet | Reason::UnknownKey) => {
                self.demand(now).await;
                find(self.keys())
            }
            found => found,
        }
    }

    /// Waits for a load, which a token with an unknown key may cause. The next one may do so only
    /// after a while, so that made-up keys cause few.
    async fn demand(self: &Arc<Self>, now: Instant) {
        let mut ended = {
            let mut progress = self.progress();
            let is_recent = |last| now.saturating_duration_since(last) < self.reload_after;
            if !progress.is_loading {
                if progress.last_demand.is_some_and(is_recent) {
                    return;
                }
                progress.last_demand = Some(now);
            }
            self.begin(&mut progress)
        };
        let _ = timeout(self.max_wait, ended.changed()).await;
    }

    /// Loads the keys, or waits for the load in progress. Returns whether there are any.
    pub async fn load(self: &Arc<Self>) -> bool {
        let mut ended = self.begin(&mut self.progress());
        let _ = ended.changed().await;
        self.keys().is_some()
    }

    /// Begins a load unless one is in progress, and returns what changes at its end. It does not
    /// end with the request that caused it.
    fn begin(self: &Arc<Self>, progress: &mut Progress) -> watch::Receiver<()> {
        let ended = self.ended.subscribe();
        if !mem::replace(&mut progress.is_loading, true) {
            let loading = Loading(Arc::clone(self));
            tokio::spawn(async move {
                let Loading(keyring) = &loading;
                match keyring.source.load(&keyring.issuer).await {
                    Ok(keys) => keyring.replace(keys),
                    Err(cause) => {
                        let issuer = keyring.issuer.as_str();
                        tracing::warn!(issuer, %cause, "issuer.keys_not_loaded");
                    }
                }
            });
        }
        ended
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
