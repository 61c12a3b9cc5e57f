//! The memory of large responses, until they are sent.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::actor::Actor;

/// The most bytes of all large responses that are being sent at once.
const MAX_RESPONSES: usize = 128 << 20;

/// The client that reads a response; `None` is the service itself.
pub type Reader = Option<Actor>;

/// The memory that responses may take. A client whose responses take a quarter of it leaves another
/// quarter to the others.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    bytes: usize,
    left: usize,
    taken: HashMap<Reader, usize>,
}

/// Memory for a response, until it is dropped.
#[derive(Debug)]
pub struct Share {
    budget: Budget,
    reader: Reader,
    bytes: usize,
}

/// Marks the response to a write that was committed, with its memory if that was taken before.
#[derive(Debug, Clone)]
pub struct Written(pub Option<Arc<Share>>);

impl Default for Budget {
    fn default() -> Self {
        Self::new(MAX_RESPONSES)
    }
}

impl Budget {
    /// Memory of this many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Mutex::new(State { bytes, left: bytes, taken: HashMap::new() })))
    }

    /// Takes memory if there is enough.
    #[must_use]
    pub fn take(&self, reader: Reader, bytes: usize) -> Option<Share> {
        let mut state = self.lock();
        let quarter = state.bytes / 4;
        let left = state.left.checked_sub(bytes)?;
        let taken = bytes + state.taken.get(&reader).copied().unwrap_or_default();
        if taken > quarter && left < quarter {
            return None;
        }
        state.left = left;
        state.taken.insert(reader.clone(), taken);
        drop(state);
        Some(Share { budget: self.clone(), reader, bytes })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Returns what is above this many bytes.
    pub fn shrink_to(&mut self, bytes: usize) {
        let surplus = self.bytes.saturating_sub(bytes);
        self.bytes -= surplus;
        let mut state = self.budget.lock();
        state.left += surplus;
        if let Some(taken) = state.taken.get_mut(&self.reader) {
            *taken -= surplus;
            if *taken == 0 {
                state.taken.remove(&self.reader);
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

    fn reader(last: u8) -> Reader {
        Some(Actor::from_address([192, 0, 2, last].into()))
    }

    #[test]
    fn a_client_with_a_quarter_of_the_memory_leaves_a_quarter() {
        let budget = Budget::new(1000);
        let shares: Vec<_> = (0..4).map_while(|_| budget.take(reader(1), 250)).collect();
        assert_eq!(shares.len(), 3);
        assert!(budget.take(reader(1), 1).is_none());
        let other = budget.take(reader(2), 200).unwrap();
        assert!(budget.take(reader(2), 51).is_none() && budget.take(reader(3), 51).is_none());
        drop((shares, other));
        assert!(budget.take(reader(1), 750).is_some());
    }

    #[test]
    fn what_a_share_does_not_need_is_for_others() {
        let budget = Budget::new(1000);
        let mut share = budget.take(reader(1), 700).unwrap();
        assert!(budget.take(reader(2), 400).is_none());
        share.shrink_to(100);
        assert!(budget.take(reader(2), 400).is_some());
        drop(share);
        let state = budget.lock();
        assert!(state.left == 1000 && state.taken.is_empty());
    }
}
