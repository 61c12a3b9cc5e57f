//! How often a client may fail to authenticate.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{actor::Actor, config::http::Quota};

/// After this many failures, clients whose quota is restored are forgotten.
const SWEEP_EVERY: usize = 16_384;

/// The failures of all clients (GCRA, as governor has it; but there a quota cannot be looked at
/// without taking from it).
#[derive(Debug)]
pub struct Failures {
    quota: Quota,
    clients: Mutex<Clients>,
}

#[derive(Debug, Default)]
struct Clients {
    /// When the quota of a client will be restored.
    restored: HashMap<Actor, Instant>,
    since_sweep: usize,
}

impl Failures {
    /// A quota that no client has used yet.
    pub fn new(quota: Quota) -> Self {
        Self { quota, clients: Mutex::default() }
    }

    /// How many seconds to wait until one more failure is allowed; `None` if it is now.
    pub fn retry_after(&self, client: &Actor, now: Instant) -> Option<u64> {
        self.wait(*self.clients().restored.get(&client.quota_scope())?, now)
    }

    /// Takes a failure from the quota of a client. If that is used up, returns how many seconds to
    /// wait.
    pub fn take(&self, client: &Actor, now: Instant) -> Option<u64> {
        let mut clients = self.clients();
        clients.since_sweep += 1;
        if clients.since_sweep >= SWEEP_EVERY {
            clients.since_sweep = 0;
            clients.restored.retain(|_, restored| *restored > now);
        }
        let restored = clients.restored.entry(client.quota_scope()).or_insert(now);
        let used_up = self.wait(*restored, now);
        if used_up.is_none() {
            *restored = (*restored).max(now) + self.quota.window / self.quota.requests.get();
        }
        used_up
    }

    fn wait(&self, restored: Instant, now: Instant) -> Option<u64> {
        let Quota { requests, window } = self.quota;
        let used = restored.saturating_duration_since(now) + window / requests.get();
        let excess = used.checked_sub(window)?;
        (!excess.is_zero()).then(|| excess.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FAILURES: u32 = 60;
    const WINDOW: Duration = Duration::from_mins(1);

    fn failures() -> Failures {
        Failures::new("60/1m".parse().unwrap())
    }

    #[test]
    fn a_quota_is_looked_at_without_taking_from_it() {
        let failures = failures();
        let actor = |address: &str| Actor::from_address(address.parse().unwrap());
        let (one, other) = (actor("2001:db8::1"), actor("2001:db8:0:1::1"));
        let now = Instant::now();
        for _ in 0..FAILURES {
            for _ in 0..3 {
                assert_eq!(failures.retry_after(&one, now), None);
            }
            assert_eq!(failures.take(&one, now), None);
        }
        let neighbour = actor("2001:db8::ffff:2");
        assert_eq!((failures.retry_after(&one, now), failures.take(&one, now)), (Some(1), Some(1)));
        assert_eq!(
            (failures.retry_after(&neighbour, now), failures.retry_after(&other, now)),
            (Some(1), None)
        );
        // One is restored each second, and in a minute all.
        let second = Duration::from_secs(1);
        assert_eq!(failures.take(&one, now + second), None);
        assert_eq!(failures.take(&one, now + second), Some(1));
        assert_eq!(failures.retry_after(&one, now + second / 2), Some(2));
        let later = now + second + WINDOW;
        assert!((0..FAILURES).all(|_| failures.take(&one, later).is_none()));
        assert_eq!(failures.take(&one, later), Some(1));
    }

    #[test]
    fn clients_whose_quota_is_restored_are_forgotten() {
        let failures = failures();
        let now = Instant::now();
        let client = |n: usize| Actor::Named(n as u128);
        for n in 0..SWEEP_EVERY {
            failures.take(&client(n), now);
        }
        for n in 0..SWEEP_EVERY {
            failures.take(&client(n + SWEEP_EVERY), now + WINDOW);
        }
        assert!(failures.clients().restored.len() <= SWEEP_EVERY);
    }
}
