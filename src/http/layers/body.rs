//! Reads the body of a write whole, so that the request can be retried.
//!
//! tower-http's `RequestBodyLimitLayer` has one limit for all routes, and leaves the reading to the
//! handler, where it would begin again with each retry.

use std::{io, sync::Arc, time::Duration};

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_LENGTH, EXPECT},
    request::Parts,
};
use http_body_util::BodyExt;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout,
};

use super::{retry, weight::Values};
use crate::{
    app::App,
    http::{
        limits::{BodyLimit, MAX_BODIES, MAX_BODY, MEBIBYTE, head_bytes},
        request::{
            body::{HeadOnly, ReceivedBody},
            content_coding::{Coding, take_coding},
            query_content::Queried,
        },
        response::problem::{BODY_TIMEOUT, INTERNAL, MALFORMED, Problem, TOO_LARGE, UNAVAILABLE},
    },
};

/// The most bytes that are decoded before other tasks run.
const PIECE: usize = 16 * 1024;

/// Larger bodies leave a quarter of [`MAX_BODIES`] to smaller ones.
const LARGE: usize = 64 * 1024;

/// The most members of gzip, or frames of zstd, of a body. Each has a cost of its own, even if it
/// is empty.
const MAX_MEMBERS: usize = 1000;

/// How many brotli bodies are decoded at once.
const DECODERS: usize = 2;

/// How bodies are read.
#[derive(Debug, Clone)]
pub struct Reader {
    app: Arc<App>,
    /// The routes with a limit of their own.
    limits: &'static [BodyLimit],
    budget: Budget,
    values: Values,
}

impl Reader {
    pub fn new(app: Arc<App>, limits: &'static [BodyLimit]) -> Self {
        Self { app, limits, budget: Budget::new(MAX_BODIES), values: Values::new() }
    }
}

/// What all bodies share.
#[derive(Debug, Clone)]
struct Budget {
    /// The memory that is left, in KiB.
    memory: Arc<Semaphore>,
    /// Turns to decode brotli.
    brotli: Arc<Semaphore>,
}

impl Budget {
    fn new(bytes: usize) -> Self {
        Self { memory: Arc::new(Semaphore::new(bytes / 1024)), brotli: Arc::new(Semaphore::new(DECODERS)) }
    }
}

/// Runs a write with its [`ReceivedBody`], and retries it if it lost against another. The body of a
/// safe request, except QUERY, means nothing (RFC 9110 §9.3.1), and is not read.
pub async fn read_and_retry(State(reader): State<Reader>, request: Request, next: Next) -> Response {
    if request.method().is_safe() && request.extensions().get::<Queried>().is_none() {
        return next.run(request).await;
    }
    let Reader { app, limits, budget, values } = reader;
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = limits.iter().find(|limit| limit.route == route).map_or(MAX_BODY, |limit| limit.bytes);
    let (mut parts, body) = request.into_parts();
    if let Some(rejection) = reject_head(&parts, &next).await {
        return rejection;
    }
    let mut share = Share { budget, head: head_bytes(&parts.headers, &parts.uri), taken: None };
    match receive(&mut parts.headers, body, limit, app.options.body_timeout, &mut share).await {
        Ok(body) => match values.take(&body, app.options.request_timeout).await {
            Ok(_values) => {
                parts.extensions.insert(ReceivedBody(body));
                retry::run(&app, parts, next).await
            }
            Err(problem) => problem.into_response(),
        },
        Err(problem) => problem.into_response(),
    }
}

/// The response that the head alone decides, if the client waits for it before it sends the body
/// (RFC 9110 §10.1.1).
async fn reject_head(parts: &Parts, next: &Next) -> Option<Response> {
    let waits = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    // The parameters of a QUERY are in its body.
    if !parts.headers.get(EXPECT).is_some_and(waits) || parts.extensions.get::<Queried>().is_some() {
        return None;
    }
    let (mut parts, head_only) = (parts.clone(), HeadOnly::default());
    parts.extensions.insert(head_only.clone());
    let response = next.clone().run(Request::from_parts(parts, Body::empty())).await;
    (!head_only.is_accepted()).then_some(response)
}

/// The share of one request.
struct Share {
    budget: Budget,
    /// Bytes that it has before its body.
    head: usize,
    taken: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Reserves memory until it has this many bytes for the body, or rejects the request: slow
    /// clients must not exhaust the memory of the process.
    fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let bytes = self.head + bytes;
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(1024).saturating_sub(taken);
        if more == 0 {
            return Ok(());
        }
        let reserved = if bytes > LARGE { MAX_BODIES / 1024 / 4 } else { 0 };
        let is_free = self.budget.memory.available_permits() >= more + reserved;
        let more = u32::try_from(more).ok().filter(|_| is_free);
        let more = more.and_then(|more| Arc::clone(&self.budget.memory).try_acquire_many_owned(more).ok());
        let full = || Problem::new(&UNAVAILABLE, "Other requests, whose bodies arrive, take all memory.");
        let more = more.ok_or_else(full)?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

/// The whole body without its content coding.
async fn receive(
    headers: &mut HeaderMap,
    body: Body,
    limit: usize,
    time: Duration,
    share: &mut Share,
) -> Result<Bytes, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let coding = take_coding(headers)?;
    // What cannot be compressed grows a little.
    let sent = if coding.is_some() { limit + limit / 64 + 1024 } else { limit };
    if length.is_some_and(|length| length > sent) {
        return Err(too_large(limit));
    }
    let late = |_| Problem::new(&BODY_TIMEOUT, "The body did not arrive in time.");
    let content = timeout(time, collect(body, sent, limit, share)).await.map_err(late)??;
    match coding {
        // Nothing is the same in every coding.
        Some(coding) if !content.is_empty() => decode(content, coding, limit, share).await,
        _ => Ok(content.into()),
    }
}

/// Reads a body of at most `sent` bytes.
async fn collect(mut body: Body, sent: usize, limit: usize, share: &mut Share) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    share.grow(0)?;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| malformed())?.into_data() else { continue };
        if content.len() + data.len() > sent {
            return Err(too_large(limit));
        }
        content.extend_from_slice(&data);
        share.grow(content.capacity())?;
    }
    Ok(content)
}

/// Decodes a body that is complete: a few bytes that become many must not wait for the rest.
/// tower-http's layer ignores bytes behind the end of the coding.
async fn decode(body: Vec<u8>, coding: Coding, limit: usize, share: &mut Share) -> Result<Bytes, Problem> {
    if !matches!(coding, Coding::Brotli) {
        return read_decoded(&body, coding, limit, share).await;
    }
    // Brotli decodes up to its window, of 16 MiB, before there is any output. Threads of their own
    // do not hold up the others.
    let turn = Arc::clone(&share.budget.brotli).acquire_owned().await;
    let mut own = Share { budget: share.budget.clone(), head: share.head, taken: share.taken.take() };
    let runtime = Handle::current();
    let decoding = task::spawn_blocking(move || {
        let decoded = runtime.block_on(read_decoded(&body, coding, limit, &mut own));
        drop(turn);
        (decoded, own)
    });
    let broken = |_| Problem::new(&INTERNAL, "The body could not be decoded.");
    let (decoded, own) = decoding.await.map_err(broken)?;
    share.taken = own.taken;
    decoded
}

/// Decodes concatenated gzip members (RFC 1952 §2.2) or zstd frames (RFC 8878 §3.1).
async fn read_decoded(
    mut body: &[u8],
    coding: Coding,
    limit: usize,
    share: &mut Share,
) -> Result<Bytes, Problem> {
    let sent = body.len();
    let (mut content, mut piece) = (Vec::new(), vec![0; PIECE]);
    let most = if matches!(coding, Coding::Brotli) { 1 } else { MAX_MEMBERS };
    for _ in 0..most {
        let mut decoder = decoder(&mut body, coding)?;
        loop {
            let length = decoder.read(&mut piece).await.map_err(|_: io::Error| malformed())?;
            if content.len() + length > limit {
                return Err(too_large(limit));
            }
            content.extend_from_slice(&piece[..length]);
            share.grow(sent + content.capacity())?;
            // Other requests do not wait for the rest.
            task::yield_now().await;
            if length == 0 {
                break;
            }
        }
        drop(decoder);
        if body.is_empty() {
            return Ok(content.into());
        }
    }
    let detail = format!("The body has more than {MAX_MEMBERS} members or frames.");
    Err(if matches!(coding, Coding::Brotli) { malformed() } else { Problem::new(&MALFORMED, detail) })
}

/// A decoder of one member, which leaves what is behind it in the body.
fn decoder<'a>(
    body: &'a mut &[u8],
    coding: Coding,
) -> Result<Box<dyn AsyncRead + Send + Unpin + 'a>, Problem> {
    Ok(match coding {
        Coding::Brotli => Box::new(BrotliDecoder::new(body)),
        // The decoder ignores reserved flags (RFC 1952 §2.3.1.2).
        Coding::Gzip if body.get(3).is_some_and(|flags| flags & 0xE0 != 0) => return Err(malformed()),
        Coding::Gzip => Box::new(GzipDecoder::new(body)),
        Coding::Zstd => Box::new(ZstdDecoder::new(body)),
    })
}

fn malformed() -> Problem {
    Problem::new(&MALFORMED, "The body ended early, or does not match its Content-Encoding.")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(&TOO_LARGE, format!("The body has more than {} MiB.", limit / MEBIBYTE))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
    use futures_util::{StreamExt, stream};
    use http::header::CONTENT_ENCODING;

    use super::*;

    fn share(bytes: usize) -> Share {
        Share { budget: Budget::new(bytes), head: 0, taken: None }
    }

    async fn received(body: Body, coding: Option<&'static str>, share: &mut Share) -> Result<usize, u16> {
        let mut headers = HeaderMap::new();
        headers.extend(coding.map(|coding| (CONTENT_ENCODING, HeaderValue::from_static(coding))));
        let time = Duration::from_secs(5);
        let received = receive(&mut headers, body, 8 * MEBIBYTE, time, share).await;
        received.map(|content| content.len()).map_err(|problem| problem.into_response().status().as_u16())
    }

    #[tokio::test]
    async fn the_bodies_of_all_requests_share_the_memory() {
        let mut first = share(MAX_BODIES);
        let body = || Body::from(vec![b' '; 4 * MEBIBYTE]);
        assert_eq!(received(body(), None, &mut first).await, Ok(4 * MEBIBYTE));
        let budget = first.budget.clone();
        let mut held = Vec::new();
        let rejected = loop {
            let mut share = Share { budget: budget.clone(), head: 0, taken: None };
            match received(body(), None, &mut share).await {
                Ok(_) => held.push(share),
                Err(status) => break status,
            }
        };
        assert_eq!((rejected, held.len() < MAX_BODIES / (4 * MEBIBYTE)), (503, true));
        // There is room for small ones.
        let mut small = Share { budget: budget.clone(), head: 0, taken: None };
        assert_eq!(received(Body::from("{}"), None, &mut small).await, Ok(2));
        drop((first, held, small));
        assert_eq!(budget.memory.available_permits(), MAX_BODIES / 1024);
    }

    #[tokio::test]
    async fn heads_count_while_their_bodies_arrive() {
        let request = Request::post("/v1/items?a=b").header("x-a", "x".repeat(60_000));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let budget = share(2 * 60 * 1024).budget;
        let share =
            || Share { budget: budget.clone(), head: head_bytes(&parts.headers, &parts.uri), taken: None };
        let (mut first, mut second) = (share(), share());
        for share in [&mut first, &mut second] {
            let endless = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
            assert!(timeout(Duration::from_millis(50), received(endless, None, share)).await.is_err());
        }
        assert_eq!(received(Body::empty(), None, &mut share()).await, Err(503));
        drop(first);
        assert_eq!(received(Body::empty(), None, &mut share()).await, Ok(0));
    }

    #[tokio::test]
    async fn what_is_decoded_counts_once_the_body_is_complete() {
        let mut coded = Vec::new();
        let plain = vec![b' '; 4 * MEBIBYTE];
        GzipEncoder::new(&plain[..]).read_to_end(&mut coded).await.unwrap();
        assert!(coded.len() < 16 * 1024);
        let mut full = share(MEBIBYTE);
        assert_eq!(received(Body::from(coded.clone()), Some("gzip"), &mut full).await, Err(503));
        let mut free = share(MAX_BODIES);
        assert_eq!(received(Body::from(coded.clone()), Some("gzip"), &mut free).await, Ok(4 * MEBIBYTE));
        let mut unfinished = share(MAX_BODIES);
        let endless = stream::once(async move { Ok::<_, io::Error>(coded) }).chain(stream::pending());
        let waiting = received(Body::from_stream(endless), Some("gzip"), &mut unfinished);
        assert!(timeout(Duration::from_millis(50), waiting).await.is_err());
        assert!(unfinished.taken.unwrap().num_permits() <= 32);
    }

    #[tokio::test]
    async fn concatenated_members_and_frames_are_decoded() {
        let mut pieces = [const { Vec::new() }; 4];
        let [gzip, zstd, empty_gzip, empty_zstd] = &mut pieces;
        GzipEncoder::new(&[b' '; 3000][..]).read_to_end(gzip).await.unwrap();
        ZstdEncoder::new(&[b' '; 3000][..]).read_to_end(zstd).await.unwrap();
        GzipEncoder::new(&b""[..]).read_to_end(empty_gzip).await.unwrap();
        ZstdEncoder::new(&b""[..]).read_to_end(empty_zstd).await.unwrap();
        for (coding, member, empty) in [("gzip", gzip, empty_gzip), ("zstd", zstd, empty_zstd)] {
            let received =
                async |body: Vec<u8>| received(Body::from(body), Some(coding), &mut share(MAX_BODIES)).await;
            assert_eq!(received(member.repeat(3)).await, Ok(9000));
            assert_eq!(received([&member[..], empty, member].concat()).await, Ok(6000));
            assert_eq!(received(member.repeat(MAX_MEMBERS)).await, Ok(3000 * MAX_MEMBERS));
            assert_eq!(received(empty.repeat(MAX_MEMBERS + 1)).await, Err(400));
            for behind in [&member[..member.len() / 2], &member[..1], b"x", b"\0"] {
                assert_eq!(received([&member[..], behind].concat()).await, Err(400));
            }
            if coding == "gzip" {
                let mut reserved = member.repeat(2);
                reserved[member.len() + 3] |= 0x80;
                assert_eq!(received(reserved).await, Err(400));
            }
        }
        let large = vec![b' '; 3 * MEBIBYTE];
        let mut member = Vec::new();
        GzipEncoder::new(&large[..]).read_to_end(&mut member).await.unwrap();
        let received = received(Body::from(member.repeat(3)), Some("gzip"), &mut share(MAX_BODIES)).await;
        assert_eq!(received, Err(413));
    }

    #[tokio::test]
    async fn brotli_bodies_are_decoded_in_turns() {
        let mut coded = Vec::new();
        BrotliEncoder::new(&b"{}"[..]).read_to_end(&mut coded).await.unwrap();
        let mut share = share(MAX_BODIES);
        let decoders = Arc::clone(&share.budget.brotli);
        let busy = decoders.acquire_many(u32::try_from(DECODERS).unwrap()).await.unwrap();
        {
            let mut waiting = pin!(received(Body::from(coded), Some("br"), &mut share));
            assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err());
            drop(busy);
            assert_eq!(waiting.await, Ok(2));
        }
        assert_eq!(share.taken.unwrap().num_permits(), 1);
    }
}
