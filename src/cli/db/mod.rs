//! `curio db …`: Alembic's verbs, one a file.
//!
//! Upgrade, downgrade, current, history and stamp work with the migrations that the binary carries, so that they do the same wherever it runs. A
//! revision that was written since is not among them: `cargo run -- db upgrade` builds the binary anew, because `build.rs` watches the folder.

mod check;
mod current;
mod diff;
mod downgrade;
mod history;
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

/// What to do with the database.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new revision
    Revision(revision::Arguments),
    /// Compare models, migrations and database
    Check(check::Arguments),
    /// Put a revision behind those that came in with a merge
    Rebase(rebase::Arguments),
    /// Print the statements that turn one database into another
    Diff(diff::Arguments),
    /// Apply the migrations that the database lacks
    Upgrade(upgrade::Arguments),
    /// Revert migrations, newest first
    Downgrade(downgrade::Arguments),
    /// Show the newest migration that is applied, and the pending ones
    Current(current::Arguments),
    /// List all migrations, and when they were applied
    History(history::Arguments),
    /// Say what is applied without running anything
    Stamp(stamp::Arguments),
}

/// Runs a command, until it is done or somebody interrupts it.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    // Work that is interrupted is dropped, and its scratch database with it.
    tokio::select! {
        outcome = dispatch(command) => outcome,
        _ = ctrl_c() => interrupted(130),
        _ = terminate.recv() => interrupted(143),
    }
}

/// Says so, and gives the exit code: 128 and the number of the signal.
fn interrupted(code: u8) -> anyhow::Result<ExitCode> {
    writeln!(io::stderr(), "curio: interrupted")?;
    Ok(ExitCode::from(code))
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Revision(arguments) => revision::run(&arguments).await?,
        Command::Check(arguments) => return check::run(&arguments).await,
        Command::Rebase(arguments) => rebase::run(&arguments).await?,
        Command::Diff(arguments) => diff::run(&arguments).await?,
        Command::Upgrade(arguments) => upgrade::run(arguments).await?,
        Command::Downgrade(arguments) => downgrade::run(arguments).await?,
        Command::Current(arguments) => current::run(arguments).await?,
        Command::History(arguments) => history::run(arguments).await?,
        Command::Stamp(arguments) => stamp::run(arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn count(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

/// Prints a script, or says on standard error that there is nothing in it.
fn print_script(sql: &str) -> io::Result<()> {
    if sql.is_empty() {
        return writeln!(io::stderr(), "nothing to do");
    }
    io::stdout().write_all(sql.as_bytes())
}
