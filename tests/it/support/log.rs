//! The log lines of a test, as JSON.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::{Arc, Mutex, Once},
};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

type Lines = Arc<Mutex<Vec<u8>>>;

thread_local! {
    static CAPTURED: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Collects what is logged on this thread, which is all of a test that runs on a current-thread
/// runtime.
///
/// There is one subscriber for the whole process. With one for each test, concurrent tests would
/// decide whether a line is logged at all, since tracing caches for each callsite whether any
/// subscriber is interested.
pub struct Log(Lines);

impl Log {
    pub fn capture() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER
            .call_once(|| tracing_subscriber::fmt().json().flatten_event(true).with_writer(Captured).init());
        let lines = Lines::default();
        CAPTURED.set(Some(Arc::clone(&lines)));
        Self(lines)
    }

    /// The lines with this message.
    pub fn lines(&self, message: &str) -> Vec<Value> {
        let lines = self.0.lock().unwrap();
        let lines = lines.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        lines.filter(|line: &Value| line["message"] == message).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        CAPTURED.set(None);
    }
}

/// Writes to the capture of this thread, if there is one.
struct Captured;

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        CAPTURED.with_borrow(|lines| {
            if let Some(lines) = lines {
                lines.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}
