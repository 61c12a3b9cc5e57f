//! What a person at a terminal sees of long work.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// How often it is shown.
const EVERY: Duration = Duration::from_secs(1);

/// A line on the terminal, if the standard error is one.
#[derive(Debug)]
pub struct Progress {
    start: Instant,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    pub fn start() -> Self {
        Self { start: Instant::now(), shown: None, is_terminal: io::stderr().is_terminal() }
    }

    /// Shows how many items are done, each second.
    pub fn show(&mut self, items: u64) {
        let now = Instant::now();
        let since = now.duration_since(self.shown.unwrap_or(self.start));
        if self.is_terminal && since >= EVERY {
            self.shown = Some(now);
            let rate = u128::from(items) * 1000 / now.duration_since(self.start).as_millis().max(1);
            let _ = write!(io::stderr(), "\r{items} items, {rate}/s ");
        }
    }

    /// Ends the line.
    pub fn end(&self) {
        if self.shown.is_some() {
            let _ = writeln!(io::stderr());
        }
    }
}
