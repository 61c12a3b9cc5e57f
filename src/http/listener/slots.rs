//! The number of connections.

use std::sync::{Arc, Weak};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Duration, Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;

/// How long a connection above the limit has for its request and response while others wait.
const GRACE: Duration = Duration::from_millis(20);

/// Permits for connections.
#[derive(Debug)]
pub struct Slots {
    regular: Arc<Semaphore>,
    surplus: Arc<Semaphore>,
    /// The connections above the limit, oldest first.
    above: Vec<Surplus>,
}

/// A connection above the limit.
#[derive(Debug)]
struct Surplus {
    activity: Weak<Activity>,
    accepted: Instant,
    evicted: CancellationToken,
}

impl Surplus {
    /// Whether it has no complete request, or its client already has the response.
    fn is_displaceable(&self) -> bool {
        self.activity.upgrade().is_some_and(|activity| !activity.is_responding())
    }
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
    /// Slots for `max` connections, and for `surplus` more of one short request each: a probe gets
    /// its response, and any other request a rejection.
    pub fn new(max: usize, surplus: usize) -> Self {
        let [regular, surplus] = [max, surplus].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { regular, surplus, above: Vec::new() }
    }

    /// Takes a free slot for a connection, above the limit if need be. If all are taken, the oldest
    /// connection above the limit that waits for its client makes room: it has not sent a whole
    /// request, or does not yet close after its response.
    pub async fn take(&mut self, activity: &Arc<Activity>) -> Slot {
        self.above.retain(|surplus| surplus.activity.strong_count() > 0);
        let (permit, is_surplus) = loop {
            let Some(oldest) = self.above.iter().position(Surplus::is_displaceable) else {
                break self.free().await;
            };
            if let Ok(free) = timeout_at(self.above[oldest].accepted + GRACE, self.free()).await {
                break free;
            }
            let surplus = self.above.remove(oldest);
            if surplus.is_displaceable() {
                surplus.evicted.cancel();
                break self.free().await;
            }
        };
        let evicted = CancellationToken::new();
        if is_surplus {
            let activity = Arc::downgrade(activity);
            self.above.push(Surplus { activity, accepted: Instant::now(), evicted: evicted.clone() });
        }
        Slot { is_surplus, evicted, _permit: permit }
    }

    /// The next free permit, and whether it is above the limit.
    async fn free(&self) -> (OwnedSemaphorePermit, bool) {
        let (permit, is_surplus) = tokio::select! {
            biased;
            permit = Arc::clone(&self.regular).acquire_owned() => (permit, false),
            permit = Arc::clone(&self.surplus).acquire_owned() => (permit, true),
        };
        (permit.unwrap_or_else(|_| unreachable!("the semaphores are not closed")), is_surplus)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use http::Version;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_oldest_connection_that_waits_for_its_client_makes_room_when_its_grace_is_over() {
        oldest_makes_room(|activity| drop(activity.receive(Version::HTTP_11))).await;
        oldest_makes_room(|_| ()).await;
    }

    /// Fills all slots; the second client then does what it is told.
    async fn oldest_makes_room(second: impl Fn(&Arc<Activity>)) {
        let activities = [(); 16].map(|()| Activity::new());
        let mut slots = Slots::new(0, activities.len());
        let mut taken = Vec::new();
        for activity in &activities {
            taken.push(slots.take(activity).await);
        }
        let _request = activities[0].handle(Version::HTTP_11);
        second(&activities[1]);
        activities[1].begin_linger();
        let evicted = taken[1].evicted.clone();
        let newest = Activity::new();
        let mut waiting = Box::pin(slots.take(&newest));
        assert!(waiting.as_mut().now_or_never().is_none() && !evicted.is_cancelled());
        tokio::time::advance(GRACE).await;
        assert!(waiting.as_mut().now_or_never().is_none() && evicted.is_cancelled());
        taken.remove(1);
        assert!(waiting.await.is_surplus);
        assert!(!taken.iter().any(|slot| slot.evicted.is_cancelled()), "one is enough");
    }
}
