//! Turns for what takes the server long. They are few, because each keeps one of its processors
//! busy, for which all others wait.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::error::Error;

/// The turns that are free.
#[derive(Debug, Clone)]
pub struct Turns {
    /// For statements on many rows.
    statements: Arc<Semaphore>,
    /// For exports, each of which holds a connection for as long as its client reads.
    exports: Arc<Semaphore>,
    timeout: Duration,
}

impl Turns {
    /// Turns for a quarter of these connections, and for exports on an eighth of them.
    pub fn new(connections: usize, timeout: Duration) -> Self {
        let [statements, exports] = [4, 8].map(|part| Arc::new(Semaphore::new((connections / part).max(1))));
        Self { statements, exports, timeout }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is none in time.
    pub async fn next(&self) -> Result<OwnedSemaphorePermit, Error> {
        let turn = timeout(self.timeout, Arc::clone(&self.statements).acquire_owned()).await;
        turn.map_err(|_| Error::Busy)?.map_err(Error::internal)
    }

    /// A turn of an export. The others may take an hour, so there is no use in waiting.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if there is none.
    pub fn next_export(&self) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(&self.exports).try_acquire_owned().map_err(|_| Error::Busy)
    }
}
