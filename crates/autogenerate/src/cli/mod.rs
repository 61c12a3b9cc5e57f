//! The whole command line: every verb, with help, questions on a terminal, colours, `--json` and
//! exit codes.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use autogenerate::{cli, model::Metadata};
//!
//! fn models() -> Metadata {
//!     Metadata::new() // .table::<Item>()
//! }
//!
//! fn main() -> ExitCode {
//!     cli::run(models())
//! }
//! ```
//!
//! A program that has other commands, settings of its own, or its migrations embedded, uses
//! [`Command`] as a subcommand, and implements [`Environment`] for its settings.

mod command;
mod connect;
mod environment;
mod failure;
mod output;
mod question;
mod settings;

pub use self::{
    command::Command,
    connect::connect,
    environment::{Environment, parse},
    failure::fail,
    settings::run,
};
