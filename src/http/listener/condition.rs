//! What the watchdog of a connection sees.

use std::time::{Duration, Instant};

use http::Version;
use tokio_util::sync::CancellationToken;

use super::tasks::reset;
use crate::config::http::ConnectionOptions;

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
    /// What resets its stream, if it has one of its own.
    pub reset: Option<CancellationToken>,
}

impl Response {
    pub fn new(id: u64) -> Self {
        Self { id, waits_since: None, reset: reset() }
    }

    /// Whether its client takes too long.
    pub fn is_stalled(&self, now: Instant, options: &ConnectionOptions) -> bool {
        self.waits_since.is_some_and(|since| now.duration_since(since) >= options.write_timeout)
    }
}
