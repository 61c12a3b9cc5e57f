//! Turns for what takes the server long. They are few, because each keeps one of its processors
//! busy, for which all others wait.

use std::{sync::Arc, time::Duration};

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
}

impl Turns {
    /// Turns for a quarter of these connections, and for exports and imports on an eighth each.
    pub fn new(connections: usize, timeout: Duration) -> Self {
        let [statements, exports, imports] =
            [4, 8, 8].map(|part| Arc::new(Semaphore::new((connections / part).max(1))));
        Self { statements, exports, imports, timeout }
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
