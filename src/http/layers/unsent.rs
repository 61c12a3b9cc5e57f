//! Bounds the memory of responses that their clients do not read.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_ENCODING;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::around::Pending;
use crate::http::{
    limits::MAX_RESPONSES,
    request::query_content::is_query,
    response::{
        held::hold,
        problem::{Problem, UNAVAILABLE},
    },
};

/// Up to this many bytes, a response is small, and not counted.
const SMALL: u64 = 16 * 1024;
/// What hyper takes of a response at once.
const CHUNK: usize = 64 * 1024;

/// The memory that is left, in KiB.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Semaphore>);

impl Budget {
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(MAX_RESPONSES / 1024)))
    }
}

/// Waits for the response to a request.
#[derive(Debug)]
pub struct Unsent {
    budget: Budget,
    is_safe: bool,
}

/// Has the memory of the response counted.
pub fn count(budget: &Budget, request: &Request) -> Unsent {
    Unsent { budget: budget.clone(), is_safe: request.method().is_safe() || is_query(request.method()) }
}

/// Waits for a response that was counted before it was compressed, and is another one now.
#[derive(Debug)]
pub struct Compressed(Unsent);

/// Has the memory of the response counted if it is compressed.
pub fn count_compressed(budget: &Budget, request: &Request) -> Compressed {
    Compressed(count(budget, request))
}

impl Pending for Compressed {
    fn complete(self, response: &mut Response) {
        if response.headers().contains_key(CONTENT_ENCODING) {
            self.0.complete(response);
        }
    }
}

impl Pending for Unsent {
    /// Takes memory for the response until it is sent. If there is none, a read fails; the response
    /// to a write is sent, because the write is done.
    fn complete(self, response: &mut Response) {
        let Some(bytes) = response.body().size_hint().exact().filter(|bytes| *bytes > SMALL) else {
            return;
        };
        let permits = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let permit = self.budget.0.try_acquire_many_owned(permits).ok();
        if permit.is_none() && self.is_safe {
            let problem = Problem::new(&UNAVAILABLE, "Responses that clients do not read take all memory.");
            *response = problem.into_response();
            return;
        }
        let inner = std::mem::take(response.body_mut());
        let permit = permit.map(Arc::new);
        *response.body_mut() = Body::new(Chunks { inner, next: Bytes::new(), permit });
    }
}

/// A body in pieces, each of which holds the memory of all until it is sent.
struct Chunks {
    inner: Body,
    next: Bytes,
    permit: Option<Arc<OwnedSemaphorePermit>>,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.next.is_empty() {
            let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.next = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.next.len().min(CHUNK);
        let chunk = self.next.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(match &self.permit {
            Some(permit) => hold(chunk, Arc::clone(permit)),
            None => chunk,
        }))))
    }

    fn is_end_stream(&self) -> bool {
        self.next.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.inner.size_hint().exact().unwrap_or_default();
        SizeHint::with_exact(inner + self.next.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};
    use http_body_util::BodyExt;

    use super::*;

    fn respond(budget: &Budget, method: Method, length: usize) -> Response {
        let request = Request::builder().method(method).body(Body::empty()).unwrap();
        let mut response = Body::from(vec![b'x'; length]).into_response();
        count(budget, &request).complete(&mut response);
        response
    }

    #[tokio::test]
    async fn responses_hold_memory_until_they_are_sent() {
        let budget = Budget(Arc::new(Semaphore::new(1000)));
        let mut first = respond(&budget, Method::GET, 1_000_000);
        assert_eq!(first.body().size_hint().exact(), Some(1_000_000));
        assert_eq!(respond(&budget, Method::GET, 100_000).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(respond(&budget, Method::GET, 10_000).status(), StatusCode::OK);
        let write = respond(&budget, Method::POST, 100_000);
        assert_eq!(write.into_body().collect().await.unwrap().to_bytes().len(), 100_000);
        let frame = first.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap().len(), CHUNK);
        assert_eq!(first.body().size_hint().exact(), Some(1_000_000 - CHUNK as u64));
        let mut last = None;
        while let Some(frame) = first.frame().await {
            last = Some(frame.unwrap());
        }
        drop(first);
        // h2 keeps it while the client does not read.
        assert!(last.is_some() && budget.0.available_permits() < 1000);
        drop(last);
        assert_eq!(budget.0.available_permits(), 1000);
    }
}
