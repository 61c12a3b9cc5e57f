//! The memory that the requests of all HTTP/2 connections occupy.
//!
//! hyper limits the streams of one connection. A client that opens many connections and reads no
//! response would still occupy any amount.

use std::{net::IpAddr, sync::Arc};

use http::Request;

use crate::{
    actor::Actor,
    budget::{Budget, Share},
    http::limits::head_bytes,
};

/// What a request with a small head occupies, including its handling and a small response.
const UNIT: usize = 16 * 1024;
/// How many requests with small heads there may be in addition to those in progress: they are
/// rejected, or their responses are waiting for the client.
const SURPLUS: usize = 4096;

/// The units that are left.
#[derive(Debug, Clone)]
pub struct Streams(Budget);

impl Streams {
    /// Memory for as many requests as may be in progress, and more that are not.
    pub fn new(max_requests: usize) -> Self {
        Self(Budget::new(max_requests + SURPLUS))
    }

    /// Takes memory for a request from this address, until its response is sent; `None` if there
    /// is none.
    pub fn take<B>(&self, address: IpAddr, request: &Request<B>) -> Option<Arc<Share>> {
        let units = 1 + head_bytes(request.headers(), request.uri()) / UNIT;
        self.0.take(Some(Actor::from_address(address).quota_scope()), units).map(Arc::new)
    }
}
