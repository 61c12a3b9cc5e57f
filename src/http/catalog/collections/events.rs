//! What is recorded of writes to collections.

use crate::{http::write::Event, postgres::catalog::models::Collection};

/// A collection was created.
#[derive(Debug)]
pub struct CollectionCreated {
    key: String,
}

impl From<&Collection> for CollectionCreated {
    fn from(collection: &Collection) -> Self {
        Self { key: collection.key.clone() }
    }
}

impl Event for CollectionCreated {
    fn log(&self) {
        tracing::info!(collection.key = self.key, "collection.created");
    }
}

/// A collection got a schema of another value.
#[derive(Debug)]
pub struct SchemaCreated {
    key: String,
    version: i32,
}

impl SchemaCreated {
    /// The schema that a collection has, if it had another version before.
    pub fn since(before: Option<i32>, collection: &Collection) -> Option<Self> {
        let version = collection.schema_version.filter(|version| before != Some(*version))?;
        Some(Self { key: collection.key.clone(), version })
    }
}

impl Event for SchemaCreated {
    fn log(&self) {
        tracing::info!(collection.key = self.key, schema.version = self.version, "schema.created");
    }
}
