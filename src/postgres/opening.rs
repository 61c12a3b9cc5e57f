//! Connections that are being opened. One whose client leaves meanwhile goes to the next client:
//! otherwise clients that come and go would have all attempts given up, and the pool would stay
//! empty.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{
        Notify,
        oneshot::{self, Receiver, Sender},
    },
    time::{Instant, sleep_until},
};

/// How long an open connection waits for a client before it is closed.
const LINGER: Duration = Duration::from_millis(100);

/// The attempts to open a connection, and the clients that wait for one.
#[derive(Debug)]
pub struct Opening<T, E> {
    state: Mutex<State<T, E>>,
    arrived: Notify,
}

#[derive(Debug)]
struct State<T, E> {
    clients: VecDeque<Sender<Result<T, E>>>,
    attempts: usize,
}

impl<T, E> Default for Opening<T, E> {
    fn default() -> Self {
        Self { state: Mutex::new(State { clients: VecDeque::new(), attempts: 0 }), arrived: Notify::new() }
    }
}

impl<T, E> Opening<T, E> {
    /// What will receive a connection, and whether there must be another attempt for it.
    pub fn wait(&self) -> (Receiver<Result<T, E>>, bool) {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clients.retain(|client| !client.is_closed());
        state.clients.push_back(sender);
        let needs_attempt = state.attempts < state.clients.len();
        state.attempts += usize::from(needs_attempt);
        drop(state);
        self.arrived.notify_one();
        (receiver, needs_attempt)
    }

    /// Ends an attempt: gives its result to a client.
    pub async fn give(&self, mut result: Result<T, E>) {
        let end = Instant::now() + LINGER;
        let mut linger = pin!(sleep_until(end));
        loop {
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                while let Some(client) = state.clients.pop_front() {
                    match client.send(result) {
                        Ok(()) => {
                            state.attempts -= 1;
                            return;
                        }
                        Err(unsent) => result = unsent,
                    }
                }
                if result.is_err() || Instant::now() >= end {
                    state.attempts -= 1;
                    return;
                }
            }
            tokio::select! {
                () = self.arrived.notified() => {}
                () = linger.as_mut() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbers = Opening<u8, ()>;

    #[tokio::test(start_paused = true)]
    async fn a_connection_whose_client_has_left_goes_to_the_next() {
        let opening = Numbers::default();
        let (left, needs_attempt) = opening.wait();
        assert!(needs_attempt);
        drop(left);
        let (next, needs_attempt) = opening.wait();
        assert!(!needs_attempt, "the attempt of the first is in progress");
        let (other, needs_attempt) = opening.wait();
        assert!(needs_attempt);
        opening.give(Ok(1)).await;
        opening.give(Err(())).await;
        assert_eq!((next.await.unwrap(), other.await.unwrap()), (Ok(1), Err(())));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_waits_a_little_for_a_client() {
        let opening = Numbers::default();
        drop(opening.wait());
        let client = async {
            sleep_until(Instant::now() + LINGER / 2).await;
            let (client, needs_attempt) = opening.wait();
            assert!(!needs_attempt);
            client.await.unwrap()
        };
        assert_eq!(tokio::join!(opening.give(Ok(1)), client).1, Ok(1));
        drop(opening.wait());
        opening.give(Ok(2)).await;
        let (_client, needs_attempt) = opening.wait();
        assert!(needs_attempt, "it was closed");
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_error_meets_no_client() {
        let opening = Numbers::default();
        drop(opening.wait());
        opening.give(Err(())).await;
        assert!(opening.wait().1);
    }
}
