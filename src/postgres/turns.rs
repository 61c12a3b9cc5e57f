//! Turns for long statements, and for changes that may wait for locks. They are few: each of
//! these occupies a processor of the server or a connection, which all others need, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::error::Error;

/// What takes the server long.
#[derive(Debug, Clone, Copy)]
pub enum LongWork {
    /// A statement on many rows.
    Statement,
    /// An export, which holds a connection for as long as its client reads.
    Export,
    /// An import, which writes as many rows as there are.
    Import,
}

/// The turns that are free.
#[derive(Debug, Clone)]
pub struct Turns {
    statements: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    imports: Arc<Semaphore>,
    timeout: Duration,
    changes: Arc<Semaphore>,
    /// The turns to change one entity, by its name.
    entities: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
    lock_timeout: Duration,
}

impl Turns {
    /// Turns for changes on half of these connections, for statements on a quarter, and for
    /// exports and imports on an eighth each.
    pub fn new(connections: usize, timeout: Duration, lock_timeout: Duration) -> Self {
        let [changes, statements, exports, imports] =
            [2, 4, 8, 8].map(|part| Arc::new(Semaphore::new((connections / part).max(1))));
        Self { statements, exports, imports, timeout, changes, entities: Arc::default(), lock_timeout }
    }

    /// Waits for a turn to change an entity, for as long as for a lock. A request that waits for
    /// the lock holds a connection. The name includes the client, so that no client finds out
    /// whether others change the entity.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] if the client has another change of it in progress, [`Error::Busy`] if
    /// there is no turn in time.
    pub async fn change(&self, entity: &str) -> Result<[OwnedSemaphorePermit; 2], Error> {
        let in_time = |turns: Arc<Semaphore>| timeout(self.lock_timeout, turns.acquire_owned());
        let locked = |_| Error::Locked("the client has another change of the entity in progress".into());
        let own = in_time(self.entity(entity)).await.map_err(locked)?.map_err(Error::internal)?;
        let shared = in_time(Arc::clone(&self.changes)).await.map_err(|_| Error::Busy)?;
        Ok([own, shared.map_err(Error::internal)?])
    }

    /// The turns to change this entity. They exist while a request has or awaits one.
    fn entity(&self, entity: &str) -> Arc<Semaphore> {
        let mut entities = self.entities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = entities.get(entity).and_then(Weak::upgrade) {
            return turns;
        }
        entities.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(1));
        entities.insert(entity.to_owned(), Arc::downgrade(&turns));
        turns
    }

    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is none: at once for exports, since the others may take an hour.
    pub async fn next(&self, work: LongWork) -> Result<OwnedSemaphorePermit, Error> {
        let turns = match work {
            LongWork::Statement => &self.statements,
            LongWork::Import => &self.imports,
            LongWork::Export => {
                return Arc::clone(&self.exports).try_acquire_owned().map_err(|_| Error::Busy);
            }
        };
        let turn = timeout(self.timeout, Arc::clone(turns).acquire_owned()).await;
        turn.map_err(|_| Error::Busy)?.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_entity_is_changed_by_one_request_of_a_client_and_half_of_the_connections_change_any() {
        let second = Duration::from_secs(1);
        let turns = Turns::new(4, second, second);
        let first = turns.change("a").await.unwrap();
        assert!(matches!(turns.change("a").await, Err(Error::Locked(_))));
        let _second = turns.change("b").await.unwrap();
        assert!(matches!(turns.change("c").await, Err(Error::Busy)));
        drop(first);
        let _again = turns.change("a").await.unwrap();
        assert_eq!(turns.entities.lock().unwrap().len(), 2);
    }
}
