//! Indexes attributes in the background: builds what was added, removes what was dropped.
//!
//! Any number of replicas may do so at once. Each portion is a transaction that claims the index,
//! so that a replica that dies leaves nothing behind, and another goes on.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    error::Error,
    postgres::{
        catalog::operations::{
            index::{self, PendingIndex},
            item,
        },
        pool::Database,
        time_limit::{STEP_TIMEOUT, in_time},
        transaction::Transaction,
    },
};

/// How often to look for what other replicas were asked to index.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How long to wait before looking again for writers that began before an index was known, or for
/// locks that others hold.
const RETRY_AFTER: Duration = Duration::from_millis(200);
/// The most items of a transaction.
const PORTION: u32 = 1000;

/// Indexes whenever something changed, until it is stopped: then it ends the transaction that it
/// began.
pub async fn run(database: Database, changed: Arc<Notify>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match index_all(&database, &stop).await {
            Ok(true) => LOOK_EVERY,
            Ok(false) => RETRY_AFTER,
            Err(error) => {
                tracing::warn!(cause = ?error, "attributes.not_indexed");
                LOOK_EVERY
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = changed.notified() => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Builds and removes all indexes that can be; returns whether nothing is left to wait for.
async fn index_all(database: &Database, stop: &CancellationToken) -> Result<bool, Error> {
    let pending = in_time(STEP_TIMEOUT, async {
        let mut conn = database.connection().await?;
        let ids = index::pending(&mut conn).await?;
        conn.release();
        Ok::<_, Error>(ids)
    });
    let ids = pending.await?;
    let mut is_done = true;
    for id in ids {
        loop {
            if stop.is_cancelled() {
                return Ok(false);
            }
            match in_time(STEP_TIMEOUT, index_portion(database, id)).await {
                Ok(State::Unfinished) => {}
                Ok(State::Finished) => break,
                Ok(State::Waiting) | Err(Error::Locked(_) | Error::Contended(_) | Error::Busy) => {
                    is_done = false;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(is_done)
}

/// What is to be done about an index after a portion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// More of the same.
    Unfinished,
    /// Wait for writers.
    Waiting,
    /// Nothing, or another replica does it.
    Finished,
}

/// Goes on with an index, in a transaction.
async fn index_portion(database: &Database, id: uuid::Uuid) -> Result<State, Error> {
    let mut tx = database.begin_background().await?;
    let Some(index) = index::claim(&mut tx, id).await? else {
        tx.commit().await?;
        return Ok(State::Finished);
    };
    if index.awaited.as_ref().is_none_or(|awaited| !awaited.is_empty()) {
        // Those that began before the index was known write no values, and those that began before
        // it was removed still do.
        let awaited = index::writers(&mut tx, index.awaited.as_deref()).await?;
        index::wait_for(&mut tx, id, &awaited).await?;
        if !awaited.is_empty() {
            tx.commit().await?;
            return Ok(State::Waiting);
        }
    }
    match &index.collection {
        Some(collection) => build(tx, &index, collection).await,
        None => remove(tx, &index).await,
    }
}

async fn build(mut tx: Transaction, index: &PendingIndex, collection: &str) -> Result<State, Error> {
    let behind = index.reached_created_at.zip(index.reached_id);
    let reached = item::store_values(&mut tx, index.id, collection, behind, PORTION.into()).await?;
    if let Some(reached) = reached {
        let items = index.items + reached.items;
        index::go_on(&mut tx, index.id, (reached.created_at, reached.id), items).await?;
        tx.commit().await?;
        return Ok(State::Unfinished);
    }
    let seconds = index::finish(&mut tx, index.id).await?;
    tx.commit().await?;
    let (path, items) = (&index.path, index.items);
    tracing::info!(collection.key = collection, index.path = path, items, seconds, "index.ready");
    Ok(State::Finished)
}

async fn remove(mut tx: Transaction, index: &PendingIndex) -> Result<State, Error> {
    let removed = item::remove_values(&mut tx, index.id, index.kind, PORTION).await?;
    if removed > 0 {
        tx.commit().await?;
        return Ok(State::Unfinished);
    }
    index::delete(&mut tx, index.id).await?;
    tx.commit().await?;
    tracing::info!(index.path = index.path, "index.removed");
    Ok(State::Finished)
}
