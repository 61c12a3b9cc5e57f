//! The command line: one command a file. Nothing imports this module.

mod db;
#[cfg(feature = "service")]
mod healthcheck;
#[cfg(feature = "service")]
mod openapi;
#[cfg(feature = "service")]
mod serve;

use std::{fmt::Write as _, io, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, Subcommand};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgDatabaseError};

use crate::{
    config::{DatabaseUrl, LogSettings},
    telemetry::Output,
};

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
    #[cfg(feature = "service")]
    Serve(Box<crate::config::ServeSettings>),
    /// Migrate the database
    #[command(subcommand)]
    Db(db::Command),
    /// Print the OpenAPI document
    #[cfg(feature = "service")]
    Openapi,
    /// Ask a running service for its health: exit code 0 or 1
    #[cfg(feature = "service")]
    Healthcheck(healthcheck::Settings),
}

impl Command {
    /// Where the log goes: what a `db` command prints on standard output is for programs as well.
    #[must_use]
    pub fn log_output(&self) -> Output {
        if matches!(self, Self::Db(_)) { Output::Stderr } else { Output::Stdout }
    }
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

/// Runs one command to its end, and gives the exit code.
///
/// # Errors
///
/// What the command reports, as a chain from what was wanted to what was in the way.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            #[cfg(feature = "service")]
            Command::Serve(settings) => serve::run(&settings).await.map(|()| ExitCode::SUCCESS),
            Command::Db(command) => db::run(command).await,
            #[cfg(feature = "service")]
            Command::Openapi => openapi::run().map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "service")]
            Command::Healthcheck(settings) => healthcheck::run(&settings).await.map(|()| ExitCode::SUCCESS),
        }
    })
}

/// Prints why the program ends, and gives its exit code.
#[must_use]
pub fn fail(error: &anyhow::Error) -> ExitCode {
    // Who reads has seen enough: `curio db history | head -n 1`.
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let mut text = String::from("curio: ");
    for (depth, cause) in error.chain().enumerate() {
        text.push_str(if depth == 0 { "" } else { "\n  because " });
        // sqlx adds a line of PostgreSQL's own source, and then says it all again.
        if let Some(sqlx::Error::Database(error)) = cause.downcast_ref() {
            text.push_str(error.message());
            if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
                let more = [("detail", error.detail()), ("hint", error.hint()), ("where", error.r#where())];
                for (what, words) in more.into_iter().filter_map(|(what, words)| Some((what, words?))) {
                    let _ = write!(text, "\n  {what}: {words}");
                }
            }
            break;
        }
        let _ = write!(text, "{cause}");
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
