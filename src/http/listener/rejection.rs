//! What is sent before there is a request: the HTTP library's own refusal of octets that are not HTTP.
//!
//! hyper answers those with a bare head, and offers no place to change that. So the head is recognised on its way out and replaced by one
//! with a problem document, as every other answer of 400 and above has.

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

use crate::http::problem;

/// Takes connections: without Nagle's delay, and with refusals in the form of all others.
#[derive(Debug, Clone)]
pub struct Acceptor(NoDelayAcceptor);

impl Acceptor {
    pub fn new() -> Self {
        Self(NoDelayAcceptor::new())
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Wire;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(Wire, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        async { accepted.await.map(|(stream, service)| (Wire { stream, refusal: Vec::new() }, service)) }
            .boxed()
    }
}

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// What is still to be written in the place of a bare head.
    refusal: Vec<u8>,
}

impl Wire {
    fn poll_refuse(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.refusal.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.refusal))?;
            self.refusal.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.refusal.is_empty() {
            let Some(refusal) = refusal(octets) else {
                return Pin::new(&mut self.stream).poll_write(context, octets);
            };
            self.refusal = refusal;
        }
        ready!(self.poll_refuse(context))?;
        Poll::Ready(Ok(octets.len()))
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

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

/// What to send instead of a bare head. No answer of the service itself looks like one: those of 400 and above have a body, and no
/// body begins like a head, because JSON has no line ends of that form.
fn refusal(octets: &[u8]) -> Option<Vec<u8>> {
    let status = octets.strip_prefix(b"HTTP/1.1 4").and(octets.get(9..12))?;
    if !octets.ends_with(b"\r\n\r\n") {
        return None;
    }
    let head = str::from_utf8(octets).ok()?;
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
