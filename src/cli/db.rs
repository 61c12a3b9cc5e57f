//! `curio db …`: Alembic's verbs.

use std::io::{self, Write as _};

use clap::Subcommand;

use crate::{
    cli,
    config::{DatabaseUrl, MigrationSettings},
    postgres::migrations::{self, MIGRATOR},
};

/// What to do with the database.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Apply the migrations that the database lacks
    Upgrade {
        #[command(flatten)]
        url: DatabaseUrl,
        #[command(flatten)]
        migration: MigrationSettings,
    },
    /// Show the newest migration that is applied, and the pending ones
    Current {
        #[command(flatten)]
        url: DatabaseUrl,
    },
}

pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Upgrade { url, migration } => {
            let mut conn = cli::connect(&url).await?;
            let applied = migrations::upgrade(&mut conn, &MIGRATOR, migration.migration_wait).await?;
            writeln!(io::stdout(), "{applied} migrations applied")?;
            Ok(())
        }
        Command::Current { url } => {
            let mut conn = cli::connect(&url).await?;
            let state = migrations::state(&mut conn, &MIGRATOR).await?;
            print(&state)?;
            Ok(())
        }
    }
}

fn print(state: &migrations::State) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let newest = state.applied.iter().chain(&state.unknown).max();
    let head = if state.pending.is_empty() { " (head)" } else { "" };
    match newest {
        Some(version) => writeln!(out, "{version}{head}")?,
        None => writeln!(out, "base")?,
    }
    for (version, description) in &state.pending {
        writeln!(out, "pending: {version} {description}")?;
    }
    for version in &state.unknown {
        writeln!(out, "unknown to this binary: {version}")?;
    }
    Ok(())
}
