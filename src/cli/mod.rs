//! The command line: one command a file. Nothing imports this module.

#[cfg(feature = "service")]
mod connect;
mod db;
#[cfg(feature = "service")]
mod healthcheck;
#[cfg(feature = "service")]
mod keys;
#[cfg(feature = "service")]
mod openapi;
#[cfg(feature = "service")]
mod serve;
mod settings;
#[cfg(feature = "service")]
mod signals;
#[cfg(feature = "service")]
mod transfer;

use std::{path::Path, process::ExitCode};

use anyhow::{Context, bail};
use clap::{CommandFactory, Parser, Subcommand};

use crate::{config::LogSettings, telemetry::Output};

/// A catalogue service on PostgreSQL.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub log: LogSettings,
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Parses the command line and the environment. Ends the process if they are malformed, with a
    /// message that contains no password.
    #[must_use]
    pub fn parse_safely() -> Self {
        Self::try_parse().unwrap_or_else(|error| settings::hide_secrets(error, Self::command()).exit())
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API
    #[cfg(feature = "service")]
    Serve(Box<crate::config::ServeSettings>),
    /// Migrate the database
    Db(db::Arguments),
    #[cfg(feature = "service")]
    Keys(keys::Arguments),
    /// Import items from a file of NDJSON or CSV, in one transaction
    #[cfg(feature = "service")]
    Import(transfer::import::Settings),
    /// Export items to a file of NDJSON or CSV, as they are at one instant
    #[cfg(feature = "service")]
    Export(transfer::export::Settings),
    /// Print the OpenAPI document
    #[cfg(feature = "service")]
    Openapi,
    /// Check the health of a running service: exit code 0 or 1
    #[cfg(feature = "service")]
    Healthcheck(healthcheck::Settings),
}

impl Command {
    /// Where the log goes: the standard output of some commands is for programs.
    #[must_use]
    pub fn log_output(&self) -> Output {
        match self {
            #[cfg(feature = "service")]
            Self::Keys(_) | Self::Import(_) | Self::Export(_) => Output::Stderr,
            Self::Db(_) => Output::Stderr,
            #[cfg(feature = "service")]
            _ => Output::Stdout,
        }
    }
}

/// Reads `.env` in the working directory if it exists; environment variables override it. One in
/// a folder above may be another user's.
///
/// # Errors
///
/// The file exists and cannot be read.
pub fn load_dotenv() -> anyhow::Result<()> {
    if Path::new(".env").is_dir() {
        return Ok(());
    }
    match dotenvy::from_path(".env") {
        // The error repeats the line, which may contain a password.
        Err(dotenvy::Error::LineParse(..)) => {
            bail!("a line of the file .env is not of the form NAME=value; a value with a space needs quotes")
        }
        Err(error) if !error.not_found() => Err(error).context("cannot read the file .env"),
        _ => Ok(()),
    }
}

/// Prints the chain of causes and returns the exit code.
#[must_use]
pub fn fail(error: &anyhow::Error) -> ExitCode {
    autogenerate::cli::fail("curio", error)
}

/// Runs a command and returns its exit code.
///
/// # Errors
///
/// A chain of causes, from the goal of the command to the first error.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    // Large bodies are decoded in many short turns of a task. By default, 61 of them pass before
    // sockets are looked at, if no other thread waits for them.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(4).build()?;
    let result = runtime.block_on(async {
        match command {
            #[cfg(feature = "service")]
            Command::Serve(settings) => {
                serve::variables::warn_about_unknown(&Arguments::command());
                serve::run(&settings).await.map(|()| ExitCode::SUCCESS)
            }
            Command::Db(arguments) => db::run(arguments).await,
            #[cfg(feature = "service")]
            Command::Keys(arguments) => keys::run(&arguments).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "service")]
            Command::Import(settings) => transfer::import::run(&settings).await,
            #[cfg(feature = "service")]
            Command::Export(settings) => transfer::export::run(&settings).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "service")]
            Command::Openapi => openapi::run().map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "service")]
            Command::Healthcheck(settings) => healthcheck::run(&settings).await.map(|()| ExitCode::SUCCESS),
        }
    });
    // Tasks that are still polled meanwhile panic if they use a timer.
    std::panic::set_hook(Box::new(|_| {}));
    // A thread that is blocked, such as in the file system, does not hold the exit.
    runtime.shutdown_background();
    result
}
