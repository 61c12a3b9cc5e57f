//! The body of a request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::BoxError;
use bytes::Bytes;
use http::Version;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::{runtime::Handle, time::timeout};

use super::{
    activity::{Activity, Receiving},
    fields::is_padded,
    socket::{LINGER_BYTES, LINGER_TIME},
};

/// The body of a request, which may be dropped before its end.
///
/// HTTP/1 then closes the connection in stages. HTTP/2 would reset the stream, and a client that is
/// still sending would lose the response. So the rest is discarded, within the same bounds.
pub struct RequestBody {
    /// `None` once it is dropped.
    inner: Option<Incoming>,
    version: Version,
    receiving: Receiving,
}

impl RequestBody {
    pub fn new(inner: Incoming, version: Version, activity: &Arc<Activity>) -> Self {
        Self { inner: Some(inner), version, receiving: activity.receive(version) }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // In this order: what arrived before the end is then in the body.
        let is_half_closed = self.receiving.poll_half_closed(context).is_ready();
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let frame = match Pin::new(inner).poll_frame(context) {
            Poll::Pending if is_half_closed => Some(Err("the client ended the connection".into())),
            frame => ready!(frame).map(|frame| frame.map_err(BoxError::from)),
        };
        // hyper ends trailers at an empty line with CRLF alone, and may have taken the next request for
        // a part of them. So the connection ends with this response.
        if let Some(trailers) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.trailers_ref()) {
            if self.version != Version::HTTP_2 {
                self.receiving.activity.leave_unread();
            } else if is_padded(trailers) {
                let error = "a trailer has white space around its value";
                return Poll::Ready(Some(Err(error.into())));
            }
        }
        if frame.is_none() || self.is_end_stream() {
            self.receiving.finish();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map(Incoming::size_hint).unwrap_or_default()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        let rest =
            self.inner.take().filter(|inner| self.version == Version::HTTP_2 && !inner.is_end_stream());
        if let (Some(rest), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(timeout(LINGER_TIME, discard(rest)));
        }
    }
}

async fn discard(mut body: Incoming) {
    let mut left = LINGER_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(length) else { return };
        left = rest;
    }
}
