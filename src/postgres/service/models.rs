//! The rows that the service keeps for itself.

use std::fmt;

use chrono::{DateTime, Utc};

/// A key that all replicas share, made at the first start that needs it: one row of `service_keys`.
#[derive(Clone, sqlx::FromRow)]
pub struct ServiceKey {
    /// What it is for, such as `cursor`.
    pub name: String,
    /// 32 random octets.
    pub key: Vec<u8>,
    /// When the row was inserted, by the database's clock.
    pub created_at: DateTime<Utc>,
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceKey")
            .field("name", &self.name)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
