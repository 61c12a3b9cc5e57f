//! Reads the body of a write whole, so that the request can be retried.
//!
//! tower-http's `RequestBodyLimitLayer` has one limit for all routes, and leaves the reading to the
//! handler, where it would begin again with each retry.

mod decode;
mod memory;

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use futures_util::future::{BoxFuture, Either};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_LENGTH, EXPECT},
    request::Parts,
};
use http_body_util::BodyExt;
use tokio::time::timeout;
use tower::{Layer, Service};

use self::{
    decode::{decode, malformed, too_large},
    memory::{Resources, Taken},
};
use super::{
    retry::{self, Operation},
    weight::Values,
};
use crate::{
    actor::Actor,
    app::App,
    config::http::largest_coded,
    http::{
        limits::{BodyLimit, MAX_BODIES, MAX_BODY, head_bytes},
        request::{
            body::{HeadOnly, ReceivedBody},
            content_coding::take_coding,
            query_content::Queried,
        },
        response::problem::{BODY_TIMEOUT, Problem},
    },
};

/// How bodies are read.
#[derive(Debug, Clone)]
pub struct Reader {
    app: Arc<App>,
    /// The routes with a limit of their own.
    limits: &'static [BodyLimit],
    resources: Resources,
    values: Values,
}

impl Reader {
    pub fn new(app: Arc<App>, limits: &'static [BodyLimit]) -> Self {
        Self { app, limits, resources: Resources::new(MAX_BODIES), values: Values::new() }
    }
}

/// Runs a write with its [`ReceivedBody`], and retries it if it lost against another. The body of a
/// safe request, except QUERY, means nothing (RFC 9110 §9.3.1), and is not read.
#[derive(Debug, Clone)]
pub struct ReceiveLayer(pub Reader);

impl<S> Layer<S> for ReceiveLayer {
    type Service = Receive<S>;

    fn layer(&self, inner: S) -> Receive<S> {
        Receive { reader: self.0.clone(), inner }
    }
}

/// See [`ReceiveLayer`].
#[derive(Debug, Clone)]
pub struct Receive<S> {
    reader: Reader,
    inner: S,
}

impl<S: Operation> Service<Request> for Receive<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method().is_safe() && request.extensions().get::<Queried>().is_none() {
            return Either::Left(self.inner.call(request));
        }
        let (reader, operation) = (self.reader.clone(), self.inner.clone());
        Either::Right(Box::pin(async { Ok(receive_and_run(reader, request, operation).await) }))
    }
}

async fn receive_and_run(reader: Reader, request: Request, operation: impl Operation) -> Response {
    let Reader { app, limits, resources, values } = reader;
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = limits.iter().find(|limit| limit.route == route).map_or(MAX_BODY, |limit| limit.bytes);
    let (mut parts, body) = request.into_parts();
    if let Some(rejection) = reject_head(&parts, operation.clone()).await {
        return rejection;
    }
    let client = parts.extensions.get().map(Actor::quota_scope);
    let mut taken = Taken::new(resources, client.clone(), head_bytes(&parts.headers, &parts.uri));
    match receive(&mut parts.headers, body, limit, app.options.body_timeout, &mut taken).await {
        Ok(body) => match values.take(client, &body, app.options.request_timeout).await {
            Ok(_values) => {
                parts.extensions.insert(ReceivedBody(body));
                retry::run(&app, parts, operation).await
            }
            Err(problem) => problem.into_response(),
        },
        Err(problem) => problem.into_response(),
    }
}

/// The response that the head alone decides, if the client waits for it before it sends the body
/// (RFC 9110 §10.1.1).
async fn reject_head(parts: &Parts, operation: impl Operation) -> Option<Response> {
    let waits = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    // The parameters of a QUERY are in its body.
    if !parts.headers.get(EXPECT).is_some_and(waits) || parts.extensions.get::<Queried>().is_some() {
        return None;
    }
    let (mut parts, head_only) = (parts.clone(), HeadOnly::default());
    parts.extensions.insert(head_only.clone());
    let response = retry::once(operation, parts).await;
    (!head_only.is_accepted()).then_some(response)
}

/// The whole body without its content coding.
async fn receive(
    headers: &mut HeaderMap,
    body: Body,
    limit: usize,
    time: Duration,
    taken: &mut Taken,
) -> Result<Bytes, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let coding = take_coding(headers)?;
    let sent = if coding.is_some() { largest_coded(limit as u64) } else { limit as u64 };
    if length.is_some_and(|length| length > sent) {
        return Err(too_large(limit));
    }
    let late = |_| Problem::new(&BODY_TIMEOUT, "The body did not arrive in time.");
    let content = timeout(time, collect(body, sent, limit, taken)).await.map_err(late)??;
    match coding {
        // Nothing is the same in every coding.
        Some(coding) if !content.is_empty() => decode(content, coding, limit, taken).await,
        _ => Ok(content.into()),
    }
}

/// Reads a body of at most `sent` bytes.
async fn collect(mut body: Body, sent: u64, limit: usize, taken: &mut Taken) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    taken.grow(0)?;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| malformed())?.into_data() else { continue };
        if (content.len() + data.len()) as u64 > sent {
            return Err(too_large(limit));
        }
        content.extend_from_slice(&data);
        taken.grow(content.capacity())?;
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::{io, pin::pin};

    use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
    use futures_util::{StreamExt, stream};
    use http::header::CONTENT_ENCODING;
    use tokio::io::AsyncReadExt;

    use super::{decode::MAX_MEMBERS, memory::DECODERS, *};
    use crate::http::limits::MEBIBYTE;

    fn nothing(bytes: usize) -> Taken {
        Taken::new(Resources::new(bytes), None, 0)
    }

    fn of_client(resources: &Resources, client: u8) -> Taken {
        Taken::new(resources.clone(), Some(Actor::from_name(&[client])), 0)
    }

    async fn received(body: Body, coding: Option<&'static str>, taken: &mut Taken) -> Result<usize, u16> {
        let mut headers = HeaderMap::new();
        headers.extend(coding.map(|coding| (CONTENT_ENCODING, HeaderValue::from_static(coding))));
        let time = Duration::from_secs(5);
        let received = receive(&mut headers, body, 8 * MEBIBYTE, time, taken).await;
        received.map(|content| content.len()).map_err(|problem| problem.into_response().status().as_u16())
    }

    #[tokio::test]
    async fn the_bodies_of_all_requests_share_the_memory() {
        let resources = Resources::new(MAX_BODIES);
        let body = || Body::from(vec![b' '; 4 * MEBIBYTE]);
        let mut held = Vec::new();
        for client in [1, 2, 3, 4] {
            loop {
                let mut taken = of_client(&resources, client);
                match received(body(), None, &mut taken).await {
                    Ok(_) => held.push((client, taken)),
                    Err(status) => break assert_eq!(status, 503),
                }
            }
        }
        let of = |client| held.iter().filter(|(other, _)| *other == client).count();
        assert_eq!([1, 2, 3, 4].map(of), [18, 6, 0, 0], "one leaves a quarter of the large ones to others");
        // There is room for small ones.
        assert_eq!(received(Body::from("{}"), None, &mut of_client(&resources, 1)).await, Ok(2));
        held.clear();
        assert!(resources.beginnings.is_whole() && resources.rests.is_whole());
    }

    #[tokio::test]
    async fn the_small_bodies_of_one_client_leave_memory_to_others() {
        let resources = Resources::new(MEBIBYTE);
        let receive = async |client| {
            let mut taken = of_client(&resources, client);
            received(Body::from(vec![b' '; 32 * 1024]), None, &mut taken).await.map(|_| taken)
        };
        let mut held = Vec::new();
        while let Ok(taken) = receive(1).await {
            held.push(taken);
        }
        assert_eq!(held.len(), 6);
        assert!(receive(2).await.is_ok());
    }

    #[tokio::test]
    async fn heads_count_while_their_bodies_arrive() {
        let request = Request::post("/v1/items?a=b").header("x-a", "x".repeat(60_000));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let resources = Resources::new(8 * 60 * 1024);
        let taken = || Taken::new(resources.clone(), None, head_bytes(&parts.headers, &parts.uri));
        let mut first = taken();
        let endless = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
        assert!(timeout(Duration::from_millis(50), received(endless, None, &mut first)).await.is_err());
        assert_eq!(received(Body::empty(), None, &mut taken()).await, Err(503));
        drop(first);
        assert_eq!(received(Body::empty(), None, &mut taken()).await, Ok(0));
    }

    #[tokio::test]
    async fn what_is_decoded_counts_once_the_body_is_complete() {
        let mut coded = Vec::new();
        let plain = vec![b' '; 4 * MEBIBYTE];
        GzipEncoder::new(&plain[..]).read_to_end(&mut coded).await.unwrap();
        assert!(coded.len() < 16 * 1024);
        let mut full = nothing(MEBIBYTE);
        assert_eq!(received(Body::from(coded.clone()), Some("gzip"), &mut full).await, Err(503));
        let mut free = nothing(MAX_BODIES);
        assert_eq!(received(Body::from(coded.clone()), Some("gzip"), &mut free).await, Ok(4 * MEBIBYTE));
        let mut unfinished = nothing(MAX_BODIES);
        let endless = stream::once(async move { Ok::<_, io::Error>(coded) }).chain(stream::pending());
        let waiting = received(Body::from_stream(endless), Some("gzip"), &mut unfinished);
        assert!(timeout(Duration::from_millis(50), waiting).await.is_err());
        assert!(unfinished.beginning.size() <= 32 * 1024);
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
            let received = async |body: Vec<u8>| {
                received(Body::from(body), Some(coding), &mut nothing(MAX_BODIES)).await
            };
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
        let received = received(Body::from(member.repeat(3)), Some("gzip"), &mut nothing(MAX_BODIES)).await;
        assert_eq!(received, Err(413));
    }

    #[tokio::test]
    async fn brotli_bodies_are_decoded_in_turns() {
        let mut coded = Vec::new();
        BrotliEncoder::new(&b"{}"[..]).read_to_end(&mut coded).await.unwrap();
        let mut taken = nothing(MAX_BODIES);
        let decoders = taken.resources.brotli.clone();
        let busy: Vec<_> = (0..DECODERS).map(|_| decoders.try_take(None).unwrap()).collect();
        {
            let mut waiting = pin!(received(Body::from(coded), Some("br"), &mut taken));
            assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err());
            drop(busy);
            assert_eq!(waiting.await, Ok(2));
        }
        assert!(taken.beginning.size() > 0);
    }
}
