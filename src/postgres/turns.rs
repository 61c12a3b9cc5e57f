//! Turns for long statements, and for changes that may wait for locks. They are few: each of
//! these occupies a processor of the server or a connection, which all others need, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::timeout;

use super::request::client;
use crate::{
    error::Error,
    queue::{Queue, Turn, WeakQueue},
};

/// What takes the server long.
#[derive(Debug, Clone, Copy)]
pub enum LongWork {
    /// A statement on many rows.
    Statement,
    /// A statement on many rows, for each of which a schema is tried.
    Check,
    /// A batch, which may wait for locks, too.
    Batch,
    /// An export, which holds a connection for as long as its client reads.
    Export,
    /// An import, which writes as many rows as there are.
    Import,
}

/// The turns that are free.
#[derive(Debug, Clone)]
pub struct Turns {
    statements: Queue,
    checks: Queue,
    batches: Queue,
    exports: Queue,
    imports: Queue,
    timeout: Duration,
    writes: Queue,
    changes: Queue,
    /// The turns to change one entity, by its name.
    entities: Arc<Mutex<HashMap<String, WeakQueue>>>,
    lock_timeout: Duration,
}

impl Turns {
    /// Turns for writes on three quarters of these connections, changes among them on half, and
    /// batches among those on a quarter; for statements on a quarter, and for checks, exports and
    /// imports on an eighth each.
    #[must_use]
    pub fn new(connections: usize, timeout: Duration, lock_timeout: Duration) -> Self {
        let share = |eighths: usize| (connections * eighths / 8).max(1);
        let [writes, changes, batches, statements, checks] =
            [6, 4, 2, 2, 1].map(|eighths| Queue::new(share(eighths)));
        let [exports, imports] = [1, 1].map(|eighths| Queue::of_long(share(eighths)));
        let entities = Arc::default();
        Self {
            statements,
            checks,
            batches,
            exports,
            imports,
            timeout,
            writes,
            changes,
            entities,
            lock_timeout,
        }
    }

    /// Waits for a turn to write: if commits wait for a standby, reads still have connections.
    pub async fn write(&self) -> Turn {
        self.writes.take(client()).await
    }

    /// Waits for a turn to change an entity, for as long as for a lock. A request that waits for
    /// the lock holds a connection. The name includes the client, so that no client finds out
    /// whether others change the entity.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] if the client has another change of it in progress, [`Error::Busy`] if
    /// there is no turn in time.
    pub async fn change(&self, entity: String) -> Result<Vec<Turn>, Error> {
        let mut turns = self.change_own(vec![entity]).await?;
        turns.push(self.change_any().await?);
        Ok(turns)
    }

    /// As [`change`](Self::change), for a batch that changes these entities.
    ///
    /// # Errors
    ///
    /// As [`change`](Self::change).
    pub async fn change_many(&self, entities: Vec<String>) -> Result<Vec<Turn>, Error> {
        let mut turns = self.change_own(entities).await?;
        turns.push(self.next(LongWork::Batch).await?);
        turns.push(self.change_any().await?);
        Ok(turns)
    }

    /// Waits until the client changes none of these entities. Every request waits for them in the
    /// same order.
    async fn change_own(&self, mut entities: Vec<String>) -> Result<Vec<Turn>, Error> {
        entities.sort_unstable();
        let turns = async {
            let mut turns = Vec::with_capacity(entities.len() + 2);
            for entity in entities {
                turns.push(self.entity(entity).take(None).await);
            }
            turns
        };
        let locked = |_| Error::Locked("the client has another change of the entity in progress".into());
        timeout(self.lock_timeout, turns).await.map_err(locked)
    }

    async fn change_any(&self) -> Result<Turn, Error> {
        timeout(self.lock_timeout, self.changes.take(client())).await.map_err(|_| Error::Busy)
    }

    /// The turns to change this entity. They exist while a request has or awaits one.
    fn entity(&self, entity: String) -> Queue {
        let mut entities = self.entities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = entities.get(&entity).and_then(WeakQueue::upgrade) {
            return queue;
        }
        if entities.len() == entities.capacity() {
            entities.retain(|_, queue| queue.is_used());
        }
        let queue = Queue::new(1);
        entities.insert(entity, queue.downgrade());
        queue
    }

    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is none: at once for exports, since the others may take an hour.
    pub async fn next(&self, work: LongWork) -> Result<Turn, Error> {
        let queue = match work {
            LongWork::Statement => &self.statements,
            LongWork::Check => &self.checks,
            LongWork::Batch => &self.batches,
            LongWork::Import => &self.imports,
            LongWork::Export => return self.exports.try_take(client()).ok_or(Error::Busy),
        };
        timeout(self.timeout, queue.take(client())).await.map_err(|_| Error::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_entity_is_changed_by_one_request_of_a_client_and_half_of_the_connections_change_any() {
        let second = Duration::from_secs(1);
        let turns = Turns::new(4, second, second);
        let name = str::to_owned;
        let first = turns.change(name("a")).await.unwrap();
        assert!(matches!(turns.change(name("a")).await, Err(Error::Locked(_))));
        let batch = ["b", "a"].map(name).to_vec();
        assert!(matches!(turns.change_many(batch.clone()).await, Err(Error::Locked(_))));
        let second = turns.change(name("b")).await.unwrap();
        assert!(matches!(turns.change(name("c")).await, Err(Error::Busy)));
        drop((first, second));
        let _batch = turns.change_many(batch).await.unwrap();
        assert!(matches!(turns.change(name("b")).await, Err(Error::Locked(_))));
        assert!(matches!(turns.change_many(Vec::new()).await, Err(Error::Busy)), "it is one of one batch");
        let _any = turns.change(name("c")).await.unwrap();
    }

    #[tokio::test]
    async fn entities_without_a_change_are_forgotten() {
        let second = Duration::from_secs(1);
        let turns = Turns::new(4, second, second);
        for entity in 0..1000 {
            turns.change(entity.to_string()).await.unwrap();
        }
        assert!(turns.entities.lock().unwrap().len() < 10);
    }
}
