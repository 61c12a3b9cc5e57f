//! Errors below HTTP: bytes that are not a request.
//!
//! hyper responds to those with a head alone, and has no hook to change that. So the head is
//! recognized on its way out, and replaced by one with a problem document.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum_server::accept::{Accept, NoDelayAcceptor};
use futures_util::{FutureExt, future::BoxFuture};
use http::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use uuid::Uuid;

use crate::http::response::problem;

/// Accepts connections, without Nagle's delay.
#[derive(Debug, Clone)]
pub struct Acceptor(NoDelayAcceptor);

impl Acceptor {
    pub fn new() -> Self {
        Self(NoDelayAcceptor::new())
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Connection;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(Connection, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        async {
            accepted.await.map(|(stream, service)| (Connection { stream, rejection: Vec::new() }, service))
        }
        .boxed()
    }
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// What is still to be written instead of a bare head.
    rejection: Vec<u8>,
}

impl Connection {
    fn poll_reject(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rejection.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.rejection))?;
            self.rejection.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.rejection.is_empty() {
            let Some(rejection) = rejection(bytes) else {
                return Pin::new(&mut self.stream).poll_write(context, bytes);
            };
            self.rejection = rejection;
        }
        ready!(self.poll_reject(context))?;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match slices {
            [only] => self.poll_write(context, only),
            _ => Pin::new(&mut self.stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

/// What to send instead of a bare head. No response of the service looks like one: those of 400 and
/// above have a body, and JSON contains no such line ends.
fn rejection(bytes: &[u8]) -> Option<Vec<u8>> {
    let status = bytes.strip_prefix(b"HTTP/1.1 4").and(bytes.get(9..12))?;
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let head = str::from_utf8(bytes).ok()?;
    let (first, fields) = head.split_once("\r\n")?;
    if !fields.starts_with("connection: close\r\ncontent-length: 0\r\n") {
        return None;
    }
    let id = Uuid::now_v7().to_string();
    let body = problem::bare(StatusCode::from_bytes(status).ok()?, &id);
    let rest = fields.strip_prefix("connection: close\r\ncontent-length: 0\r\n")?;
    let head = format!(
        "{first}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\nx-request-id: {id}\r\nconnection: close\r\n\
         content-length: {}\r\n{rest}",
        body.len()
    );
    Some([head.into_bytes(), body].concat())
}
