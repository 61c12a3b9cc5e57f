//! The rows that the service needs for itself.

use std::fmt;

use autogenerate::{Table, model::Metadata};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Adds the tables of the service.
#[must_use]
pub fn add_tables(metadata: Metadata) -> Metadata {
    metadata.table::<IdempotencyKey>().table::<ServiceKey>().table::<Tombstone>()
}

/// A key that all replicas share, created by the first start that needs it.
#[derive(Clone, sqlx::FromRow, Table)]
#[table(name = "service_keys")]
pub struct ServiceKey {
    /// What it is for, such as `cursor`.
    #[column(primary_key, type = "varchar(50)")]
    pub name: String,
    /// 32 random bytes.
    #[column(check = "octet_length(key) = 32")]
    pub key: Vec<u8>,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// The response to a request with an `Idempotency-Key`, replayed to retries within 24 hours.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(name = "idempotency_keys", index(using = "brin", columns = ["created_at"]))]
pub struct IdempotencyKey {
    /// SHA-256 of the actor and the key.
    #[column(primary_key)]
    pub id: Vec<u8>,
    /// SHA-256 of the request: method, path and query, media type, body, preconditions.
    pub fingerprint: Vec<u8>,
    /// The response as an HTTP/1.1 message (RFC 9112 §2.1).
    pub response: Vec<u8>,
    /// When the request was carried out, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// A stored response, and the fingerprint of its request.
#[derive(Debug, Clone)]
pub struct StoredResponse {
    /// See [`IdempotencyKey::fingerprint`].
    pub fingerprint: Vec<u8>,
    /// See [`IdempotencyKey::response`].
    pub message: Vec<u8>,
}

/// What a purge leaves behind, so that the versions of an id never repeat.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(name = "tombstones")]
pub struct Tombstone {
    /// The id of the purged entity.
    #[column(primary_key)]
    pub id: Uuid,
    /// The last version that it had.
    #[column(check = "version >= 1")]
    pub version: i64,
    /// When it was last changed, so that the times of an id never go back.
    #[column(default = "now()")]
    pub updated_at: DateTime<Utc>,
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceKey")
            .field("name", &self.name)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
