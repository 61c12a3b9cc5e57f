//! The command line: one command a file. Nothing imports this module.

mod db;
mod healthcheck;
mod openapi;
mod serve;

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, Subcommand};
use sqlx::{ConnectOptions as _, PgConnection};

use crate::config::{DatabaseUrl, LogSettings};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A catalogue service on PostgreSQL.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub log: LogSettings,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API
    Serve(Box<crate::config::ServeSettings>),
    /// Migrate the database
    #[command(subcommand)]
    Db(db::Command),
    /// Print the OpenAPI document
    Openapi,
    /// Ask a running service for its health: exit code 0 or 1
    Healthcheck(healthcheck::Settings),
}

/// Reads `.env` where there is one; what is in the environment already has precedence.
///
/// # Errors
///
/// Where the file is there and cannot be read.
pub fn load_dotenv() -> anyhow::Result<()> {
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => Err(error).context("the file .env cannot be read"),
        _ => Ok(()),
    }
}

/// Runs one command to its end.
///
/// # Errors
///
/// What the command reports, as a chain from what was wanted to what was in the way.
pub fn run(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(settings) => serve::run(&settings).await,
            Command::Db(command) => db::run(command).await,
            Command::Openapi => openapi::run(),
            Command::Healthcheck(settings) => healthcheck::run(&settings).await,
        }
    })
}

/// Prints why the program ends, and gives its exit code.
#[must_use]
pub fn fail(error: &anyhow::Error) -> ExitCode {
    let mut text = format!("curio: {error}");
    for cause in error.chain().skip(1) {
        let _ = write!(text, "\n  because {cause}");
    }
    #[expect(clippy::print_stderr, reason = "the last words of a command line program")]
    {
        eprintln!("{text}");
    }
    ExitCode::FAILURE
}

/// One connection without the service's time-outs, for migrations.
async fn connect(url: &DatabaseUrl) -> anyhow::Result<PgConnection> {
    let options = url.connect_options()?;
    let place = format!("{}:{}", options.get_host(), options.get_port());
    tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
        .await
        .map_err(anyhow::Error::from)
        .and_then(|connected| connected.map_err(anyhow::Error::from))
        .with_context(|| {
            format!(
                "the database at {place} does not answer; is PostgreSQL running there, and are DATABASE_URL's user, password \
                 and database right?"
            )
        })
}
