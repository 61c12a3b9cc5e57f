//! Reads the body of a write whole, so that the request can be retried.
//!
//! tower-http's `RequestBodyLimitLayer` has one limit for all routes, and leaves the reading to the
//! handler, where it would begin again with each retry.

use std::{error::Error, io, sync::Arc, time::Duration};

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::TryStreamExt;
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH},
};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt},
    time::timeout,
};
use tokio_util::io::StreamReader;

use super::retry;
use crate::{
    app::App,
    http::{
        limits::{BodyLimit, MAX_BODY, MEBIBYTE},
        request::body::ReceivedBody,
        response::problem::{BODY_TIMEOUT, MALFORMED, Problem, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE},
    },
};

/// How bodies are read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The configuration, and the metrics of retries.
    pub app: Arc<App>,
    /// The routes with a limit of their own.
    pub limits: &'static [BodyLimit],
}

/// Runs a write with its [`ReceivedBody`], and retries it if it lost against another. The body of a
/// safe request means nothing (RFC 9110 §9.3.1), and is not read.
pub async fn read_and_retry(State(reader): State<Reader>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let Reader { app, limits } = reader;
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = limits.iter().find(|limit| limit.route == route).map_or(MAX_BODY, |limit| limit.bytes);
    let (mut parts, body) = request.into_parts();
    let body = receive(&mut parts.headers, body, limit, app.options.body_timeout).await;
    match body {
        Ok(body) => {
            parts.extensions.insert(ReceivedBody(body));
            retry::run(&app, parts, next).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// The whole body without its content coding.
async fn receive(
    headers: &mut HeaderMap,
    body: Body,
    limit: usize,
    time: Duration,
) -> Result<Bytes, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let coding = take_coding(headers)?;
    // A coding can make much of little, or nothing of much: the limit is on both.
    let body = Body::new(Limited::new(body, limit));
    let content = async {
        match coding {
            Some(coding) => decode(body, coding, limit).await,
            None => body.collect().await.map(Collected::to_bytes).map_err(|error| rejection(&error, limit)),
        }
    };
    let late = || Problem::new(&BODY_TIMEOUT, "The body did not arrive in time.");
    timeout(time, content).await.unwrap_or_else(|_| Err(late()))
}

/// A content coding that a body may have (RFC 9110 §8.4.1).
#[derive(Debug, Clone, Copy)]
enum Coding {
    Brotli,
    Gzip,
    Zstd,
}

/// Removes the coding of the body from the header; `None` if there is none.
fn take_coding(headers: &mut HeaderMap) -> Result<Option<Coding>, Problem> {
    let mut fields = headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    let Some(field) = fields.next() else { return Ok(None) };
    let coding = match field.to_ascii_lowercase().as_slice() {
        _ if fields.next().is_some() => None,
        b"br" => Some(Some(Coding::Brotli)),
        b"gzip" | b"x-gzip" => Some(Some(Coding::Gzip)),
        b"zstd" => Some(Some(Coding::Zstd)),
        b"identity" => Some(None),
        _ => None,
    };
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    coding.ok_or_else(|| {
        let detail = "The supported content codings of a body are br, gzip and zstd, one at a time.";
        let accepted = HeaderValue::from_static("br, gzip, zstd");
        Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail).with_header(ACCEPT_ENCODING, accepted)
    })
}

/// Reads and decodes a body. tower-http's layer ignores bytes behind the end of the coding.
async fn decode(body: Body, coding: Coding, limit: usize) -> Result<Bytes, Problem> {
    let rejected = |error: io::Error| rejection(&error, limit);
    let mut reader = StreamReader::new(TryStreamExt::map_err(body.into_data_stream(), io::Error::other));
    // Nothing is the same in every coding.
    if reader.fill_buf().await.map_err(rejected)?.is_empty() {
        return Ok(Bytes::new());
    }
    let decoder: Box<dyn AsyncRead + Send + Unpin> = match coding {
        Coding::Brotli => Box::new(BrotliDecoder::new(&mut reader)),
        Coding::Gzip => Box::new(GzipDecoder::new(&mut reader)),
        Coding::Zstd => Box::new(ZstdDecoder::new(&mut reader)),
    };
    let mut content = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut content).await.map_err(rejected)?;
    if content.len() > limit {
        Err(too_large(limit))
    } else if reader.fill_buf().await.map_err(rejected)?.is_empty() {
        Ok(content.into())
    } else {
        Err(malformed())
    }
}

/// Why a body cannot be read.
fn rejection(error: &(dyn Error + 'static), limit: usize) -> Problem {
    if is_too_large(error) { too_large(limit) } else { malformed() }
}

fn malformed() -> Problem {
    Problem::new(&MALFORMED, "The body ended early, or does not match its Content-Encoding.")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(&TOO_LARGE, format!("The body has more than {} MiB.", limit / MEBIBYTE))
}

fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_large)
}
