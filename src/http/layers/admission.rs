//! Bounds the requests in progress. tower's concurrency limit makes requests wait; here they are
//! rejected at once.

use std::sync::Arc;

use axum::{body::Body, extract::Request, response::Response};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::around::Pending;
use crate::{
    app::App,
    http::{
        limits::Surplus,
        operator,
        response::problem::{Problem, UNAVAILABLE},
    },
};

/// Rejects everything except probes while the service starts, and on connections above the limit.
pub fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let detail = if request.extensions().get::<Surplus>().is_some() {
        "Too many connections are open."
    } else if !app.is_started() {
        "The service is starting."
    } else {
        return Ok(());
    };
    if operator::is_probe(request) { Ok(()) } else { Err(Problem::new(&UNAVAILABLE, detail)) }
}

/// Takes a permit until the response is sent. A request whose body is still arriving takes none:
/// slow clients must not keep others out.
pub fn admit(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = Arc::clone(permits).try_acquire_owned();
    permit.map_err(|_| Problem::new(&UNAVAILABLE, "Too many requests are in progress."))
}

impl Pending for OwnedSemaphorePermit {
    fn complete(self, response: &mut Response) {
        let body = std::mem::take(response.body_mut());
        // The closure holds the permit as long as the body exists.
        *response.body_mut() = Body::new(body.map_err(move |error| {
            let _permit = &self;
            error
        }));
    }
}
