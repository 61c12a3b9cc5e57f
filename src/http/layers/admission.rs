//! Bounds the requests in progress. tower's concurrency limit makes requests wait; here they are
//! rejected at once.

use std::sync::Arc;

use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::around::Pending;
use crate::http::response::problem::{Problem, UNAVAILABLE};

/// Takes the room of one request until its response. A request whose body is still arriving takes
/// none: slow clients must not keep others out.
pub fn admit(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = Arc::clone(permits).try_acquire_owned();
    permit.map_err(|_| Problem::new(&UNAVAILABLE, "Too many requests are in progress."))
}

impl Pending for OwnedSemaphorePermit {
    fn complete(self, _: &mut Response) {}
}
