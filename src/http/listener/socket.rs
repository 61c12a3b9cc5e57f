//! The bytes of a connection: bare rejections become problem documents, and the connection is
//! closed in stages while the client is still sending.
//!
//! hyper's HTTP/1 responds to a client that has half-closed the connection; its HTTP/2 resets all
//! streams. So an HTTP/2 connection ends here without hyper being told.

use std::{
    io::{self, ErrorKind, IoSlice},
    net::{Shutdown, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use http::StatusCode;
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::{
    activity::Activity,
    frames::{Frames, MAX_BURST},
    read::try_drain,
    rejection::{record, rejection},
};
use crate::{app::App, ids::new_id};

/// How long a client may go on sending after its response (RFC 9112 §9.6).
pub const LINGER_TIME: Duration = Duration::from_secs(5);
/// How many bytes a client may go on sending after its response.
pub const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// The time above the limit of connections, where others wait for the slot.
const SURPLUS_LINGER_TIME: Duration = Duration::from_millis(250);

/// What an HTTP/2 client sends first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Settings, and that no request was taken (RFC 9113 §6.8).
const NO_ROOM: &[u8] = b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0b";

/// The socket of a connection. hyper reads and writes it, and the watchdog looks at it.
#[derive(Debug)]
pub struct Socket {
    stream: Arc<TcpStream>,
    peer: SocketAddr,
    app: Arc<App>,
    activity: Arc<Activity>,
    /// The unwritten rest of what replaces a bare head.
    rejection: Vec<u8>,
    linger: Option<Linger>,
    linger_time: Duration,
    is_surplus: bool,
    /// The rest of the preface, as long as everything before it has arrived.
    preface: Option<&'static [u8]>,
    frames: Frames,
    /// The weight of what was read since the task was polled.
    pub burst: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Linger {
    end: Pin<Box<Sleep>>,
    bytes_left: usize,
}

impl Socket {
    pub fn new(
        stream: Arc<TcpStream>,
        peer: SocketAddr,
        app: Arc<App>,
        activity: Arc<Activity>,
        is_surplus: bool,
    ) -> Self {
        let linger_time = if is_surplus { SURPLUS_LINGER_TIME } else { LINGER_TIME };
        Self {
            stream,
            peer,
            app,
            activity,
            rejection: Vec::new(),
            linger: None,
            linger_time,
            is_surplus,
            preface: Some(PREFACE),
            frames: Frames::default(),
            burst: Arc::default(),
        }
    }

    fn is_http2(&self) -> bool {
        self.preface.is_some_and(<[u8]>::is_empty)
    }

    /// Looks at the bytes that the client sent, and returns their weight.
    ///
    /// # Errors
    ///
    /// An HTTP/2 client floods the connection, or has one above the limit.
    fn observe(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(preface) = self.preface else {
            self.activity.read(bytes);
            return Ok(bytes.len());
        };
        let (start, frames) = bytes.split_at(preface.len().min(bytes.len()));
        self.preface = preface.strip_prefix(start);
        if self.preface.is_none() {
            self.activity.read(bytes);
            return Ok(bytes.len());
        }
        if self.is_http2() && self.is_surplus {
            let _ = self.stream.try_write(NO_ROOM);
            return Err(self.reject(StatusCode::SERVICE_UNAVAILABLE));
        }
        let weight = self.frames.receive(frames);
        let weight = weight.ok_or_else(|| self.reject(StatusCode::TOO_MANY_REQUESTS))?;
        self.activity.owes_response.store(self.frames.owes_response(), Relaxed);
        Ok(weight)
    }

    /// Ends an HTTP/2 connection.
    fn reject(&self, status: StatusCode) -> io::Error {
        record(&self.app, self.peer, status, &new_id().to_string());
        ErrorKind::InvalidData.into()
    }

    /// Looks at the bytes that the kernel took for the client.
    fn observe_sent<'a>(&mut self, slices: impl IntoIterator<Item = &'a [u8]>, mut sent: usize) {
        if !self.is_http2() {
            return;
        }
        for bytes in slices {
            let taken = sent.min(bytes.len());
            self.frames.send(&bytes[..taken]);
            sent -= taken;
        }
        self.activity.owes_response.store(self.frames.owes_response(), Relaxed);
    }

    /// Reads bytes; if the connection is one of HTTP/2, of about this weight at most.
    fn try_read(&self, buffer: &mut ReadBuf<'_>, weight: usize) -> io::Result<usize> {
        if !self.is_http2() {
            return try_drain(&self.stream, buffer);
        }
        let most = self.frames.most(weight).min(buffer.remaining());
        let read = self.stream.try_read(buffer.initialize_unfilled_to(most))?;
        buffer.advance(read);
        Ok(read)
    }

    fn poll_try_write(
        &self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            match write(&self.stream) {
                Ok(written) => {
                    self.activity.wrote(written);
                    return Poll::Ready(Ok(written));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.activity.wrote(0);
                    ready!(self.stream.poll_write_ready(context))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn poll_reject(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rejection.is_empty() {
            let written = ready!(self.poll_try_write(context, |stream| stream.try_write(&self.rejection)))?;
            self.rejection.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Discards what the client still sends, so that it can read the response: closing at once
    /// would reset the connection.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let time = self.linger_time;
        let linger = self
            .linger
            .get_or_insert_with(|| Linger { end: Box::pin(sleep(time)), bytes_left: LINGER_BYTES });
        let mut discarded = [0; 8192];
        loop {
            if linger.end.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            if linger.bytes_left == 0 {
                return Poll::Pending;
            }
            ready!(self.stream.poll_read_ready(context))?;
            match self.stream.try_read(&mut discarded) {
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(read) => linger.bytes_left = linger.bytes_left.saturating_sub(read),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.rejection.is_empty() {
            let Some(rejection) = rejection(bytes) else {
                let sent = ready!(self.poll_try_write(context, |stream| stream.try_write(bytes)))?;
                self.observe_sent([bytes], sent);
                return Poll::Ready(Ok(sent));
            };
            record(&self.app, self.peer, rejection.status, &rejection.request_id);
            self.rejection = rejection.bytes;
            self.activity.leave_unread();
        }
        ready!(self.poll_reject(context))?;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = slices {
            return self.poll_write(context, only);
        }
        let sent = ready!(self.poll_try_write(context, |stream| stream.try_write_vectored(slices)))?;
        self.observe_sent(slices.iter().map(|slice| &**slice), sent);
        Poll::Ready(Ok(sent))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.activity.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            let socket = SockRef::from(&*self.stream);
            if self.activity.is_open_ended.swap(false, Relaxed) {
                socket.set_linger(None)?;
            }
            socket.shutdown(Shutdown::Write)?;
            if !self.activity.begin_linger() {
                return Poll::Ready(Ok(()));
            }
        }
        self.poll_linger(context)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = MAX_BURST.saturating_sub(self.burst.load(Relaxed));
        if room == 0 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            ready!(self.stream.poll_read_ready(context))?;
            let before = buffer.filled().len();
            match self.try_read(buffer, room) {
                Ok(0) if self.is_http2() && buffer.remaining() > 0 => {
                    self.activity.half_close();
                    return Poll::Pending;
                }
                Ok(_) => {
                    let weight = self.observe(&buffer.filled()[before..])?;
                    self.burst.fetch_add(weight, Relaxed);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}
