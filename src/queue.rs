//! Turns that clients share. A free one goes to the client that has the fewest, and among equals to
//! the one that has waited longest since its last. So a client with many requests delays others by
//! one of its own at most.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::oneshot::{self, Sender};

use crate::actor::Actor;

/// Who takes turns; `None` is the service itself.
pub type Client = Option<Actor>;

/// A number of turns, and who waits for one.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Mutex<State>>);

/// A queue that exists while a request has or awaits a turn.
#[derive(Debug)]
pub struct WeakQueue(Weak<Mutex<State>>);

#[derive(Debug)]
struct State {
    free: usize,
    /// How many a client that has one leaves to others.
    left_to_others: usize,
    shares: HashMap<Client, Share>,
    /// How many turns were taken or awaited so far.
    events: u64,
}

/// What a client has and waits for.
#[derive(Debug)]
struct Share {
    taken: usize,
    waiting: VecDeque<Sender<Turn>>,
    /// The value of `events` when it took its last turn, or when it arrived.
    last: u64,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    queue: Queue,
    client: Client,
}

impl Queue {
    pub fn new(turns: usize) -> Self {
        Self::leaving(turns, 0)
    }

    /// Turns that last so long that others cannot wait for their end: a client that has one leaves
    /// a quarter to others, and at least one if there are several.
    pub fn of_long(turns: usize) -> Self {
        Self::leaving(turns, if turns > 1 { turns.div_ceil(4) } else { 0 })
    }

    fn leaving(turns: usize, left_to_others: usize) -> Self {
        Self(Arc::new(Mutex::new(State { free: turns, left_to_others, shares: HashMap::new(), events: 0 })))
    }

    /// Takes a turn if one is free.
    pub fn try_take(&self, client: Client) -> Option<Turn> {
        let mut state = self.lock();
        if !state.is_free_for(&client) {
            return None;
        }
        state.take(client.clone());
        Some(self.turn(client))
    }

    /// Waits for a turn.
    pub async fn take(&self, client: Client) -> Turn {
        let receiver = {
            let mut state = self.lock();
            if state.is_free_for(&client) {
                state.take(client.clone());
                return self.turn(client);
            }
            let (sender, receiver) = oneshot::channel();
            state.share(client).waiting.push_back(sender);
            receiver
        };
        receiver.await.unwrap_or_else(|_| unreachable!("a turn is given to all that wait"))
    }

    pub fn downgrade(&self) -> WeakQueue {
        WeakQueue(Arc::downgrade(&self.0))
    }

    fn turn(&self, client: Client) -> Turn {
        Turn { queue: self.clone(), client }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn share(&mut self, client: Client) -> &mut Share {
        self.events += 1;
        let last = self.events;
        self.shares.entry(client).or_insert_with(|| Share { taken: 0, waiting: VecDeque::new(), last })
    }

    /// Whether this client may take a turn.
    fn is_free_for(&self, client: &Client) -> bool {
        let has_one = self.shares.get(client).is_some_and(|share| share.taken > 0);
        self.free > if has_one { self.left_to_others } else { 0 }
    }

    fn take(&mut self, client: Client) {
        self.free -= 1;
        let last = self.events + 1;
        let share = self.share(client);
        share.taken += 1;
        share.last = last;
    }

    fn end(&mut self, client: &Client) {
        self.free += 1;
        if let Some(share) = self.shares.get_mut(client) {
            share.taken -= 1;
        }
    }

    /// Takes a free turn for the client that is next.
    fn next(&mut self) -> Option<(Client, Sender<Turn>)> {
        self.shares.retain(|_, share| {
            share.waiting.retain(|waits| !waits.is_closed());
            share.taken > 0 || !share.waiting.is_empty()
        });
        let waiting = self.shares.iter().filter(|(_, share)| !share.waiting.is_empty());
        let (client, _) = waiting.min_by_key(|(_, share)| (share.taken, share.last))?;
        let client = Some(client.clone()).filter(|client| self.is_free_for(client))?;
        let sender = self.shares.get_mut(&client)?.waiting.pop_front()?;
        self.take(client.clone());
        Some((client, sender))
    }
}

impl WeakQueue {
    pub fn upgrade(&self) -> Option<Queue> {
        self.0.upgrade().map(Queue)
    }

    pub fn is_used(&self) -> bool {
        self.0.strong_count() > 0
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut state = self.queue.lock();
            state.end(&self.client);
            state.next()
        };
        // Without the lock: if the client has left, its turn is dropped, and goes to the next.
        if let Some((client, sender)) = next {
            let _ = sender.send(self.queue.turn(client));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn client(number: u8) -> Actor {
        Actor::from_name(&[number])
    }

    #[tokio::test]
    async fn a_turn_goes_to_the_client_that_has_the_fewest() {
        let queue = Queue::new(2);
        let mut turns = vec![queue.take(Some(client(1))).await, queue.take(Some(client(1))).await];
        assert!(queue.try_take(Some(client(2))).is_none());
        let mut waiting: Vec<_> =
            [1, 1, 2, 2, 3].map(|number| (number, Box::pin(queue.take(Some(client(number)))))).into();
        for (_, take) in &mut waiting {
            assert!(take.now_or_never().is_none());
        }
        let mut order = Vec::new();
        while !waiting.is_empty() {
            turns.remove(0);
            let index = waiting
                .iter_mut()
                .position(|(_, take)| take.now_or_never().map(|turn| turns.push(turn)).is_some());
            order.push(waiting.remove(index.unwrap()).0);
        }
        assert_eq!(order, [2, 1, 3, 2, 1]);
    }

    #[tokio::test]
    async fn a_client_with_a_long_turn_leaves_a_quarter_to_others() {
        let queue = Queue::of_long(8);
        let take = |number| queue.try_take(Some(client(number)));
        let mut turns: Vec<_> = (0..8).map_while(|_| take(1)).collect();
        assert_eq!(turns.len(), 6);
        let mut waiting = Box::pin(queue.take(Some(client(1))));
        assert!((&mut waiting).now_or_never().is_none());
        let others = [take(2), take(3)];
        assert!(others.iter().all(Option::is_some) && take(4).is_none());
        drop(others);
        assert!((&mut waiting).now_or_never().is_none(), "those are not its own");
        turns.pop();
        assert!(waiting.now_or_never().is_some());
        assert!(Queue::of_long(1).try_take(Some(client(1))).is_some(), "there is nothing to share");
    }

    #[tokio::test]
    async fn a_client_that_leaves_takes_no_turn() {
        let queue = Queue::new(1);
        let turn = queue.take(Some(client(1))).await;
        let (mut leaves, mut stays) =
            (Box::pin(queue.take(Some(client(2)))), Box::pin(queue.take(Some(client(3)))));
        assert!((&mut leaves).now_or_never().is_none() && (&mut stays).now_or_never().is_none());
        drop(turn);
        drop(leaves); // it was given the turn, and did not see it
        drop(stays.await);
        assert!(queue.try_take(Some(client(1))).is_some(), "all turns are free again");
        assert!(queue.lock().next().is_none() && queue.lock().shares.is_empty(), "no client is remembered");
    }
}
