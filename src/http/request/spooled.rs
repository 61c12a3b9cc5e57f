//! A body that is received into a temporary file before its request is carried out, since it may be
//! larger than the memory, and its client slow.

use std::{
    io::{self, Cursor},
    pin::{Pin, pin},
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
use bytes::BytesMut;
use futures_util::{Stream, TryStreamExt, stream};
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::{
    fs::File,
    io::{
        AsyncBufRead, AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, BufWriter, Chain,
        ReadBuf,
    },
    task::{spawn_blocking, yield_now},
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
    actor::Actor,
    app::App,
    budget::Share,
    error::Error,
    http::{
        limits::MEBIBYTE,
        response::problem::{BODY_TIMEOUT, MALFORMED, Problem, TOO_LARGE, UNAVAILABLE},
    },
    queue::Client,
};

/// A client that sends fewer bytes than this in a body time-out is too slow.
const PIECE: usize = 64 * 1024;
/// The largest window of zstd in HTTP is 8 MiB (RFC 9659 §3).
const WINDOW_LOG: u32 = 23;

/// A request whose head is a valid `H`, and whose body is a list in this format.
#[derive(Debug)]
pub struct Spooled<H>(pub H, pub Format, pub UnreadBody);

/// A body that was not read yet.
#[derive(Debug)]
pub struct UnreadBody {
    body: Body,
    coding: Option<Coding>,
    client: Client,
}

/// A body that has arrived.
#[derive(Debug)]
pub struct ReceivedFile {
    file: File,
    coding: Option<Coding>,
    _shares: [Share; 2],
}

impl<H: FromHead + Send> FromRequest<Arc<App>> for Spooled<H> {
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
        let client = parts.extensions.get().map(Actor::quota_scope);
        let format = if media_type == CSV { Format::Csv } else { Format::Ndjson };
        let path = RawPathParams::from_request_parts(&mut parts, app).await.ok();
        let mut head = Head { parts, path, body: Bytes::new(), faults: Vec::new() };
        let Some(valid) = H::from_head(&mut head, app).await.filter(|_| head.faults.is_empty()) else {
            return Err(Problem::malformed(head.faults));
        };
        Ok(Self(valid, format, UnreadBody { body, coding, client }))
    }
}

/// The rejection of a body that is larger than it may be.
pub fn too_large(limit: u64) -> Problem {
    Problem::new(&TOO_LARGE, format!("The body has more than {limit} bytes."))
}

/// The rejection of a body that cannot be read.
pub fn malformed() -> Problem {
    Problem::new(&MALFORMED, "The body ended early, or does not match its Content-Encoding.")
}

impl UnreadBody {
    /// Receives the body into a file without a name.
    ///
    /// # Errors
    ///
    /// The client is too slow, sends too much, or breaks off; or there is no space.
    pub async fn receive(self, app: &App) -> Result<ReceivedFile, Problem> {
        let limit = app.options.import_limit;
        let most = if self.coding.is_some() { app.options.largest_coded_import() } else { limit };
        let too_many = || Problem::new(&UNAVAILABLE, "Too many imports are being received.");
        let no_space = || Problem::new(&UNAVAILABLE, "Imports take all space for files.");
        let files = app.import_files.take(self.client.clone(), 1).ok_or_else(too_many)?;
        let mut space = app.import_space.take(self.client, 1).ok_or_else(no_space)?;
        let file = spawn_blocking(tempfile::tempfile).await.map_err(Error::internal)?.map_err(unwritable)?;
        let mut file = BufWriter::with_capacity(PIECE, File::from_std(file));
        let mut pieces = pin!(pieces(self.body, app.options.body_timeout));
        let mut length = 0;
        while let Some(piece) = pieces.try_next().await.map_err(|error| unreceived(&error))? {
            length += piece.len() as u64;
            if length > most {
                return Err(too_large(limit));
            }
            let mebibytes = usize::try_from(length.div_ceil(MEBIBYTE as u64)).unwrap_or(usize::MAX);
            if !space.grow_to(mebibytes) {
                return Err(no_space());
            }
            file.write_all(&piece).await.map_err(unwritable)?;
        }
        if length == 0 && self.coding.is_some() {
            // No coding has an empty form. This is what a program sends that has failed.
            return Err(malformed());
        }
        file.flush().await.map_err(unwritable)?;
        Ok(ReceivedFile { file: file.into_inner(), coding: self.coding, _shares: [files, space] })
    }
}

impl ReceivedFile {
    /// The body without its content coding, from its beginning.
    ///
    /// # Errors
    ///
    /// As for every further read: the file cannot be read, or does not match its content coding.
    pub async fn open(&mut self) -> io::Result<Box<dyn AsyncBufRead + Send + Unpin + '_>> {
        self.file.rewind().await?;
        let sent = BufReader::with_capacity(PIECE, &mut self.file);
        Ok(match self.coding {
            None => Box::new(sent),
            Some(coding) => Box::new(BufReader::with_capacity(PIECE, decoder(sent, coding))),
        })
    }
}

fn unwritable(error: io::Error) -> Problem {
    Problem::new(&UNAVAILABLE, "The body could not be stored.").caused_by(error.into())
}

fn unreceived(error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::TimedOut {
        Problem::new(&BODY_TIMEOUT, "The next 64 KiB of the body did not arrive in time.")
    } else {
        malformed()
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
fn decoder<'a>(
    sent: impl AsyncBufRead + Send + Unpin + 'a,
    coding: Coding,
) -> Box<dyn AsyncRead + Send + Unpin + 'a> {
    match coding {
        Coding::Brotli => Box::new(Brotli(BrotliDecoder::new(sent))),
        Coding::Gzip => Box::new(StreamReader::new(Box::pin(decode_members(Box::new(sent))))),
        Coding::Zstd => {
            let mut decoder = ZstdDecoder::with_params(sent, &[DParameter::window_log_max(WINDOW_LOG)]);
            decoder.multiple_members(true);
            Box::new(decoder)
        }
    }
}

/// Between the members of a gzip file (RFC 1952 §2.2), or inside one.
enum Members<'a> {
    Between(Sent<'a>),
    Inside(GzipDecoder<Chain<Cursor<Vec<u8>>, Sent<'a>>>),
}

type Sent<'a> = Box<dyn AsyncBufRead + Send + Unpin + 'a>;

/// Decodes members of gzip. The decoder ignores reserved flags (RFC 1952 §2.3.1.2), so they are
/// rejected here.
fn decode_members(sent: Sent<'_>) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(Members::Between(sent), async |mut state| {
        let mut piece = BytesMut::with_capacity(PIECE);
        loop {
            let mut member = match state {
                Members::Inside(member) => member,
                Members::Between(mut sent) => {
                    // There may be many empty ones.
                    yield_now().await;
                    let mut head = Vec::new();
                    (&mut sent).take(4).read_to_end(&mut head).await?;
                    match head[..] {
                        [] => return Ok(None),
                        [.., flags] if head.len() == 4 && flags & 0xE0 == 0 => {}
                        _ => return Err(io::ErrorKind::InvalidData.into()),
                    }
                    GzipDecoder::new(Cursor::new(head).chain(sent))
                }
            };
            if member.read_buf(&mut piece).await? > 0 {
                return Ok(Some((piece.freeze(), Members::Inside(member))));
            }
            state = Members::Between(member.into_inner().into_inner().1);
        }
    })
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
