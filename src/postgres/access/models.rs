//! The rows of access.

use std::fmt;

use autogenerate::{Table, model::Metadata};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::postgres::{entity::Entity, rule::Rule};

/// Adds the tables of access.
#[must_use]
pub fn add_tables(metadata: Metadata) -> Metadata {
    metadata.table::<ApiKey>()
}

/// The checks on what clients send.
pub const RULES: &[Rule] = &[
    Rule {
        constraint: "api_keys_name_check",
        pointer: "/name",
        code: "length",
        detail: "must have 1 to 200 characters",
    },
    Rule {
        constraint: "api_keys_grants_check",
        pointer: "/grants",
        code: "length",
        detail: "must have 1 to 64 elements",
    },
];

/// A key with which a client makes requests.
#[derive(Clone, sqlx::FromRow, Table)]
#[table(name = "api_keys", index(name = "api_keys_newest_idx", columns = ["created_at DESC", "id DESC"]))]
pub struct ApiKey {
    /// UUID version 7 (RFC 9562).
    #[column(primary_key)]
    pub id: Uuid,
    /// What clients and the log know it by: the first part of its text.
    #[column(type = "varchar(8)", unique)]
    pub key_id: String,
    /// SHA-256 of the secret.
    #[column(check = "octet_length(hash) = 32")]
    pub hash: Vec<u8>,
    /// SHA-256 of the secret before the last rotation; null if it is not valid any more.
    #[column(check = "octet_length(previous_hash) = 32")]
    pub previous_hash: Option<Vec<u8>>,
    /// Until when the previous secret is valid.
    pub previous_until: Option<DateTime<Utc>>,
    /// What people call it: 1 to 200 characters after trimming, no control characters.
    #[column(type = "varchar(200)", check = "char_length(name) BETWEEN 1 AND 200")]
    pub name: String,
    /// What its actor may do: texts such as `write:acme.*`.
    #[column(check = "cardinality(grants) BETWEEN 1 AND 64")]
    pub grants: Vec<String>,
    /// When it expires; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; written in the background.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; null while it is not.
    pub revoked_at: Option<DateTime<Utc>>,
    /// 1 at creation, incremented by every change but that of its last use: the entity tag.
    #[column(default = "1", check = "version >= 1")]
    pub version: i64,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
    /// When the row was last changed, except for its last use, by the database's clock.
    #[column(default = "now()")]
    pub updated_at: DateTime<Utc>,
}

impl Entity for ApiKey {
    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    fn is_deleted(&self) -> bool {
        self.revoked_at.is_some()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// The part of a key that clients write.
#[derive(Debug, Clone)]
pub struct ApiKeyContent {
    /// See [`ApiKey::name`].
    pub name: String,
    /// See [`ApiKey::grants`].
    pub grants: Vec<String>,
    /// See [`ApiKey::expires_at`].
    pub expires_at: Option<DateTime<Utc>>,
}

/// What it takes to authenticate a client with a key.
#[derive(Clone)]
pub struct Credentials {
    /// See [`ApiKey::hash`].
    pub hash: Vec<u8>,
    /// See [`ApiKey::previous_hash`].
    pub previous_hash: Option<Vec<u8>>,
    /// See [`ApiKey::previous_until`].
    pub previous_until: Option<DateTime<Utc>>,
    /// See [`ApiKey::grants`].
    pub grants: Vec<String>,
    /// See [`ApiKey::expires_at`].
    pub expires_at: Option<DateTime<Utc>>,
    /// See [`ApiKey::last_used_at`].
    pub last_used_at: Option<DateTime<Utc>>,
    /// See [`ApiKey::revoked_at`].
    pub revoked_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("grants", &self.grants).finish_non_exhaustive()
    }
}
