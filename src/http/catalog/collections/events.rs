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
