//! What the watchdog of a connection sees.

use std::time::Duration;

use http::Version;

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
