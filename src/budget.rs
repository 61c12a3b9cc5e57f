//! What clients share: memory, and the number of requests in progress.

use std::{
    collections::{HashMap, hash_map::Entry},
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
        let State { total, left, taken } = &mut *state;
        let Some(rest) = left.checked_sub(more) else { return false };
        let entry = taken.entry(self.client.clone());
        let taken = more + if let Entry::Occupied(taken) = &entry { *taken.get() } else { 0 };
        let quarter = *total / 4;
        if taken > quarter && rest < quarter {
            return false;
        }
        *left = rest;
        entry.insert_entry(taken);
        drop(state);
        self.size += more;
        true
    }

    /// Returns what is above this size.
    pub fn shrink_to(&mut self, size: usize) {
        let surplus = self.size.saturating_sub(size);
        if surplus == 0 {
            return;
        }
        self.size -= surplus;
        let mut state = self.budget.lock();
        state.left += surplus;
        if let Entry::Occupied(mut taken) = state.taken.entry(self.client.clone()) {
            *taken.get_mut() -= surplus;
            if *taken.get() == 0 {
                taken.remove();
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
