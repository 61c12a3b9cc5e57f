//! Decodes bodies.

use std::{io, mem};

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use axum::body::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    runtime::Handle,
    task,
};

use super::memory::Taken;
use crate::http::{
    limits::MEBIBYTE,
    request::content_coding::Coding,
    response::problem::{INTERNAL, MALFORMED, Problem, TOO_LARGE},
};

/// The most bytes that are decoded before other tasks run.
const PIECE: usize = 16 * 1024;

/// The most members of gzip, or frames of zstd, of a body. Each has a cost of its own, even if it
/// is empty.
pub const MAX_MEMBERS: usize = 1000;

/// Decodes a body that is complete: a few bytes that become many must not wait for the rest.
/// tower-http's layer ignores bytes behind the end of the coding.
///
/// # Errors
///
/// 400 if it does not have this coding, 413 if it becomes larger than `limit`, 503 if the bodies of
/// other requests take the memory.
pub async fn decode(
    body: Vec<u8>,
    coding: Coding,
    limit: usize,
    taken: &mut Taken,
) -> Result<Bytes, Problem> {
    if !matches!(coding, Coding::Brotli) {
        return read_decoded(&body, coding, limit, taken).await;
    }
    // Brotli decodes up to its window, of 16 MiB, before there is any output. Threads of their own
    // do not hold up the others.
    let turn = taken.resources.brotli.take(taken.client.clone()).await;
    let nothing = Taken::new(taken.resources.clone(), taken.client.clone(), taken.head);
    let mut own = mem::replace(taken, nothing);
    let runtime = Handle::current();
    let decoding = task::spawn_blocking(move || {
        let decoded = runtime.block_on(read_decoded(&body, coding, limit, &mut own));
        drop(turn);
        (decoded, own)
    });
    let broken = |_| Problem::new(&INTERNAL, "The body could not be decoded.");
    let (decoded, own) = decoding.await.map_err(broken)?;
    *taken = own;
    decoded
}

/// Decodes concatenated gzip members (RFC 1952 §2.2) or zstd frames (RFC 8878 §3.1).
async fn read_decoded(
    mut body: &[u8],
    coding: Coding,
    limit: usize,
    taken: &mut Taken,
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
            taken.grow(sent + content.capacity())?;
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

/// The body is not what its head says.
pub fn malformed() -> Problem {
    Problem::new(&MALFORMED, "The body ended early, or does not match its Content-Encoding.")
}

/// The body has more bytes than its route takes.
pub fn too_large(limit: usize) -> Problem {
    Problem::new(&TOO_LARGE, format!("The body has more than {} MiB.", limit / MEBIBYTE))
}
