//! Many writes of items in one transaction.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{
    items::log_created,
    schemas::{
        batch::{ItemBatch, ItemBatchResult, ItemBatchResults, Operation, Operations, fault_at},
        item::{ItemReplace, ItemView},
    },
};
use crate::{
    error::{Error, Fault},
    http::{
        App,
        answer::Json,
        extract::Valid,
        patch, preconditions,
        problem::{self, Kind, Problem},
        write::{Exit, Write},
    },
    postgres::{
        catalog::{
            models::{Item, ItemContent},
            operations::item,
        },
        database::Transaction,
    },
};

/// Create, change and delete many items at once
///
/// All operations are done in one transaction, or none is; their results are in the order of the request. A refusal is one problem,
/// whose pointers tell the operations: `#/operations/3/item/name`.
#[utoipa::path(
    post, path = "/v1/items/batch", tag = "items",
    request_body(content = ItemBatch, description = "What to do."),
    responses(
        (status = 200, description = "Everything was done.", body = ItemBatchResults),
        (status = 404),
        (status = 409),
        (status = 412),
        (status = 428),
    )
)]
pub async fn batch_items(
    State(app): State<Arc<App>>,
    Valid(write, Operations(operations)): Valid<Write, Operations>,
) -> Result<Response, Exit> {
    if app.options.require_if_match {
        require_if_match(&operations)?;
    }
    let mut tx = write.begin(&app).await?;
    let plan = plan(&mut tx, operations).await?;
    let results = carry_out(&mut tx, plan).await?;
    let created = results.iter().filter(|result| result.status == 201);
    let created: Vec<_> =
        created.filter_map(|result| Some((result.id, result.item.as_ref()?.status()))).collect();
    let answer = write.commit(tx, Json(ItemBatchResults { results }).into_response()).await?;
    if write.is_real() {
        for (id, status) in created {
            log_created(id, status);
        }
    }
    Ok(answer)
}

/// What is to be written, once everything was found to be as the batch demands.
#[derive(Default)]
struct Plan {
    order: Vec<(u16, Uuid)>,
    created: (Vec<Uuid>, Vec<ItemContent>),
    updated: (Vec<Uuid>, Vec<ItemContent>),
    deleted: Vec<Uuid>,
}

/// Locks the items that are named, in the order of their ids, so that no two batches wait for each other, and sees what becomes of them.
async fn plan(tx: &mut Transaction, operations: Vec<Operation>) -> Result<Plan, Problem> {
    let mut targets: Vec<Uuid> = operations.iter().filter_map(Operation::target).map(|(id, _)| id).collect();
    targets.sort_unstable();
    let mut found: HashMap<Uuid, Item> = HashMap::new();
    if !targets.is_empty() {
        let items = item::get_many_for_update(tx, &targets).await?;
        found.extend(items.into_iter().map(|item| (item.id, item)));
    }
    check_targets(&operations, &found)?;

    let mut plan = Plan::default();
    let mut faults = Vec::new();
    for (index, operation) in operations.into_iter().enumerate() {
        let (status, id) = match operation {
            Operation::Create(content) => {
                let id = Uuid::now_v7();
                plan.created.0.push(id);
                plan.created.1.push(content.into());
                (201, id)
            }
            Operation::Update { id, patch, .. } => {
                let current = ItemView::from(found.remove(&id).ok_or(Error::NotFound)?);
                match patch::merge::<ItemReplace>(&current, patch, ItemView::READ_ONLY) {
                    Ok(content) => {
                        plan.updated.0.push(id);
                        plan.updated.1.push(content.into());
                    }
                    Err(Error::Invalid(found)) => {
                        let place = format!("/operations/{index}/patch");
                        faults.extend(found.into_iter().map(|fault| fault.inside(&place)));
                    }
                    Err(error) => return Err(error.into()),
                }
                (200, id)
            }
            Operation::Delete { id, .. } => {
                plan.deleted.push(id);
                (204, id)
            }
        };
        plan.order.push((status, id));
    }
    if faults.is_empty() { Ok(plan) } else { Err(Problem::invalid(faults)) }
}

/// Writes with one statement a kind, whatever the number of items.
async fn carry_out(tx: &mut Transaction, plan: Plan) -> Result<Vec<ItemBatchResult>, Error> {
    let mut written = HashMap::with_capacity(plan.order.len());
    let mut keep = |items: Vec<Item>| written.extend(items.into_iter().map(|item| (item.id, item)));
    if !plan.created.0.is_empty() {
        keep(item::create_many(tx, &plan.created.0, &plan.created.1).await?);
    }
    if !plan.updated.0.is_empty() {
        keep(item::update_many(tx, &plan.updated.0, &plan.updated.1).await?);
    }
    if !plan.deleted.is_empty() {
        item::delete_many(tx, &plan.deleted).await?;
    }
    let results = plan.order.into_iter().map(|(status, id)| {
        let item = written.remove(&id).map(ItemView::from);
        ItemBatchResult { status, id, item }
    });
    Ok(results.collect())
}

/// 428 where an operation on an item has no `if_match`.
fn require_if_match(operations: &[Operation]) -> Result<(), Problem> {
    let free = targets(operations).filter(|(_, (_, preconditions))| !preconditions.has_if_match());
    let faults =
        free.map(|(index, _)| fault_at(index, Fault::at("/if_match", "required", "is required here")));
    refuse(
        &problem::PRECONDITION_REQUIRED,
        "An operation on an item needs an if_match here.",
        faults.collect(),
    )
}

/// Refuses operations on items that are not there, then those that are meant for another version.
fn check_targets(operations: &[Operation], found: &HashMap<Uuid, Item>) -> Result<(), Problem> {
    let missing = targets(operations).filter(|(_, (id, _))| !found.contains_key(id));
    let faults =
        missing.map(|(index, _)| fault_at(index, Fault::at("/id", "not_found", "must be the id of an item")));
    refuse(&problem::NOT_FOUND, "An operation names an item that is not there.", faults.collect())?;

    let mut current = None;
    let mut faults = Vec::new();
    for (index, (id, preconditions)) in targets(operations) {
        let Some(item) = found.get(&id).filter(|item| !preconditions.versions().admit(item.version)) else {
            continue;
        };
        current = current.or(Some(item.version));
        let detail = format!("must name the current entity tag, which is \"{}\"", item.version);
        faults.push(fault_at(index, Fault::at("/if_match", "precondition_failed", detail)));
    }
    if faults.is_empty() { Ok(()) } else { Err(preconditions::failed(current).with_faults(faults)) }
}

fn targets(operations: &[Operation]) -> impl Iterator<Item = (usize, (Uuid, &preconditions::Preconditions))> {
    let targets = operations.iter().map(Operation::target).enumerate();
    targets.filter_map(|(index, target)| Some((index, target?)))
}

fn refuse(kind: &'static Kind, detail: &'static str, faults: Vec<Fault>) -> Result<(), Problem> {
    if faults.is_empty() { Ok(()) } else { Err(Problem::new(kind, detail).with_faults(faults)) }
}
