//! Content codings of responses (RFC 9110 §12.5.3).
//!
//! tower-http's layer negotiates after the handler, when a write is committed and a 406 would be a
//! lie. So the coding is chosen before, and the layer sees no other.

use axum::{
    BoxError,
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{And, DefaultPredicate, Predicate, SizeAbove},
    },
};

use crate::http::{
    operator,
    request::negotiation::{IDENTITY, choose_coding, has_no_content},
    response::{
        problem::{NOT_ACCEPTABLE, Problem},
        reply::suffix,
    },
};

/// Below this many bytes, compression costs more than it saves.
const COMPRESS_ABOVE: u64 = 1024;

/// The level of every coding. The defaults take several times as long for slightly smaller bodies.
const LEVEL: CompressionLevel = CompressionLevel::Precise(2);

/// Compresses large responses for clients that can decompress them.
pub fn layer() -> CompressionLayer<And<DefaultPredicate, SizeAbove>> {
    let predicate = DefaultPredicate::new().and(SizeAbove::new(COMPRESS_ABOVE));
    CompressionLayer::new().quality(LEVEL).compress_when(predicate)
}

/// Chooses the coding of the response, or rejects the request: with 400 if its field is malformed,
/// with 406 if the client accepts no coding.
/// Probes always respond, as they are; a response without content is acceptable to everybody.
pub fn negotiate(request: &mut Request) -> Result<(), Problem> {
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return Ok(());
    }
    let plain = || has_no_content(request.method()).then_some(IDENTITY);
    let coding = if operator::is_probe(request) {
        Some(IDENTITY)
    } else {
        let chosen = choose_coding(request.headers());
        chosen.map_err(|fault| Problem::malformed(vec![fault]))?.or_else(plain)
    };
    let Some(coding) = coding else {
        let detail = "The Accept-Encoding field admits none of br, gzip, zstd and identity.";
        return Err(Problem::new(&NOT_ACCEPTABLE, detail));
    };
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    if coding != IDENTITY {
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(())
}

/// Gives a compressed response its own entity tag, and adds `Vary` to a 304, as its 200 would have
/// (RFC 9110 §15.4.5).
pub fn tag<B>(mut response: http::Response<B>) -> Response
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    if response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let coding = response.headers().get(header::CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
    if let Some(suffix) = coding.and_then(suffix)
        && let Some(tag) = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok())
        && let Some(opaque) = tag.strip_suffix('"')
        && let Ok(tag) = HeaderValue::try_from(format!("{opaque}{suffix}\""))
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.map(Body::new)
}
