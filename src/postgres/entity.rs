//! What the service needs to know of every entity.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What tells one representation of an entity from another: its entity tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// See [`Entity::version`].
    pub version: i64,
    /// See [`Entity::state`].
    pub state: u64,
}

impl From<i64> for Revision {
    fn from(version: i64) -> Self {
        Self { version, state: 0 }
    }
}

/// A row with an id, a version and a creation time.
pub trait Entity {
    /// The primary key.
    fn id(&self) -> Uuid;

    /// 1 at creation, incremented by every change of a client.
    fn version(&self) -> i64;

    /// What the entity shows that changes without its version. 0 after all of it is done.
    fn state(&self) -> u64 {
        0
    }

    /// The version and the state.
    fn revision(&self) -> Revision {
        Revision { version: self.version(), state: self.state() }
    }

    /// When the row was inserted.
    fn created_at(&self) -> DateTime<Utc>;

    /// Whether the row is deleted and can be restored.
    fn is_deleted(&self) -> bool {
        false
    }
}
