//! What clients share: memory, and the number of requests in progress.

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
        let mut share = self.empty(client);
        share.grow_to(size).then_some(share)
    }

    /// A part without anything, which can grow.
    #[must_use]
    pub fn empty(&self, client: Option<Actor>) -> Share {
        Share { budget: self.clone(), client, size: 0 }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Takes what it lacks of this size, if there is enough.
    #[must_use]
    pub fn grow_to(&mut self, size: usize) -> bool {
        let more = size.saturating_sub(self.size);
        if more == 0 {
            return true;
        }
        let mut state = self.budget.lock();
        let (left, quarter) = (state.left.checked_sub(more), state.total / 4);
        let taken = more + state.taken.get(&self.client).copied().unwrap_or_default();
        let Some(left) = left.filter(|left| taken <= quarter || *left >= quarter) else { return false };
        state.left = left;
        state.taken.insert(self.client.clone(), taken);
        drop(state);
        self.size += more;
        true
    }

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

    impl Budget {
        pub fn is_whole(&self) -> bool {
            let state = self.lock();
            state.left == state.total && state.taken.is_empty()
        }
    }

    impl Share {
        pub fn size(&self) -> usize {
            self.size
        }
    }

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
    fn a_share_grows_within_the_same_bounds() {
        let budget = Budget::new(1000);
        let mut share = budget.empty(None);
        assert!(share.grow_to(250) && share.grow_to(100) && share.grow_to(750));
        assert!(!share.grow_to(751));
        assert!(take(&budget, 1, 251).is_none() && take(&budget, 1, 250).is_some());
        assert_eq!(share.size(), 750);
    }

    #[test]
    fn what_a_share_does_not_need_is_for_others() {
        let budget = Budget::new(1000);
        let mut share = take(&budget, 1, 700).unwrap();
        assert!(take(&budget, 2, 400).is_none());
        share.shrink_to(100);
        assert!(take(&budget, 2, 400).is_some());
        drop(share);
        assert!(budget.is_whole());
    }
}
