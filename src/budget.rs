//! What clients share until their responses are sent: the memory of large ones, and the number of
//! requests in progress.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::actor::Actor;

/// The most bytes of all large responses that are being sent at once.
pub const MAX_RESPONSES: usize = 128 << 20;

/// A number of bytes or requests. A client that has a quarter of it leaves another quarter to the
/// others.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    total: usize,
    left: usize,
    taken: HashMap<Option<Actor>, usize>,
}

/// A part of a budget, until it is dropped.
#[derive(Debug)]
pub struct Share {
    budget: Budget,
    client: Option<Actor>,
    size: usize,
}

impl Budget {
    /// A budget of this size.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self(Arc::new(Mutex::new(State { total, left: total, taken: HashMap::new() })))
    }

    /// Takes a part if there is enough.
    #[must_use]
    pub fn take(&self, client: Option<Actor>, size: usize) -> Option<Share> {
        let mut state = self.lock();
        let quarter = state.total / 4;
        let left = state.left.checked_sub(size)?;
        let taken = size + state.taken.get(&client).copied().unwrap_or_default();
        if taken > quarter && left < quarter {
            return None;
        }
        state.left = left;
        state.taken.insert(client.clone(), taken);
        drop(state);
        Some(Share { budget: self.clone(), client, size })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Returns what is above this size.
    pub fn shrink_to(&mut self, size: usize) {
        let surplus = self.size.saturating_sub(size);
        self.size -= surplus;
        let mut state = self.budget.lock();
        state.left += surplus;
        if let Some(taken) = state.taken.get_mut(&self.client) {
            *taken -= surplus;
            if *taken == 0 {
                state.taken.remove(&self.client);
            }
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(budget: &Budget, client: u8, size: usize) -> Option<Share> {
        budget.take(Some(Actor::from_address([192, 0, 2, client].into())), size)
    }

    #[test]
    fn a_client_with_a_quarter_leaves_a_quarter() {
        let budget = Budget::new(1000);
        let shares: Vec<_> = (0..4).map_while(|_| take(&budget, 1, 250)).collect();
        assert_eq!(shares.len(), 3);
        assert!(take(&budget, 1, 1).is_none());
        let other = take(&budget, 2, 200).unwrap();
        assert!(take(&budget, 2, 51).is_none() && take(&budget, 3, 51).is_none());
        drop((shares, other));
        assert!(take(&budget, 1, 750).is_some());
    }

    #[test]
    fn what_a_share_does_not_need_is_for_others() {
        let budget = Budget::new(1000);
        let mut share = take(&budget, 1, 700).unwrap();
        assert!(take(&budget, 2, 400).is_none());
        share.shrink_to(100);
        assert!(take(&budget, 2, 400).is_some());
        drop(share);
        let state = budget.lock();
        assert!(state.left == 1000 && state.taken.is_empty());
    }
}
