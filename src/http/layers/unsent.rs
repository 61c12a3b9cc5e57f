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

use super::around::Pending;
use crate::{
    actor::Actor,
    budget::{Budget, Share},
    http::response::held::{Written, hold, no_memory},
};

/// Up to this many bytes, a response is small, and not counted.
const SMALL: u64 = 16 * 1024;
/// What hyper takes of a response at once.
const CHUNK: usize = 64 * 1024;

/// Waits for the response to a request.
#[derive(Debug)]
pub struct Unsent {
    budget: Budget,
    client: Option<Actor>,
}

/// Has the memory of the response counted.
pub fn count(budget: &Budget, request: &Request) -> Unsent {
    Unsent { budget: budget.clone(), client: request.extensions().get().map(Actor::quota_scope) }
}

/// The memory of a response that may be compressed.
#[derive(Debug, Clone)]
struct Counted(Arc<Share>);

impl Pending for Unsent {
    /// Takes memory for the response until it is sent. If there is none, a request fails that wrote
    /// nothing.
    fn complete(self, response: &mut Response) {
        let written: Option<Written> = response.extensions_mut().remove();
        let Some(bytes) = response.body().size_hint().exact().filter(|bytes| *bytes > SMALL) else {
            return;
        };
        let is_written = written.is_some();
        let taken = written.and_then(|Written(share)| share);
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let share = taken.or_else(|| self.budget.take(self.client, bytes).map(Arc::new));
        match share {
            Some(share) => {
                response.extensions_mut().insert(Counted(Arc::clone(&share)));
                send_in_chunks(response, share);
            }
            None if is_written => {}
            None => *response = no_memory().into_response(),
        }
    }
}

/// Waits for a response that was counted before it was compressed.
#[derive(Debug)]
pub struct Compressed;

impl Pending for Compressed {
    /// Returns the memory that a compressed response does not need.
    fn complete(self, response: &mut Response) {
        let counted: Option<Counted> = response.extensions_mut().remove();
        if let Some(Counted(share)) = counted
            && response.headers().contains_key(CONTENT_ENCODING)
            && let Some(mut share) = Arc::into_inner(share)
        {
            let bytes = response.body().size_hint().exact().unwrap_or_default();
            share.shrink_to(usize::try_from(bytes).unwrap_or(usize::MAX));
            send_in_chunks(response, Arc::new(share));
        }
    }
}

fn send_in_chunks(response: &mut Response, share: Arc<Share>) {
    let inner = std::mem::take(response.body_mut());
    *response.body_mut() = Body::new(Chunks { inner, next: Bytes::new(), share });
}

/// A body in pieces, each of which holds the memory of all until it is sent.
struct Chunks {
    inner: Body,
    next: Bytes,
    share: Arc<Share>,
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
        Poll::Ready(Some(Ok(Frame::data(hold(chunk, Arc::clone(&self.share))))))
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
    use http::{HeaderValue, StatusCode};
    use http_body_util::BodyExt;

    use super::*;

    fn respond(budget: &Budget, length: usize, written: Option<Written>) -> Response {
        let mut response = Body::from(vec![b'x'; length]).into_response();
        if let Some(written) = written {
            response.extensions_mut().insert(written);
        }
        count(budget, &Request::default()).complete(&mut response);
        response
    }

    #[tokio::test]
    async fn responses_hold_memory_until_they_are_sent() {
        let budget = Budget::new(1_200_000);
        let is_left = |bytes| budget.take(None, bytes).is_some();
        let mut first = respond(&budget, 900_000, None);
        assert_eq!(first.body().size_hint().exact(), Some(900_000));
        assert_eq!(respond(&budget, 100_000, None).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(respond(&budget, 10_000, None).status(), StatusCode::OK);
        let write = respond(&budget, 100_000, Some(Written(None)));
        assert_eq!(write.into_body().collect().await.unwrap().to_bytes().len(), 100_000);
        let frame = first.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap().len(), CHUNK);
        assert_eq!(first.body().size_hint().exact(), Some(900_000 - CHUNK as u64));
        let mut last = None;
        while let Some(frame) = first.frame().await {
            last = Some(frame.unwrap());
        }
        drop(first);
        // h2 keeps it while the client does not read.
        assert!(last.is_some() && !is_left(1_200_000));
        drop(last);
        assert!(is_left(900_000));
    }

    #[tokio::test]
    async fn the_response_to_a_write_has_the_memory_that_was_taken_before() {
        let budget = Budget::new(1_200_000);
        let share = budget.take(None, 900_000).map(Arc::new);
        let response = respond(&budget, 900_000, Some(Written(share)));
        assert!(budget.take(None, 900_000).is_none());
        drop(response);
        assert!(budget.take(None, 900_000).is_some());
    }

    #[tokio::test]
    async fn a_compressed_response_holds_what_it_needs() {
        let budget = Budget::new(1_200_000);
        let mut response = respond(&budget, 900_000, None);
        *response.body_mut() = Body::from(vec![b'x'; 20_000]);
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        Compressed.complete(&mut response);
        assert!(budget.take(None, 880_001).is_none());
        assert!(budget.take(None, 880_000).is_some());
    }
}
