//! `history`

use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use chrono::SecondsFormat;
use clap::Args;
use serde_json::json;

use crate::{
    cli::{connect::connect, environment::Environment},
    migrate::{self, Entry, Status},
};

/// List all migrations and when they were applied
///
/// Oldest first: revision, status, time of application, duration and message. `overtaken` is
/// pending although a newer revision is applied. `edited` was edited after it was applied.
/// `conflict` has another migration applied under its version. `partly` and `reverting` were
/// interrupted. `unknown` and `missing` are applied, but have no file.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print one JSON array of objects: `revision`, `message`, `status`, `files`, `applied_at`,
    /// `duration_ms`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut conn = connect(&environment.database()?).await?;
    let entries = migrate::history(&mut conn, &environment.migrations()?).await?;
    Ok(if arguments.json { print_json(&entries) } else { print(&entries) }?)
}

fn print(entries: &[Entry]) -> io::Result<()> {
    // anstream omits the colours if this is not a terminal or NO_COLOR is set.
    let mut out = anstream::stdout().lock();
    for Entry { revision, message, files, status, applied_at, duration } in entries {
        let style = style(*status);
        let status = match status {
            Status::PartlyApplied { applied } => format!("partly ({applied} of {})", files.len()),
            status => status.to_string(),
        };
        let when = applied_at.map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let took = duration.map_or_else(String::new, |took| format!("{} ms", took.as_millis()));
        writeln!(out, "{revision:<14}  {style}{status:<9}{style:#}  {when:<20}  {took:>8}  {message}")?;
    }
    Ok(())
}

fn style(status: Status) -> Style {
    match status {
        Status::Applied => AnsiColor::Green,
        Status::Pending => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    }
    .on_default()
}

fn print_json(entries: &[Entry]) -> io::Result<()> {
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| {
            json!({
                "revision": entry.revision,
                "message": entry.message,
                "status": entry.status.to_string(),
                "files": entry.files,
                "applied_at": entry.applied_at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
                "duration_ms": entry.duration.map(|took| took.as_secs_f64() * 1e3),
            })
        })
        .collect();
    writeln!(io::stdout(), "{}", json!(entries))
}
