//! What the watchdog of a connection sees.

use std::time::{Duration, Instant};

use http::Version;
use tokio_util::sync::CancellationToken;

use super::tasks::reset;
use crate::{config::http::ConnectionOptions, http::limits::PIECE};

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Within its time-outs.
    Good,
    /// Without a request for too long.
    Idle,
    /// The client does not read its response.
    Stalled,
    /// All responses wait for a window that the client, which sends nothing more, cannot widen.
    Stuck,
    /// A request of this version has been in progress for this time, and nothing is being sent.
    Handling { time: Duration, version: Version },
}

/// A response in progress.
#[derive(Debug)]
pub struct Response {
    pub id: u64,
    /// Since when it waits for its client, if it does.
    pub waits_since: Option<Instant>,
    /// How long it waited before, while the client took so many bytes.
    waited: Duration,
    taken: usize,
    /// What resets its stream, if it has one of its own.
    pub reset: Option<CancellationToken>,
}

impl Response {
    pub fn new(id: u64) -> Self {
        Self { id, waits_since: None, waited: Duration::ZERO, taken: 0, reset: reset() }
    }

    /// Records that the client has taken everything, and gets these bytes or waits for the service.
    pub fn proceed(&mut self, bytes: Option<usize>, now: Instant) {
        self.waited += self.waiting(now);
        self.waits_since = bytes.map(|_| now);
        self.taken += bytes.unwrap_or_default();
        if self.taken >= PIECE {
            (self.waited, self.taken) = (Duration::ZERO, 0);
        }
    }

    /// Whether its client takes too long.
    pub fn is_stalled(&self, now: Instant, options: &ConnectionOptions) -> bool {
        self.waits_since.is_some() && self.waited + self.waiting(now) >= options.write_timeout
    }

    fn waiting(&self, now: Instant) -> Duration {
        self.waits_since.map_or(Duration::ZERO, |since| now.duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compressed, a response has small pieces.
    #[test]
    fn the_time_out_is_that_of_a_number_of_bytes_in_whatever_pieces() {
        let second = Duration::from_secs(1);
        let options = ConnectionOptions {
            check_every: second,
            idle_timeout: second,
            write_timeout: 10 * second,
            max: 1,
            surplus: 1,
            shutdown_timeout: second,
        };
        let (mut response, mut now) = (Response::new(0), Instant::now());
        for _ in 0..4 {
            response.proceed(Some(PIECE / 8), now);
            now += 2 * second;
            assert!(!response.is_stalled(now, &options));
            response.proceed(None, now);
            now += 20 * second; // the service is slow, not the client
            assert!(!response.is_stalled(now, &options));
        }
        response.proceed(Some(PIECE / 8), now);
        assert!(response.is_stalled(now + 2 * second, &options));
        response.proceed(Some(PIECE / 2), now + second);
        assert!(!response.is_stalled(now + 10 * second, &options), "it has taken a piece");
        assert!(response.is_stalled(now + 11 * second, &options));
    }
}
