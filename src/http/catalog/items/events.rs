//! What is recorded of writes to items.

use uuid::Uuid;

use crate::{
    http::write::Event,
    postgres::catalog::models::{Item, Status},
};

/// An item was created.
#[derive(Debug)]
pub struct ItemCreated {
    id: Uuid,
    status: Status,
}

impl From<&Item> for ItemCreated {
    fn from(item: &Item) -> Self {
        Self { id: item.id, status: item.status }
    }
}

impl Event for ItemCreated {
    fn log(&self) {
        tracing::info!(item.id = %self.id, item.status = self.status.as_str(), "item.created");
    }
}
