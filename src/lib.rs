//! Curio, a catalogue service.
//!
//! The path of a request, outermost first:
//!
//! 1. `http::router` lays the layers: request id and span, log line and metrics, problem documents, time-out, load shedding.
//! 2. A write has its body read whole, so that it can be run again (`http::retry`); nothing of the database is held meanwhile.
//! 3. The extractors (`http::extract`) turn it into values that are valid, or into a problem that names every fault.
//! 4. The handler (`http::catalog`) begins a transaction (`postgres::database`),
//! 5. calls operations (`postgres::catalog::operations`), which write and return what the database gave,
//! 6. commits once, writes the log line of what was created, and answers.

pub mod cli;
pub mod config;
pub mod error;
pub mod http;
pub mod postgres;
pub mod telemetry;
