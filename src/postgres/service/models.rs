//! The rows that the service keeps for itself.

use std::fmt;

use autogenerate::Table;
use chrono::{DateTime, Utc};

/// A key that all replicas share, made at the first start that needs it.
#[derive(Clone, sqlx::FromRow, Table)]
#[table(name = "service_keys")]
pub struct ServiceKey {
    /// What it is for, such as `cursor`.
    #[column(primary_key, type = "varchar(50)")]
    pub name: String,
    /// 32 random octets.
    #[column(check = "octet_length(key) = 32")]
    pub key: Vec<u8>,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
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
