//! Many writes of items in one transaction.

use std::{collections::HashMap, sync::Arc};

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{
    operations::{Operation, Operations, fault_at},
    plan::Plan,
    schemas::{ItemBatch, ItemBatchReply},
    validation::BatchSchemas,
};
use crate::{
    access::Action,
    app::App,
    error::{Error, Fault},
    http::{
        catalog::items::{attributes::MAX_STORED_BYTES, events::ItemCreated, handlers::PATH},
        limits::{BodyLimit, MEBIBYTE},
        request::{
            access::{self, Access},
            preconditions::{self, Preconditions},
            valid::{Valid, off_runtime},
        },
        response::{
            problem::{Kind, NOT_FOUND, PRECONDITION_REQUIRED, Problem, TOO_LARGE},
            reply::Reply,
        },
        write::{Outcome, Write},
    },
    postgres::{
        catalog::{models::Item, operations::item},
        transaction::Transaction,
    },
};

/// The largest body of a batch.
pub const LIMIT: BodyLimit = BodyLimit { route: "/v1/items/batch", bytes: 8 * MEBIBYTE };
/// The most bytes of a batch's stored items and its response together.
const MAX_BYTES: usize = 16 * MEBIBYTE;

/// Create, change and delete many items at once
///
/// One transaction, all or nothing; the results are in the order of the request. A rejection is one
/// problem, whose pointers name the operations: `#/operations/3/item/name`. A body may have 8 MiB;
/// the stored items that it names and the response may have 16 MiB together. With
/// `Prefer: return=minimal`, the results have no items.
#[utoipa::path(
    post, path = "/v1/items/batch", tag = "items", request_body = ItemBatch,
    responses(
        (status = 200, body = ItemBatchReply),
        (status = 404),
        (status = 409),
        (status = 412),
        (status = 428),
    )
)]
pub async fn batch_items(
    State(app): State<Arc<App>>,
    Valid(mut write, Operations(operations)): Valid<Write, Operations>,
) -> Result<Response, Outcome> {
    if app.options.require_if_match {
        require_if_match(&operations)?;
    }
    let items = targets(&operations).map(|(_, (id, _))| format!("{PATH}/{id}"));
    let mut tx = write.begin_batch(&app, items).await?;
    let mut room = MAX_BYTES;
    let access = write.access.clone();
    let found = lock(&mut tx, &access, &operations, &mut room).await?;
    let scope = access.scope(Action::Write);
    let schemas = BatchSchemas::read(&app, &mut tx, scope, &operations, &found).await?;
    let parsed = MAX_BYTES - room + operations.iter().map(Operation::patch_bytes).sum::<usize>();
    let plan = off_runtime(schemas.work(parsed), || Plan::new(operations, found, &schemas))?;
    // PostgreSQL returns what was written even if the response does not have it.
    let room = if write.prefers_minimal() { &mut { MAX_BYTES } } else { &mut room };
    take(room, plan.created.bytes() + plan.updated.bytes())?;
    let written = match execute(&mut tx, &access, &plan).await {
        Err(error @ Error::OtherSchema) => {
            // The next run finds the schema in the cache, and reads the current one first.
            BatchSchemas::read_all(&app.schemas, &mut tx, scope, &plan.collections()).await?;
            return Err(error.into());
        }
        written => written?,
    };
    for id in &plan.created.ids {
        written.get(id).into_iter().for_each(|item| write.record(ItemCreated::from(item)));
    }
    let reply = Reply::ok(&plan.results(written, write.prefers_minimal()))?;
    let reply = if write.prefers_minimal() { reply.minimal() } else { reply };
    write.commit(tx, reply).await
}

/// Subtracts bytes from the room that is left, or rejects the batch.
fn take(room: &mut usize, bytes: usize) -> Result<(), Problem> {
    let detail = || {
        let max = MAX_BYTES / MEBIBYTE;
        format!("The stored items of the batch and its response would have more than {max} MiB together.")
    };
    *room = room.checked_sub(bytes).ok_or_else(|| Problem::new(&TOO_LARGE, detail()))?;
    Ok(())
}

/// Locks the items that the operations name, in id order, and as many at once as certainly fit.
async fn lock(
    tx: &mut Transaction,
    access: &Access,
    operations: &[Operation],
    room: &mut usize,
) -> Result<HashMap<Uuid, Item>, Problem> {
    let mut ids: Vec<Uuid> = targets(operations).map(|(_, (id, _))| id).collect();
    ids.sort_unstable();
    if [Action::Write, Action::Delete].iter().any(|action| access.scope(*action) != access.readable()) {
        // An actor that may only read an item must not block its writers, so this locks none.
        let occupants = item::occupants(tx, access.readable(), &ids).await?;
        let live = occupants.iter().filter(|occupant| !occupant.is_deleted);
        check_access(operations, access, &live.map(|live| (live.id, &*live.collection)).collect())?;
    }
    let mut found = HashMap::with_capacity(ids.len());
    let mut rest = &ids[..];
    while !rest.is_empty() {
        let fitting = *room / MAX_STORED_BYTES + 1;
        let (portion, others) = rest.split_at(fitting.min(rest.len()));
        let items = item::get_many_for_update(tx, access.readable(), portion).await?;
        take(room, items.iter().map(|item| item.name.len() + item.attributes.as_str().len()).sum())?;
        found.extend(items.into_iter().map(|item| (item.id, item)));
        rest = others;
    }
    check_access(operations, access, &found.values().map(|item| (item.id, &*item.collection)).collect())?;
    check_versions(operations, &found)?;
    Ok(found)
}

/// Writes with one statement for each kind of operation; returns the items created and updated.
async fn execute(tx: &mut Transaction, access: &Access, plan: &Plan) -> Result<HashMap<Uuid, Item>, Error> {
    let (scope, by) = (access.scope(Action::Write), access.writer());
    let (by, Plan { created, updated, deleted, .. }) = (by.as_deref(), plan);
    let mut written = Vec::with_capacity(plan.order.len());
    if !created.ids.is_empty() {
        written.extend(item::create_many(tx, scope, by, &created.ids, &created.contents).await?);
    }
    if !updated.ids.is_empty() {
        written.extend(item::update_many(tx, scope, by, &updated.ids, &updated.contents).await?);
    }
    if !deleted.is_empty() {
        item::delete_many(tx, access.scope(Action::Delete), by, deleted).await?;
    }
    Ok(written.into_iter().map(|item| (item.id, item)).collect())
}

/// 428 if an operation on an item has no `if_match`.
fn require_if_match(operations: &[Operation]) -> Result<(), Problem> {
    let unconditional = targets(operations).filter(|(_, (_, preconditions))| !preconditions.has_if_match());
    let faults = unconditional
        .map(|(index, _)| fault_at(index, Fault::at("/if_match", "required", "is required here")));
    reject(&PRECONDITION_REQUIRED, "An operation on an item needs an if_match here.", faults.collect())
}

/// Rejects operations whose `if_match` names another version.
fn check_versions(operations: &[Operation], found: &HashMap<Uuid, Item>) -> Result<(), Problem> {
    let mut current = None;
    let mut faults = Vec::new();
    for (index, (id, preconditions)) in targets(operations) {
        let Some(item) = found.get(&id).filter(|item| !preconditions.admit(item.version)) else {
            continue;
        };
        current = current.or(Some(item.version));
        let detail = format!("must name the current entity tag, which is \"{}\"", item.version);
        faults.push(fault_at(index, Fault::at("/if_match", "precondition_failed", detail)));
    }
    if faults.is_empty() { Ok(()) } else { Err(preconditions::failed(current).with_faults(faults)) }
}

/// Rejects operations on missing items, then those that the actor may not carry out: 403 with the
/// first grant that is missing. Each live item that the actor may read has its collection here.
fn check_access(
    operations: &[Operation],
    access: &Access,
    collections: &HashMap<Uuid, &str>,
) -> Result<(), Problem> {
    let missing = targets(operations).filter(|(_, (id, _))| !collections.contains_key(id));
    let faults =
        missing.map(|(index, _)| fault_at(index, Fault::at("/id", "not_found", "must be the id of an item")));
    reject(&NOT_FOUND, "An operation names a missing item.", faults.collect())?;

    let (mut grant, mut faults) = (None, Vec::new());
    for (index, operation) in operations.iter().enumerate() {
        let collection = |id| collections.get(id).copied();
        let allowed = match operation {
            Operation::Create(item) => access.demand_of_readable(Action::Write, item.collection()),
            Operation::Update { id, .. } => access.demand_of(Action::Write, collection(id)),
            Operation::Delete { id, .. } => access.demand_of(Action::Delete, collection(id)),
        };
        if let Err(Error::Forbidden { grant: missing }) = allowed {
            faults.push(fault_at(index, access::missing(&missing)));
            grant = grant.or(Some(missing));
        }
    }
    grant.map_or(Ok(()), |grant| Err(Problem::forbidden(&grant).with_faults(faults)))
}

fn targets(operations: &[Operation]) -> impl Iterator<Item = (usize, (Uuid, &Preconditions))> {
    let targets = operations.iter().map(Operation::target).enumerate();
    targets.filter_map(|(index, target)| Some((index, target?)))
}

fn reject(kind: &'static Kind, detail: &'static str, faults: Vec<Fault>) -> Result<(), Problem> {
    if faults.is_empty() { Ok(()) } else { Err(Problem::new(kind, detail).with_faults(faults)) }
}
