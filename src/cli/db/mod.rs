//! `curio db …`: Alembic's verbs, one per file.
//!
//! Upgrade, downgrade, current, history and stamp use the migrations embedded in the binary, so
//! that they do the same wherever it runs. To include a new revision, `cargo run -- db upgrade`
//! rebuilds the binary, because `build.rs` watches the folder.

mod check;
mod current;
mod diff;
mod downgrade;
mod history;
mod models;
mod output;
mod project;
mod rebase;
mod revision;
mod stamp;
mod upgrade;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Subcommand;
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

/// The subcommands of `db`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new revision
    Revision(revision::Arguments),
    /// Compare the models, the migrations and the live database
    Check(check::Arguments),
    /// Move a revision after those that a merge brought in
    Rebase(rebase::Arguments),
    /// Print the statements that turn one database into another
    Diff(diff::Arguments),
    /// Write Rust models for an existing database
    Models(models::Arguments),
    /// Apply pending migrations
    Upgrade(upgrade::Arguments),
    /// Revert migrations, newest first
    Downgrade(downgrade::Arguments),
    /// Show the newest applied migration and the pending ones
    Current(current::Arguments),
    /// List all migrations and when they were applied
    History(history::Arguments),
    /// Record migrations as applied without running them
    Stamp(stamp::Arguments),
}

/// Runs a command until it completes or is interrupted.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    // An interrupted command is dropped, and its scratch database with it.
    tokio::select! {
        outcome = dispatch(command) => outcome,
        _ = ctrl_c() => interrupted(130),
        _ = terminate.recv() => interrupted(143),
    }
}

/// Reports the interrupt and returns the exit code: 128 plus the number of the signal.
fn interrupted(code: u8) -> anyhow::Result<ExitCode> {
    writeln!(io::stderr(), "curio: interrupted")?;
    Ok(ExitCode::from(code))
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Revision(arguments) => revision::run(&arguments).await?,
        Command::Check(arguments) => return Ok(check::run(&arguments).await),
        Command::Rebase(arguments) => rebase::run(&arguments).await?,
        Command::Diff(arguments) => diff::run(&arguments).await?,
        Command::Models(arguments) => models::run(&arguments).await?,
        Command::Upgrade(arguments) => upgrade::run(arguments).await?,
        Command::Downgrade(arguments) => downgrade::run(arguments).await?,
        Command::Current(arguments) => current::run(arguments).await?,
        Command::History(arguments) => history::run(arguments).await?,
        Command::Stamp(arguments) => stamp::run(arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}
