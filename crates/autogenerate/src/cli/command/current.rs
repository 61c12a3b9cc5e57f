//! `current`

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    cli::{connect::connect, environment::Environment, output::described_versions},
    migrate::{self, State},
    revision::Migrations,
};

/// Show the newest applied migration and the pending ones
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print one JSON object: `current`, `head`, `pending`, `overtaken`, `edited`, `conflicting`,
    /// `reverting`, `unknown`, `missing`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut conn = connect(&environment.database()?).await?;
    show(&mut conn, &environment.migrations()?, arguments.json).await
}

/// Prints which migrations the database has.
pub(super) async fn show(conn: &mut PgConnection, migrations: &Migrations, json: bool) -> anyhow::Result<()> {
    let state = migrate::state(conn, migrations).await?;
    Ok(if json { print_json(&state) } else { print(&state) }?)
}

fn newest(state: &State) -> Option<i64> {
    let lists = [&state.applied, &state.edited, &state.unknown, &state.missing];
    let conflicting = state.conflicting.iter().map(|(version, _)| version);
    lists.into_iter().flatten().chain(conflicting).max().copied()
}

fn print(state: &State) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let head = if state.is_head() { " (head)" } else { "" };
    match newest(state) {
        Some(version) => writeln!(out, "{version}{head}")?,
        None => writeln!(out, "base")?,
    }
    for (version, description) in &state.pending {
        writeln!(out, "pending: {version} {description}")?;
    }
    for revision in &state.overtaken {
        writeln!(out, "overtaken by what is applied: {revision}")?;
    }
    for revision in &state.reverting {
        writeln!(out, "reverting was interrupted: {revision}")?;
    }
    for version in &state.edited {
        writeln!(out, "edited after it was applied: {version}")?;
    }
    for (version, description) in &state.conflicting {
        writeln!(out, "applied as another migration: {version} {description}")?;
    }
    for version in &state.unknown {
        writeln!(out, "unknown here, and newer than all that are known: {version}")?;
    }
    for version in &state.missing {
        writeln!(out, "applied, but missing here: {version}")?;
    }
    Ok(())
}

fn print_json(state: &State) -> io::Result<()> {
    let object = json!({
        "current": newest(state),
        "head": state.is_head(),
        "pending": described_versions(&state.pending),
        "overtaken": state.overtaken,
        "edited": state.edited,
        "conflicting": described_versions(&state.conflicting),
        "reverting": state.reverting,
        "unknown": state.unknown,
        "missing": state.missing,
    });
    writeln!(io::stdout(), "{object}")
}
