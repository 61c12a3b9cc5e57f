//! Bytes that hold memory of a budget until they are sent, wherever hyper and h2 keep them.

use std::sync::Arc;

use bytes::Bytes;

use super::problem::{Problem, UNAVAILABLE};
use crate::budget::Share;

/// Marks the response to a write that was committed, with its memory if that was taken before.
#[derive(Debug, Clone)]
pub struct Written(pub Option<Arc<Share>>);

/// The rejection of a request whose response has no memory.
pub fn no_memory() -> Problem {
    Problem::new(&UNAVAILABLE, "Responses that clients do not read take all memory.")
}

/// The same bytes, with their memory.
pub fn hold<T: Send + Sync + 'static>(bytes: Bytes, memory: Arc<T>) -> Bytes {
    Bytes::from_owner(Held { bytes, _memory: memory })
}

struct Held<T> {
    bytes: Bytes,
    _memory: Arc<T>,
}

impl<T> AsRef<[u8]> for Held<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
