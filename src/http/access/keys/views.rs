//! The JSON of responses about keys.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::schemas::{KeyGrants, KeyName};
use crate::{
    access::ApiKey as Secret,
    http::response::{
        json::{microseconds, optional_microseconds},
        page::PageView,
    },
    postgres::access::models::ApiKey,
};

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "4fR9xQ2b", "name": "The importer of lamps", "grants": ["write:acme.lamps"], "expires_at": null,
    "revoked_at": null, "version": 1,
    "created_at": "2026-11-22T12:00:00.000000Z", "updated_at": "2026-11-22T12:00:00.000000Z"
})))]
pub struct KeyView {
    /// The first part of the key's text, which is no secret.
    #[schema(min_length = 8, max_length = 8, pattern = "^[0-9A-Za-z]{8}$")]
    id: String,
    #[schema(inline, value_type = KeyName)]
    name: String,
    #[schema(inline, value_type = KeyGrants)]
    grants: Vec<String>,
    /// When the key expires; null for never.
    #[serde(serialize_with = "optional_microseconds")]
    #[schema(required = true)]
    expires_at: Option<DateTime<Utc>>,
    /// When the key was revoked; null while it is not.
    #[serde(serialize_with = "optional_microseconds")]
    #[schema(required = true)]
    revoked_at: Option<DateTime<Utc>>,
    /// 1 at creation, incremented by every change; the entity tag is this number in quotation
    /// marks.
    #[schema(minimum = 1)]
    version: i64,
    /// When the key was created: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    created_at: DateTime<Utc>,
    /// When the key was last changed: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    updated_at: DateTime<Utc>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.key_id,
            name: key.name,
            grants: key.grants,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            version: key.version,
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
}

/// A key in a list, with its last use. That changes no entity tag, so the key alone does not have
/// it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "4fR9xQ2b", "name": "The importer of lamps", "grants": ["write:acme.lamps"], "expires_at": null,
    "last_used_at": "2026-11-22T12:00:00.000000Z", "revoked_at": null, "version": 1,
    "created_at": "2026-11-22T12:00:00.000000Z", "updated_at": "2026-11-22T12:00:00.000000Z"
})))]
pub struct KeyEntry {
    #[serde(flatten)]
    key: KeyView,
    /// When the key was last used, to the minute; stored with a delay.
    #[serde(serialize_with = "optional_microseconds")]
    #[schema(required = true)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<ApiKey> for KeyEntry {
    fn from(key: ApiKey) -> Self {
        Self { last_used_at: key.last_used_at, key: key.into() }
    }
}

/// A key with its secret, which is shown once.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "key": {
        "id": "4fR9xQ2b", "name": "The importer of lamps", "grants": ["write:acme.lamps"], "expires_at": null,
        "revoked_at": null, "version": 1,
        "created_at": "2026-11-22T12:00:00.000000Z", "updated_at": "2026-11-22T12:00:00.000000Z"
    },
    "secret": null, "detail": "The secret was shown once, and is not stored."
})))]
pub struct KeySecretView {
    /// The key.
    key: KeyView,
    /// What clients send as `Authorization: Bearer …`. It is not stored, so this is the only time
    /// that it is shown: null in a dry run, and in the replay to another request with the same
    /// `Idempotency-Key`.
    #[schema(
        required = true,
        min_length = 53,
        max_length = 53,
        pattern = "^curio_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$"
    )]
    secret: Option<String>,
    /// Why there is no secret.
    #[schema(required = true, value_type = Option<String>, max_length = 256, pattern = "^[ -~]+$")]
    detail: Option<&'static str>,
}

impl KeySecretView {
    /// The key with its secret.
    pub fn new(key: ApiKey, secret: &Secret) -> Self {
        Self { key: key.into(), secret: Some(secret.expose()), detail: None }
    }

    /// This, without the secret: the key does not exist.
    pub fn rehearsed(self) -> Self {
        let detail = Some("This is a dry run: there is no such key.");
        Self { secret: None, detail, ..self }
    }

    /// This, without the secret, for a replay.
    pub fn replayed(self) -> Self {
        let detail = Some("The secret was shown once, and is not stored. If it is lost, rotate the key.");
        Self { secret: None, detail, ..self }
    }
}

/// A page of keys.
pub type KeyPage = PageView<'static, KeyEntry>;
