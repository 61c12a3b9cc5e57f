//! The commands: Alembic's verbs, one per file.

mod baseline;
mod check;
mod current;
mod diff;
mod downgrade;
mod history;
mod models;
mod rebase;
mod repair;
mod revision;
mod squash;
mod stamp;
mod upgrade;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Subcommand;
use tokio::signal::ctrl_c;

use super::environment::{Environment, program_name};

/// The commands, for [`run`](super::run) and as the subcommands of another program's command.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the documentation of a variant would replace the help of its arguments")]
pub enum Command {
    Revision(revision::Arguments),
    Check(check::Arguments),
    Rebase(rebase::Arguments),
    Diff(diff::Arguments),
    Upgrade(upgrade::Arguments),
    Downgrade(downgrade::Arguments),
    Current(current::Arguments),
    History(history::Arguments),
    Stamp(stamp::Arguments),
    Repair(repair::Arguments),
    Models(models::Arguments),
    Baseline(baseline::Arguments),
    Squash(squash::Arguments),
}

impl Command {
    /// Runs the command until it completes or is interrupted, and returns the exit code.
    ///
    /// # Errors
    ///
    /// The chain of causes, for [`fail`](super::fail).
    pub async fn run(self, environment: &dyn Environment) -> anyhow::Result<ExitCode> {
        // An interrupted command is dropped, and its scratch database with it.
        tokio::select! {
            outcome = self.dispatch(environment) => outcome,
            code = interrupt() => {
                writeln!(io::stderr(), "{}: interrupted", program_name(environment))?;
                Ok(ExitCode::from(code?))
            }
        }
    }

    async fn dispatch(self, environment: &dyn Environment) -> anyhow::Result<ExitCode> {
        match self {
            Self::Revision(arguments) => revision::run(&arguments, environment).await?,
            Self::Check(arguments) => return Ok(check::run(&arguments, environment).await),
            Self::Rebase(arguments) => rebase::run(&arguments, environment).await?,
            Self::Diff(arguments) => diff::run(&arguments, environment).await?,
            Self::Upgrade(arguments) => upgrade::run(&arguments, environment).await?,
            Self::Downgrade(arguments) => downgrade::run(&arguments, environment).await?,
            Self::Current(arguments) => current::run(&arguments, environment).await?,
            Self::History(arguments) => history::run(&arguments, environment).await?,
            Self::Stamp(arguments) => stamp::run(&arguments, environment).await?,
            Self::Repair(arguments) => repair::run(&arguments, environment).await?,
            Self::Models(arguments) => models::run(&arguments, environment).await?,
            Self::Baseline(arguments) => baseline::run(&arguments, environment).await?,
            Self::Squash(arguments) => squash::run(&arguments, environment).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Waits for SIGINT or SIGTERM and returns the exit code: 128 plus the number of the signal.
async fn interrupt() -> io::Result<u8> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = ctrl_c() => pressed.map(|()| 130),
            _ = terminate.recv() => Ok(143),
        }
    }
    #[cfg(not(unix))]
    ctrl_c().await.map(|()| 130)
}
