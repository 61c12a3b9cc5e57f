//! The writer of the log: a buffer that its own thread empties, at most a few hundred times a
//! second.
//!
//! Logging never blocks: if the log is not read, lines are lost instead.
//!
//! tracing-appender's channel wakes its thread for each line, which costs two context switches.
//! With it and tracing-subscriber's own JSON, a small read takes 18 % more processor time, and a
//! list 12 %.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use memchr::memchr_iter;
use tracing_subscriber::fmt::MakeWriter;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 16 * 1024;

/// How long lines are collected before they are written.
const INTERVAL: Duration = Duration::from_millis(5);
/// With this many unwritten bytes, further lines are lost.
const MAX_UNWRITTEN: usize = 4 << 20;
/// How long the process waits at its end for the last lines to be written.
const END_TIMEOUT: Duration = Duration::from_secs(2);

static LOST_LINES: AtomicU64 = AtomicU64::new(0);

/// How many lines were lost since the start of the process.
#[cfg(feature = "service")]
pub fn lost_lines() -> u64 {
    LOST_LINES.load(Ordering::Relaxed)
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// Lines that were lost since the buffer became full.
    lost: u64,
    closed: bool,
    written: bool,
}

#[derive(Default)]
struct Shared {
    buffer: Mutex<Buffer>,
    filled: Condvar,
    written: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &[u8]) {
        let mut buffer = self.lock();
        if buffer.bytes.len() + line.len() > MAX_UNWRITTEN {
            buffer.lost += 1;
            LOST_LINES.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let was_empty = buffer.bytes.is_empty();
        buffer.bytes.extend_from_slice(line);
        drop(buffer);
        if was_empty {
            self.filled.notify_one();
        }
    }

    /// Writes until the buffer is closed and empty.
    fn write_to(&self, mut out: impl Write) {
        let mut bytes = Vec::new();
        loop {
            let buffer = self
                .filled
                .wait_while(self.lock(), |buffer| buffer.bytes.is_empty() && !buffer.closed)
                .unwrap_or_else(PoisonError::into_inner);
            // Collect more lines, unless it is closed.
            let (mut buffer, _) = self
                .filled
                .wait_timeout_while(buffer, INTERVAL, |buffer| !buffer.closed)
                .unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut bytes, &mut buffer.bytes);
            let (lost, closed) = (mem::take(&mut buffer.lost), buffer.closed);
            drop(buffer);
            if lost > 0 {
                // The buffer has just been emptied, so this line follows those before the gap.
                tracing::warn!(lines = lost, "log.lines_lost");
            }
            // An error of the log has nowhere to be logged.
            if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
                let lines = memchr_iter(b'\n', &bytes).count();
                LOST_LINES.fetch_add(lines as u64, Ordering::Relaxed);
            }
            bytes.clear();
            if closed && self.lock().bytes.is_empty() {
                self.lock().written = true;
                self.written.notify_one();
                return;
            }
        }
    }
}

/// Accepts lines.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

/// Writes the remaining lines when it is dropped; waits for a short time only.
pub struct Guard(Arc<Shared>);

/// Starts a thread that writes the sink's lines to `out`.
///
/// # Errors
///
/// The thread cannot be started.
pub fn start(out: impl Write + Send + 'static) -> io::Result<(Sink, Guard)> {
    let shared = Arc::new(Shared::default());
    let writer = Arc::clone(&shared);
    thread::Builder::new().name("log".into()).spawn(move || writer.write_to(out))?;
    Ok((Sink(Arc::clone(&shared)), Guard(shared)))
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut buffer = self.0.lock();
        buffer.closed = true;
        self.0.filled.notify_one();
        drop(self.0.written.wait_timeout_while(buffer, END_TIMEOUT, |buffer| !buffer.written));
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

impl Write for Sink {
    /// Accepts one line, and truncates it if it is too long.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.len() <= MAX_LINE {
            self.0.push(line);
        } else {
            let cut = String::from_utf8_lossy(&line[..MAX_LINE - 4]);
            self.0.push(format!("{}\n", cut.trim_end_matches(char::REPLACEMENT_CHARACTER)).as_bytes());
        }
        Ok(line.len())
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
    use std::sync::mpsc;

    use super::*;

    /// A slow writer that stores what is written.
    struct Slow(Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            thread::yield_now();
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_of_every_thread_is_written_whole_and_in_its_order() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let (sink, guard) = start(Slow(Arc::clone(&written))).unwrap();
        let filler = "x".repeat(200);
        thread::scope(|scope| {
            for writer in 0..4 {
                let (mut sink, filler) = (sink.clone(), &filler);
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

    #[test]
    fn a_line_that_is_too_long_is_cut_between_characters() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let (mut sink, guard) = start(Slow(Arc::clone(&written))).unwrap();
        for padding in 0..4 {
            sink.write_all(format!("{}{}\n", "x".repeat(padding), "😀".repeat(5000)).as_bytes()).unwrap();
        }
        drop(guard);
        let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert_eq!(written.lines().count(), 4);
        assert!(written.lines().all(|line| (MAX_LINE - 8..MAX_LINE).contains(&line.len())));
    }

    #[test]
    fn lines_that_nobody_reads_are_lost_and_counted() {
        /// A writer that blocks until the test ends.
        struct Stalled(mpsc::Receiver<()>);

        impl Write for Stalled {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let (_end, stalled) = mpsc::channel();
        let (mut sink, guard) = start(Stalled(stalled)).unwrap();
        let before = lost_lines();
        let line = [b'x'; 1000];
        let lines = 3 * MAX_UNWRITTEN / line.len();
        for _ in 0..lines {
            sink.write_all(&line).unwrap();
        }
        assert!(lost_lines() - before >= lines as u64 / 3);
        assert!(sink.0.lock().bytes.len() <= MAX_UNWRITTEN);
        // It does not wait forever.
        drop(guard);
    }
}
