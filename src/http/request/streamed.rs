//! A body that is read while its request is carried out, instead of before.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use async_compression::{
    tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder},
    zstd::DParameter,
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use futures_util::{Stream, stream};
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader, ReadBuf},
    time::timeout,
};
use tokio_util::io::StreamReader;

use super::{
    content_coding::{Coding, take_coding},
    export::Format,
    head::{FromHead, Head},
    media_type::require_media_type,
    negotiation::{CSV, NDJSON},
    valid::off_runtime,
};
use crate::{
    app::App,
    http::response::problem::{Problem, TOO_LARGE},
};

/// A client that sends fewer bytes than this in a body time-out is too slow.
const PIECE: usize = 64 * 1024;
/// The largest window of zstd in HTTP is 8 MiB (RFC 9659 §3).
const WINDOW_LOG: u32 = 23;

/// A request whose head is a valid `H`, and whose body is a list in this format.
#[derive(Debug)]
pub struct Streamed<H>(pub H, pub Format, pub StreamedBody);

/// A body that was not read yet.
#[derive(Debug)]
pub struct StreamedBody {
    body: Body,
    coding: Option<Coding>,
    /// The longest time that 64 KiB may take to arrive.
    timeout: Duration,
}

impl<H: FromHead + Send> FromRequest<Arc<App>> for Streamed<H> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let coding = take_coding(&mut parts.headers)?;
        let media_type = require_media_type(&parts, &[NDJSON, CSV])?;
        let limit = app.options.import_limit;
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if coding.is_none() && length.is_some_and(|length: u64| length > limit) {
            return Err(too_large(limit));
        }
        let format = if media_type == CSV { Format::Csv } else { Format::Ndjson };
        let path = RawPathParams::from_request_parts(&mut parts, app).await.ok();
        let mut head = Head { parts, path, body: Bytes::new(), faults: Vec::new() };
        let Some(valid) = H::from_head(&mut head, app).await.filter(|_| head.faults.is_empty()) else {
            return Err(Problem::malformed(head.faults));
        };
        Ok(Self(valid, format, StreamedBody { body, coding, timeout: app.options.body_timeout }))
    }
}

/// The rejection of a body that is larger than it may be.
pub fn too_large(limit: u64) -> Problem {
    Problem::new(&TOO_LARGE, format!("The body has more than {limit} bytes."))
}

impl StreamedBody {
    /// The body without its content coding.
    ///
    /// # Errors
    ///
    /// As for every further read: [`io::ErrorKind::TimedOut`] if the client is too slow; another if
    /// the body ends early or does not match its content coding.
    pub async fn open(self) -> io::Result<Box<dyn AsyncBufRead + Send + Unpin>> {
        let mut sent = StreamReader::new(Box::pin(pieces(self.body, self.timeout)));
        match self.coding {
            // Nothing is the same in every coding.
            Some(coding) if !sent.fill_buf().await?.is_empty() => {
                Ok(Box::new(BufReader::with_capacity(PIECE, decoder(sent, coding))))
            }
            _ => Ok(Box::new(sent)),
        }
    }
}

/// The pieces of a body. Only the time in which the service waits for its client counts.
fn pieces(body: Body, time: Duration) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold((body, 0, time), move |(mut body, mut received, mut left)| async move {
        loop {
            let start = Instant::now();
            let late = |_| io::Error::from(io::ErrorKind::TimedOut);
            let Some(frame) = timeout(left, body.frame()).await.map_err(late)? else { return Ok(None) };
            left = left.saturating_sub(start.elapsed());
            let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
            received += data.len();
            if received >= PIECE {
                (received, left) = (0, time);
            }
            return Ok(Some((data, (body, received, left))));
        }
    })
}

/// Decodes concatenated gzip members (RFC 1952 §2.2) or zstd frames (RFC 8878 §3.1), of any number.
fn decoder(
    sent: impl AsyncBufRead + Send + Unpin + 'static,
    coding: Coding,
) -> Box<dyn AsyncRead + Send + Unpin> {
    match coding {
        Coding::Brotli => Box::new(Brotli(BrotliDecoder::new(sent))),
        Coding::Gzip => {
            let mut decoder = GzipDecoder::new(sent);
            decoder.multiple_members(true);
            Box::new(decoder)
        }
        Coding::Zstd => {
            let mut decoder = ZstdDecoder::with_params(sent, &[DParameter::window_log_max(WINDOW_LOG)]);
            decoder.multiple_members(true);
            Box::new(decoder)
        }
    }
}

/// Decodes brotli, up to its window of 16 MiB before there is any output, for which other requests
/// do not wait. Rejects what is behind its end.
struct Brotli<R>(BrotliDecoder<R>);

impl<R: AsyncBufRead + Unpin> AsyncRead for Brotli<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let decoder = &mut self.0;
        ready!(off_runtime(usize::MAX, || Pin::new(&mut *decoder).poll_read(context, buffer)))?;
        if buffer.filled().len() == before {
            let rest = ready!(Pin::new(decoder.get_mut()).poll_fill_buf(context))?;
            if !rest.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
        }
        Poll::Ready(Ok(()))
    }
}
