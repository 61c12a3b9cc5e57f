//! Where lines go: a buffer that a thread of its own empties, a few hundred times a second at the most.
//!
//! Nobody is woken for a single line. A channel would wake its reader for each, which costs a request two context switches: a fifth of
//! the processor time of a small read.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered before they are written.
const GATHER: Duration = Duration::from_millis(5);
/// When the thread is behind by so many octets, whoever logs waits for it: a line about something that was created is not dropped.
const LIMIT: usize = 4 << 20;

#[derive(Default)]
struct Buffer {
    octets: Vec<u8>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    buffer: Mutex<Buffer>,
    filled: Condvar,
    emptied: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, octets: &[u8]) {
        let mut buffer = self
            .emptied
            .wait_while(self.lock(), |buffer| buffer.octets.len() > LIMIT && !buffer.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let was_empty = buffer.octets.is_empty();
        buffer.octets.extend_from_slice(octets);
        drop(buffer);
        if was_empty {
            self.filled.notify_one();
        }
    }

    /// Writes what comes until the buffer is closed, and then what is left.
    fn write_to(&self, mut out: impl Write) {
        let mut octets = Vec::new();
        loop {
            let buffer = self
                .filled
                .wait_while(self.lock(), |buffer| buffer.octets.is_empty() && !buffer.closed)
                .unwrap_or_else(PoisonError::into_inner);
            // For a while, or until it is closed.
            let (mut buffer, _) = self
                .filled
                .wait_timeout_while(buffer, GATHER, |buffer| !buffer.closed)
                .unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut octets, &mut buffer.octets);
            let closed = buffer.closed;
            drop(buffer);
            self.emptied.notify_all();
            // There is nobody left to tell that the log cannot be written.
            let _ = out.write_all(&octets).and_then(|()| out.flush());
            octets.clear();
            if closed {
                return;
            }
        }
    }
}

/// Takes lines.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

/// Writes what is left when it is dropped.
pub struct Guard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// A sink whose lines a thread writes to `out`.
///
/// # Errors
///
/// Where the thread cannot be started.
pub fn start(out: impl Write + Send + 'static) -> io::Result<(Sink, Guard)> {
    let shared = Arc::new(Shared::default());
    let writer = Arc::clone(&shared);
    let thread = thread::Builder::new().name("log".into()).spawn(move || writer.write_to(out))?;
    Ok((Sink(Arc::clone(&shared)), Guard { shared, thread: Some(thread) }))
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.push(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Sink {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes its time, and keeps what it got.
    struct Slow(Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            thread::yield_now();
            self.0.lock().unwrap().extend_from_slice(octets);
            Ok(octets.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_of_every_thread_is_written_whole_and_in_its_order() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let (sink, guard) = start(Slow(Arc::clone(&written))).unwrap();
        let filler = "x".repeat(1000);
        thread::scope(|scope| {
            for writer in 0..4 {
                let (mut sink, filler) = (sink.clone(), &filler);
                // More than the limit in all, so that the writers have to wait.
                scope.spawn(move || {
                    for n in 0..3000 {
                        sink.write_all(format!("{writer} {n} {filler}\n").as_bytes()).unwrap();
                    }
                });
            }
        });
        drop(guard);
        let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        for writer in 0..4 {
            let mine = written.lines().filter_map(|line| line.strip_prefix(&format!("{writer} ")));
            let numbers: Vec<usize> =
                mine.map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
            assert_eq!(numbers, (0..3000).collect::<Vec<_>>());
        }
        assert!(written.lines().all(|line| line.ends_with(&filler)));
    }
}
