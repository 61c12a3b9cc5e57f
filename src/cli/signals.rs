//! The signals that stop the process.

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code after a second signal: 128 + SIGTERM.
const STOPPED_AT_ONCE: i32 = 143;

/// SIGTERM and SIGINT.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub fn new() -> std::io::Result<Self> {
        // A file above the limit of the process (ulimit -f) is an error of the write, not the end.
        let _ = signal(SignalKind::from_raw(Number::XFSZ.as_raw()))?;
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// The next signal ends the process.
    pub fn exit_at_next(mut self) {
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(STOPPED_AT_ONCE);
        });
    }
}
