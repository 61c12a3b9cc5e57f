//! `curio import`

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use tokio::{fs::File, io::BufReader};

use super::{format_of, is_standard, progress::Progress, standard};
use crate::{
    cli::connect::open_current,
    config::{DatabaseUrl, http::PROGRESS_INTERVAL},
    error::{Fault, Location},
    http::transfer::{Format, Import, OnConflict, OnError, Report},
};

/// How much is read at once.
const PIECE: usize = 64 * 1024;

/// The settings of `curio import`.
#[derive(Debug, Args)]
pub struct Settings {
    /// The file; `-` is the standard input
    file: PathBuf,
    /// How it is written; by default csv if its name ends so, else ndjson
    #[arg(id = "file_format", long = "format", value_enum)]
    format: Option<Format>,
    /// What to do about an item that is wrong: store nothing, or store the others
    #[arg(long, value_enum, default_value = "abort")]
    on_error: OnError,
    /// What to do about an item whose id is taken
    #[arg(long, value_enum, default_value = "replace")]
    on_conflict: OnConflict,
    /// Do everything, then roll back
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    url: DatabaseUrl,
}

pub async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let Settings { file, format, on_error, on_conflict, dry_run, url } = settings;
    let input = if is_standard(file) {
        standard(io::stdin())?
    } else {
        File::open(file).await.with_context(|| format!("cannot open {}", file.display()))?
    };
    let input = BufReader::with_capacity(PIECE, input);
    let database = open_current(url).await?;
    let import = Import {
        format: format_of(file, *format),
        on_error: *on_error,
        on_conflict: *on_conflict,
        is_dry_run: *dry_run,
        progress_interval: PROGRESS_INTERVAL,
    };
    let mut progress = Progress::start();
    let report = import.run(&database, input, |report| progress.show(report.received)).await;
    progress.end();
    let report = report?;
    print(&report)?;
    Ok(if report.is_rejected() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Prints the faults for people, and the counts.
fn print(report: &Report) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for Fault { location, detail, .. } in report.faults() {
        if let Location::Line(line, pointer) = location {
            let separator = if pointer.is_empty() { "" } else { " " };
            // A terminal would obey control characters in the names of members.
            let pointer = pointer.replace(char::is_control, "\u{fffd}");
            writeln!(err, "line {line}: {pointer}{separator}{detail}")?;
        }
    }
    if report.is_truncated() {
        writeln!(err, "there are more faults")?;
    }
    if report.is_rejected() {
        writeln!(err, "nothing was stored")?;
    }
    let Report { received, created, replaced, ignored, failed, .. } = report;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "received {received}, created {created}, replaced {replaced}, ignored {ignored}, failed {failed}"
    )
}
