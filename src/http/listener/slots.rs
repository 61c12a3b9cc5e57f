//! The number of connections.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections above the limit may be open, each for one short request: a probe gets its
/// response, and any other request a rejection.
pub const SURPLUS: usize = 16;

/// Permits for connections.
#[derive(Debug)]
pub struct Slots {
    regular: Arc<Semaphore>,
    surplus: Arc<Semaphore>,
}

/// The permit of one connection.
#[derive(Debug)]
pub struct Slot {
    /// Whether the connection is above the limit.
    pub is_surplus: bool,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub fn new(max: usize) -> Self {
        Self { regular: Arc::new(Semaphore::new(max)), surplus: Arc::new(Semaphore::new(SURPLUS)) }
    }

    /// Takes a free slot, above the limit if need be, or waits for one.
    pub async fn take(&self) -> Slot {
        let (permit, is_surplus) = tokio::select! {
            biased;
            permit = Arc::clone(&self.regular).acquire_owned() => (permit, false),
            permit = Arc::clone(&self.surplus).acquire_owned() => (permit, true),
        };
        let permit = permit.unwrap_or_else(|_| unreachable!("the semaphores are not closed"));
        Slot { is_surplus, _permit: permit }
    }
}
