//! The memory of bodies.

use crate::{
    budget::{Budget, Share},
    http::response::problem::{Problem, UNAVAILABLE},
    queue::{Client, Queue},
};

/// The bytes of the beginning of a body.
const BEGINNING: usize = 64 * 1024;

/// How many brotli bodies are decoded at once.
pub const DECODERS: usize = 2;

/// What all bodies share.
#[derive(Debug, Clone)]
pub struct Resources {
    /// A quarter of the memory, for the beginnings of all bodies: large ones leave it to small
    /// ones.
    pub beginnings: Budget,
    /// Three quarters, for the rest of large bodies.
    pub rests: Budget,
    /// Turns to decode brotli.
    pub brotli: Queue,
}

impl Resources {
    /// This many bytes for all.
    pub fn new(bytes: usize) -> Self {
        Self {
            beginnings: Budget::new(bytes / 4),
            rests: Budget::new(bytes / 4 * 3),
            brotli: Queue::new(DECODERS),
        }
    }
}

/// The memory that one request has taken.
#[derive(Debug)]
pub struct Taken {
    pub resources: Resources,
    pub client: Client,
    /// Bytes that it has before its body.
    pub head: usize,
    pub beginning: Share,
    rest: Share,
}

impl Taken {
    /// Nothing yet.
    pub fn new(resources: Resources, client: Client, head: usize) -> Self {
        let (beginning, rest) =
            (resources.beginnings.empty(client.clone()), resources.rests.empty(client.clone()));
        Self { resources, client, head, beginning, rest }
    }

    /// Takes memory until it has this many bytes for the body, or rejects the request: slow
    /// clients must not exhaust the memory of the process.
    ///
    /// # Errors
    ///
    /// 503 if the bodies of other requests take it.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let bytes = self.head + bytes;
        if self.beginning.grow_to(bytes.min(BEGINNING)) && self.rest.grow_to(bytes.saturating_sub(BEGINNING))
        {
            return Ok(());
        }
        Err(Problem::new(&UNAVAILABLE, "The bodies of requests in progress take all memory."))
    }
}
