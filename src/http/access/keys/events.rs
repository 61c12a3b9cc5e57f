//! What is recorded of writes to keys. No secret is among it.

use crate::{http::write::Event, postgres::access::models::ApiKey};

/// What was done to a key.
#[derive(Debug)]
pub struct KeyEvent {
    what: &'static str,
    key: String,
    grants: String,
}

impl KeyEvent {
    /// A key was created.
    pub fn created(key: &ApiKey) -> Self {
        Self::new("key.created", key)
    }

    /// A key has other contents.
    pub fn updated(key: &ApiKey) -> Self {
        Self::new("key.updated", key)
    }

    /// A key has another secret.
    pub fn rotated(key: &ApiKey) -> Self {
        Self::new("key.rotated", key)
    }

    /// A key was revoked.
    pub fn revoked(key: &ApiKey) -> Self {
        Self::new("key.revoked", key)
    }

    fn new(what: &'static str, key: &ApiKey) -> Self {
        Self { what, key: key.key_id.clone(), grants: key.grants.join(" ") }
    }
}

impl Event for KeyEvent {
    fn log(&self) {
        let Self { what, key, grants } = self;
        tracing::info!(key.id = key, grants, "{what}");
    }
}
