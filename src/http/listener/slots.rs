//! The number of connections.

use std::sync::{Arc, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;

/// How many connections above the limit may be open, each for one short request: a probe gets its
/// response, and any other request a rejection.
pub const SURPLUS: usize = 16;

/// Permits for connections.
#[derive(Debug)]
pub struct Slots {
    regular: Arc<Semaphore>,
    surplus: Arc<Semaphore>,
    /// The connections above the limit, oldest first.
    above: Vec<(Weak<Activity>, CancellationToken)>,
}

/// The permit of one connection.
#[derive(Debug)]
pub struct Slot {
    /// Whether the connection is above the limit.
    pub is_surplus: bool,
    /// Cancelled when the connection has to make room for another.
    pub evicted: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub fn new(max: usize) -> Self {
        let [regular, surplus] = [max, SURPLUS].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { regular, surplus, above: Vec::new() }
    }

    /// Takes a free slot for a connection, above the limit if need be. If all are taken, the oldest
    /// connection above the limit that has not sent a request makes room.
    pub async fn take(&mut self, activity: &Arc<Activity>) -> Slot {
        self.above.retain(|(activity, _)| activity.strong_count() > 0);
        if self.regular.available_permits() == 0 && self.surplus.available_permits() == 0 {
            let is_silent = |activity: &Weak<Activity>| activity.upgrade().is_some_and(|it| !it.is_busy());
            let silent = self.above.iter().find(|(activity, _)| is_silent(activity));
            if let Some((_, evicted)) = silent {
                evicted.cancel();
            }
        }
        let (permit, is_surplus) = tokio::select! {
            biased;
            permit = Arc::clone(&self.regular).acquire_owned() => (permit, false),
            permit = Arc::clone(&self.surplus).acquire_owned() => (permit, true),
        };
        let evicted = CancellationToken::new();
        if is_surplus {
            self.above.push((Arc::downgrade(activity), evicted.clone()));
        }
        let permit = permit.unwrap_or_else(|_| unreachable!("the semaphores are not closed"));
        Slot { is_surplus, evicted, _permit: permit }
    }
}
