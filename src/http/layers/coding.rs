//! Content codings of responses (RFC 9110 §12.5.3).
//!
//! tower-http's layer negotiates after the handler, when a write is committed and a 406 would be a
//! lie. So the coding is chosen before, and the layer sees no other.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use axum::{body::Body, extract::Request, response::Response};
use futures_util::future::{BoxFuture, Either};
use http::{HeaderValue, StatusCode, header};
use tower::{Layer, Service};
use tower_http::{
    CompressionLevel,
    compression::{
        Compression,
        predicate::{Predicate, SizeAbove},
    },
};

use super::around::Pending;
use crate::{
    actor::Actor,
    http::{
        operator,
        request::negotiation::{Coding, IDENTITY, choose_coding, has_no_content},
        response::{
            problem::{NOT_ACCEPTABLE, Problem},
            reply::suffix,
        },
    },
    queue::Client,
};

/// Below this many bytes, compression costs more than it saves.
const COMPRESS_ABOVE: u64 = 1024;

/// What changes nothing.
const PLAIN: Coding = Coding { name: IDENTITY, is_required: false };

/// The level of every coding. The defaults take several times as long for slightly smaller bodies.
const LEVEL: CompressionLevel = CompressionLevel::Precise(2);

/// Marks a request, and its response, whose client accepts a compressed one.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// It accepts no other.
    pub is_required: bool,
    /// Whose turn to compress it is.
    pub client: Client,
}

/// Compresses large responses for clients that can decompress them, and small ones for those that
/// accept no others.
#[derive(Debug, Clone, Copy)]
pub struct EncodeLayer;

impl<S> Layer<S> for EncodeLayer {
    type Service = Encode<S>;

    fn layer(&self, inner: S) -> Encode<S> {
        Encode(Compression::new(inner).quality(LEVEL).compress_when(RequiredOrLarge))
    }
}

/// See [`EncodeLayer`].
#[derive(Clone)]
pub struct Encode<S>(Compression<S, RequiredOrLarge>);

impl<S> Service<Request> for Encode<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.get_mut().poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.extensions().get::<Chosen>().is_some() {
            let response = self.0.call(request);
            return Either::Right(Box::pin(async { Ok(response.await?.map(Body::new)) }));
        }
        // tower-http's body is large, because it has space for every encoder.
        Either::Left(self.0.get_mut().call(request))
    }
}

/// Which responses are compressed.
#[derive(Debug, Clone, Copy)]
struct RequiredOrLarge;

impl Predicate for RequiredOrLarge {
    fn should_compress<B: http_body::Body>(&self, response: &http::Response<B>) -> bool {
        let is_required = response.extensions().get().is_some_and(|chosen: &Chosen| chosen.is_required);
        let is_plain = response.extensions().get::<Plain>().is_some();
        let is_large = || SizeAbove::new(COMPRESS_ABOVE).should_compress(response);
        !is_plain && (is_required && !response.body().is_end_stream() || is_large())
    }
}

/// Passes the mark of a request on to its response.
#[derive(Debug)]
pub struct Marked(Option<Chosen>);

/// Marks the response as its request is.
pub fn mark(request: &Request) -> Marked {
    Marked(request.extensions().get().cloned())
}

impl Pending for Marked {
    fn complete(self, response: &mut Response) {
        if let Some(chosen) = self.0 {
            response.extensions_mut().insert(chosen);
        }
    }
}

/// Marks a response that is not compressed although it may be.
#[derive(Debug, Clone)]
struct Plain;

/// Has a response sent uncompressed. A cache must know that another client may get another one.
pub fn leave_plain(response: &mut Response) {
    response.extensions_mut().insert(Plain);
    vary(response);
}

fn vary(response: &mut Response) {
    const BY: HeaderValue = HeaderValue::from_static("accept-encoding");
    if !response.headers().get_all(header::VARY).iter().any(|field| *field == BY) {
        response.headers_mut().append(header::VARY, BY);
    }
}

/// Chooses the coding of the response, or rejects the request: with 400 if its field is malformed,
/// with 406 if the client accepts no coding.
/// Probes always respond, as they are; a response without content is acceptable to everybody.
pub fn negotiate(request: &mut Request) -> Result<(), Problem> {
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return Ok(());
    }
    let plain = || has_no_content(request.method()).then_some(PLAIN);
    let coding = if operator::is_probe(request) {
        Some(PLAIN)
    } else {
        let chosen = choose_coding(request.headers());
        chosen.map_err(|fault| Problem::malformed(vec![fault]))?.or_else(plain)
    };
    let Some(Coding { name, is_required }) = coding else {
        let detail = "The Accept-Encoding field admits none of br, gzip, zstd and identity.";
        return Err(Problem::new(&NOT_ACCEPTABLE, detail));
    };
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(name));
    if name != IDENTITY {
        let client = request.extensions().get().map(Actor::quota_scope);
        request.extensions_mut().insert(Chosen { is_required, client });
    }
    Ok(())
}

/// Gives a compressed response its own entity tag, and adds `Vary` to one that is compressed for
/// other clients, and to a 304, as its 200 would have (RFC 9110 §15.4.5).
pub fn tag(mut response: Response) -> Response {
    let is_encoded = response.headers().contains_key(header::CONTENT_ENCODING);
    if response.status() == StatusCode::NOT_MODIFIED
        || !is_encoded && RequiredOrLarge.should_compress(&response)
    {
        vary(&mut response);
    }
    let coding = response.headers().get(header::CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
    if let Some(suffix) = coding.and_then(suffix)
        && let Some(tag) = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok())
        && let Some(opaque) = tag.strip_suffix('"')
        && let Ok(tag) = HeaderValue::try_from(format!("{opaque}{suffix}\""))
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
