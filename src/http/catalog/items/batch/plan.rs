//! What a batch writes, after every operation was found to be possible.

use std::collections::HashMap;

use http::StatusCode;
use uuid::Uuid;

use super::{
    operations::{Operation, fault_at},
    schemas::{BatchList, ItemBatchResult, ItemBatchResults},
    validation::{BatchSchemas, MAX_BATCH_STEPS},
};
use crate::{
    error::{Error, Fault},
    http::{
        catalog::items::schemas::{ItemCreate, ItemView},
        limits::MAX_FAULTS,
        request::{json::size, patch},
        response::problem::Problem,
    },
    ids::new_ids,
    postgres::catalog::models::{Item, ItemContent},
};

/// The items to write with one statement.
#[derive(Default)]
pub struct Contents {
    pub ids: Vec<Uuid>,
    pub contents: Vec<ItemContent>,
}

impl Contents {
    fn push(&mut self, id: Uuid, content: ItemContent) {
        self.ids.push(id);
        self.contents.push(content);
    }

    pub fn bytes(&self) -> usize {
        let bytes = |it: &ItemContent| size::written_out(it.attributes.get()) + it.name.len();
        self.contents.iter().map(bytes).sum()
    }
}

/// What to write.
#[derive(Default)]
pub struct Plan {
    pub order: Vec<(StatusCode, Uuid)>,
    pub created: Contents,
    pub updated: Contents,
    pub deleted: Vec<Uuid>,
}

impl Plan {
    /// Decides what to write to the items that were found.
    ///
    /// # Errors
    ///
    /// 422 with every fault.
    pub fn new(
        operations: Vec<Operation>,
        mut found: HashMap<Uuid, Item>,
        schemas: &BatchSchemas,
    ) -> Result<Self, Problem> {
        let mut plan = Self::default();
        let mut faults = Vec::new();
        let mut steps = MAX_BATCH_STEPS;
        let new_ids = new_ids(operations.len());
        for ((index, operation), new_id) in operations.into_iter().enumerate().zip(new_ids) {
            let mut fail = |at, found: Vec<Fault>| {
                faults.extend(found.into_iter().map(|fault| fault_at(index, fault.inside(at))));
            };
            plan.order.push(match operation {
                Operation::Create(content) => {
                    match schemas.validate(content.into(), &mut steps) {
                        Ok(content) => plan.created.push(new_id, content),
                        Err(found) => fail("/item", found),
                    }
                    (StatusCode::CREATED, new_id)
                }
                Operation::Update { id, patch, .. } => {
                    let current = found.remove(&id).ok_or(Error::NotFound)?;
                    let collection = current.collection.clone();
                    let merged = patch::merge::<ItemCreate>(&ItemView::from(current), patch.get());
                    match merged.and_then(|content| content.for_item_in(&collection)) {
                        Ok(content) => match schemas.validate(content, &mut steps) {
                            Ok(content) => plan.updated.push(id, content),
                            Err(found) => fail("/patch", found),
                        },
                        Err(Error::Invalid(found)) => fail("/patch", found),
                        Err(error) => return Err(error.into()),
                    }
                    (StatusCode::OK, id)
                }
                Operation::Delete { id, .. } => {
                    plan.deleted.push(id);
                    (StatusCode::NO_CONTENT, id)
                }
            });
            if faults.len() > MAX_FAULTS {
                break;
            }
        }
        if faults.is_empty() { Ok(plan) } else { Err(Problem::invalid(faults)) }
    }

    /// The keys of the collections of all items.
    pub fn collections(&self) -> Vec<&str> {
        let contents = self.created.contents.iter().chain(&self.updated.contents);
        contents.map(|content| content.collection.as_str()).collect()
    }

    /// The results, after everything was written.
    pub fn results(&self, mut written: HashMap<Uuid, Item>, minimal: bool) -> ItemBatchResults {
        let results = self.order.iter().map(|(status, id)| {
            let item = written.remove(id);
            let version = item.as_ref().map(|item| item.version);
            let item = item.filter(|_| !minimal).map(ItemView::from);
            ItemBatchResult { status: status.as_u16(), id: *id, version, item }
        });
        ItemBatchResults { results: BatchList(results.collect()) }
    }
}
