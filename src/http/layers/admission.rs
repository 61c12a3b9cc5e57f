//! Bounds the requests in progress. tower's concurrency limit makes requests wait; here they are
//! rejected at once.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use http_body::{Frame, SizeHint};
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
        let inner = std::mem::take(response.body_mut());
        *response.body_mut() = Body::new(Admitted { inner, _permit: self });
    }
}

/// The body of a response, which holds the permit of its request.
struct Admitted {
    inner: Body,
    _permit: OwnedSemaphorePermit,
}

impl http_body::Body for Admitted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
