//! Curio, a catalogue service.
//!
//! The path of a request, outermost first:
//!
//! 1. `http::listener` accepts the connection, and rejects what is not HTTP.
//! 2. `http::layers` is around every request: request id, actor, span, metrics, problem documents,
//!    CORS, quota, compression, the body, retries, admission.
//! 3. `http::request` turns it into valid values, or into a problem that names every fault.
//! 4. The handler, in `http::<domain>::<resource>`, begins a transaction through `http::write`,
//! 5. calls operations, in `postgres::<domain>::operations`, which write and return what the
//!    database generated,
//! 6. commits once, through `http::write`, which then logs what was created,
//! 7. and responds with what `http::response` built.

pub mod access;
pub mod actor;
#[cfg(feature = "service")]
pub mod app;
#[cfg(feature = "service")]
pub mod authentication;
#[cfg(feature = "service")]
mod authority;
#[cfg(feature = "service")]
mod budget;
pub mod cli;
pub mod config;
pub mod error;
mod files;
#[cfg(feature = "service")]
pub mod http;
#[cfg(feature = "service")]
mod https;
pub mod ids;
#[cfg(feature = "service")]
pub mod indexing;
pub mod postgres;
mod queue;
#[cfg(feature = "service")]
mod schema_cache;
pub mod telemetry;
mod time;
