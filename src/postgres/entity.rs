//! What the service needs to know of every entity.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A row with an id, a version and a creation time.
pub trait Entity {
    /// The primary key.
    fn id(&self) -> Uuid;

    /// 1 at creation, incremented by every change: the entity tag.
    fn version(&self) -> i64;

    /// When the row was inserted.
    fn created_at(&self) -> DateTime<Utc>;

    /// Whether the row is deleted and can be restored.
    fn is_deleted(&self) -> bool {
        false
    }
}
