//! `check`

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        environment::{Environment, program_name, project},
        failure::fail,
        output::{BAD, CARE, GOOD, described_versions, print_json, print_unhandled, unhandled_json},
    },
    project::{Edge, Report, Verdict},
    revision::OpenSlot,
};

/// Compare the models, the migrations and the live database
///
/// The migrations are replayed on a scratch database. Each difference is printed with the source
/// location of its model. A database that is not at head is not compared, and nothing is compared
/// while a migration has an open slot.
///
/// Exit codes: 0 if all are alike; 1 if something differs, no model describes an object that an
/// earlier revision created, or an applied migration was edited; 2 if that cannot be determined,
/// because of an open slot, missing or other migrations or an error; 3 if nothing differs but the
/// database lacks migrations.
///
/// Results are cached in `$XDG_CACHE_HOME/<program>`, by default `~/.cache/<program>`, which can be
/// deleted at any time.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Exit with 0 instead of 3 if the database lacks migrations
    #[arg(long)]
    allow_pending: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> ExitCode {
    match report(arguments, environment).await {
        Ok(Verdict::Alike) => ExitCode::SUCCESS,
        Ok(Verdict::Differs) => ExitCode::from(1),
        Ok(Verdict::Pending) if arguments.allow_pending => ExitCode::SUCCESS,
        Ok(Verdict::Pending) => ExitCode::from(3),
        // A closed pipe is not an error.
        Err(error) if fail(program_name(environment), &error) == ExitCode::SUCCESS => ExitCode::SUCCESS,
        Ok(Verdict::Unknown) | Err(_) => ExitCode::from(2),
    }
}

/// Compares, and prints the result.
async fn report(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<Verdict> {
    let report = project(environment, &[]).await?.check().await?;
    if arguments.json {
        print_json(&document(&report))?;
    } else {
        print(&report)?;
    }
    Ok(report.verdict())
}

fn print(report: &Report) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for slot in &report.open_slots {
        writeln!(out, "{BAD}✗{BAD:#} {}:{}: open slot: {}", slot.file, slot.line, slot.title)?;
    }
    for edge in &report.edges {
        let Edge { from, to, differences } = edge;
        if differences.is_empty() {
            writeln!(out, "{GOOD}✓{GOOD:#} {edge}")?;
            continue;
        }
        writeln!(out, "{BAD}✗{BAD:#} {edge}; changes that would make {from} match {to}:")?;
        for difference in differences {
            writeln!(out, "    {difference}")?;
        }
        if let Some(warning) = edge.warning() {
            writeln!(out, "    {CARE}{warning}{CARE:#}")?;
        }
    }
    for object in &report.undescribed {
        writeln!(
            out,
            "{BAD}✗{BAD:#} no model describes {object}, which an earlier revision created: add its model, or declare it as dropped"
        )?;
    }
    for version in &report.edited {
        writeln!(out, "{BAD}✗{BAD:#} migration {version} was edited after it was applied")?;
    }
    if let Some(reason) = &report.database_not_compared {
        let style = if report.edited.is_empty() { CARE } else { BAD };
        writeln!(out, "{style}-{style:#} the database was not compared: {reason}")?;
    }
    drop(out);
    print_unhandled("not managed", &report.unmanaged)
}

fn document(report: &Report) -> Value {
    let edge = |edge: &Edge| {
        let differences = edge.differences.iter().map(|difference| {
            let origin = difference.origin.as_ref();
            json!({
                "change": difference.change.to_string(),
                "file": origin.map(|origin| origin.file),
                "line": origin.map(|origin| origin.line),
                "field": origin.map(|origin| &origin.field),
            })
        });
        json!({
            "from": edge.from.to_string(),
            "to": edge.to.to_string(),
            "differences": differences.collect::<Vec<_>>(),
        })
    };
    let slot = |slot: &OpenSlot| json!({ "file": slot.file, "line": slot.line, "title": slot.title });
    json!({
        "clean": report.is_clean(),
        "edges": report.edges.iter().map(edge).collect::<Vec<_>>(),
        "undescribed": report.undescribed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "open_slots": report.open_slots.iter().map(slot).collect::<Vec<_>>(),
        "database_not_compared": report.database_not_compared,
        "pending": report.pending,
        "edited": report.edited,
        "conflicting": described_versions(&report.conflicting),
        "unmanaged": unhandled_json(&report.unmanaged),
    })
}
