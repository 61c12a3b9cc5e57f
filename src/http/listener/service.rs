//! The router as hyper calls it, reporting what happens to the connection's [`Activity`].

use std::{
    convert::Infallible,
    future::{Ready, ready as respond_now},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response, routing::future::RouteFuture};
use bytes::{Buf, Bytes};
use futures_util::future::Either;
use h2::Reason;
use http::{HeaderValue, Request, StatusCode, Version, header::CONTENT_LENGTH};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use socket2::SockRef;
use tokio::net::TcpStream;
use tower::Service as _;

use super::{
    activity::{Activity, Handling, Sending},
    fields::is_padded,
    framing::Framing,
    rejection::record,
    request_body::RequestBody,
    streams::Streams,
    target,
};
use crate::{
    app::App,
    budget::Share,
    http::{
        limits::{HeadFault, PIECE, Surplus},
        response::held::hold,
    },
    ids::new_id,
};

/// The router, for one connection. Clients of HTTP/1 are asked to use another one while the service
/// drains, and after a response to a request whose body was not read (RFC 9112 §9.6).
///
/// A request of HTTP/2 for which there is no memory is reset, so that the client can retry it
/// (RFC 9113 §8.7).
#[derive(Debug, Clone)]
pub struct Service {
    pub router: Router,
    pub app: Arc<App>,
    pub peer: SocketAddr,
    pub stream: Arc<TcpStream>,
    /// Whether the connection is above the limit.
    pub is_surplus: bool,
    pub activity: Arc<Activity>,
    pub streams: Streams,
}

impl hyper::service::Service<Request<Incoming>> for Service {
    type Response = http::Response<ResponseBody>;
    type Error = h2::Error;
    type Future = Either<Responding, Ready<Result<Self::Response, h2::Error>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let version = request.version();
        let is_http2 = version == Version::HTTP_2;
        let permit = is_http2.then(|| self.streams.take(self.peer.ip(), &request)).flatten();
        if is_http2 && permit.is_none() {
            record(&self.app, self.peer, StatusCode::SERVICE_UNAVAILABLE, &new_id().to_string());
            return Either::Right(respond_now(Err(Reason::REFUSED_STREAM.into())));
        }
        let (handling, framing) = (self.activity.handle(version), Framing::of(&request));
        // A response of HTTP/2 cannot ask the client to close the connection.
        let app = (!is_http2).then(|| Arc::clone(&self.app));
        let mut request = target::normalize(request).map(|body| {
            if body.is_end_stream() {
                return Body::empty();
            }
            Body::new(RequestBody::new(body, version, &self.activity))
        });
        request.extensions_mut().insert(ConnectInfo(self.peer));
        if self.activity.take_line().has_fragment {
            request.extensions_mut().insert(HeadFault("The target must not have a fragment."));
        }
        // A later layer removes an invalid request id.
        if is_http2 && is_padded(request.headers()) {
            let fault = HeadFault("The value of a field must not begin or end with white space.");
            request.extensions_mut().insert(fault);
        }
        // h2 takes it for 0.
        if is_http2 && request.headers().get(CONTENT_LENGTH).is_some_and(HeaderValue::is_empty) {
            request.extensions_mut().insert(HeadFault("Content-Length must be a number."));
        }
        if self.is_surplus {
            request.extensions_mut().insert(Surplus);
        }
        let open_ended = (version == Version::HTTP_10)
            .then(|| OpenEnded { stream: Arc::clone(&self.stream), activity: Arc::clone(&self.activity) });
        let response = self.router.clone().call(request);
        let handling = Some(handling);
        Either::Left(Responding { response, handling, framing, app, open_ended, permit })
    }
}

pin_project! {
    /// The head of a response.
    pub struct Responding {
        #[pin]
        response: RouteFuture<Infallible>,
        handling: Option<Handling>,
        framing: Framing,
        app: Option<Arc<App>>,
        open_ended: Option<OpenEnded>,
        permit: Option<Arc<Share>>,
    }
}

/// A connection whose end may be that of a response: HTTP/1.0 has no chunks.
#[derive(Debug)]
struct OpenEnded {
    stream: Arc<TcpStream>,
    activity: Arc<Activity>,
}

impl OpenEnded {
    /// Lets the kernel reset the connection if this process ends before the response does: a part
    /// must not pass for the whole.
    fn begin(&self) {
        let _ = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
        self.activity.is_open_ended.store(true, Relaxed);
    }
}

impl Future for Responding {
    type Output = Result<http::Response<ResponseBody>, h2::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(mut response): Result<Response, Infallible> = ready!(this.response.poll(context));
        let Some(handling) = this.handling.take() else {
            unreachable!("it is polled until it is ready, and not again")
        };
        let closes = this.app.as_ref().is_some_and(|app| app.is_draining() || handling.leaves_unread());
        this.framing.complete(&mut response, closes);
        if response.body().size_hint().exact().is_none() {
            this.open_ended.iter().for_each(OpenEnded::begin);
        }
        let (sending, permit) = (handling.respond(), this.permit.take());
        Poll::Ready(Ok(response.map(|inner| ResponseBody { inner, rest: Bytes::new(), sending, permit })))
    }
}

/// The body of a response, sent in pieces: it stays here, with its permit, until the client has
/// received nearly all of it.
#[derive(Debug)]
pub struct ResponseBody {
    inner: Body,
    /// What is left of a large frame.
    rest: Bytes,
    sending: Sending,
    /// The memory of the request, if it is one of HTTP/2.
    permit: Option<Arc<Share>>,
}

impl ResponseBody {
    /// Records that the client gets these bytes.
    fn send(&self, data: Bytes) -> Frame<Bytes> {
        self.sending.proceed(Some(data.len()));
        Frame::data(match &self.permit {
            Some(permit) => hold(data, Arc::clone(permit)),
            None => data,
        })
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) else {
                self.sending.proceed(None);
                return Poll::Pending;
            };
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) if data.len() > PIECE => self.rest = data,
                Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(self.send(data)))),
                Some(Ok(Err(frame))) => return Poll::Ready(Some(Ok(frame))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        // A copy: a slice would keep the whole frame alive.
        let length = PIECE.min(self.rest.len());
        let piece = Bytes::copy_from_slice(&self.rest[..length]);
        self.rest.advance(length);
        Poll::Ready(Some(Ok(self.send(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.inner.size_hint();
        let rest = self.rest.len() as u64;
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
