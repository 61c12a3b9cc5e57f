//! The memory that the requests of all HTTP/2 connections occupy.
//!
//! hyper limits the streams of one connection. A client that opens many connections and reads no
//! response would still occupy any amount.

use std::sync::Arc;

use http::Request;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::limits::head_bytes;

/// What a request with a small head occupies, including its handling and a small response.
const UNIT: usize = 16 * 1024;
/// How many requests with small heads there may be in addition to those in progress: they are
/// rejected, or their responses are waiting for the client.
const SURPLUS: usize = 4096;

/// The units that are left.
#[derive(Debug, Clone)]
pub struct Streams(Arc<Semaphore>);

impl Streams {
    /// Memory for as many requests as may be in progress, and more that are not.
    pub fn new(max_requests: usize) -> Self {
        Self(Arc::new(Semaphore::new(max_requests + SURPLUS)))
    }

    /// Takes memory for a request, until its response is sent; `None` if there is none.
    pub fn take<B>(&self, request: &Request<B>) -> Option<Arc<OwnedSemaphorePermit>> {
        let units = 1 + head_bytes(request.headers(), request.uri()) / UNIT;
        let units = u32::try_from(units).ok()?;
        Arc::clone(&self.0).try_acquire_many_owned(units).ok().map(Arc::new)
    }
}
