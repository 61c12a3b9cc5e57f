//! Curio, a catalogue service.
//!
//! The path of a request, outermost first:
//!
//! 1. `http::envelope` is around all of it: request id and span, log line and metrics, quota, compression, problem documents, CORS.
//! 2. `http::admit` refuses what its head gives away, reads the body of a write whole, so that it can be run again, and runs
//!    the request while there is room for it, for as long as one may take; nothing of the database is held meanwhile.
//! 3. The extractors (`http::extract`) turn it into values that are valid, or into a problem that names every fault.
//! 4. The handler (`http::catalog`) begins a transaction (`postgres::database`),
//! 5. calls operations (`postgres::catalog::operations`), which write and return what the database gave,
//! 6. commits once, writes the log line of what was created, and answers.

pub mod cli;
pub mod config;
pub mod error;
#[cfg(feature = "service")]
pub mod http;
pub mod postgres;
pub mod telemetry;
mod time;
