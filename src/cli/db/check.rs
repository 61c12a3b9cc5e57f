//! `curio db check`

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use autogenerate::project::{Edge, Report};
use clap::Args;
use serde_json::{Value, json};

use super::project::{BAD, CARE, GOOD, ProjectSettings, print_unhandled};

/// Compare the models, the migrations and the live database
///
/// The migrations are replayed on a scratch database. Each difference is printed with the source
/// location of its model. The exit code is 1 if anything differs, if a migration has an open slot,
/// or if an applied migration was edited. A database that is not at head is not compared.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    project: ProjectSettings,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let report = arguments.project.project(&[]).await?.check().await?;
    if arguments.json {
        writeln!(io::stdout(), "{}", document(&report))?;
    } else {
        print(&report)?;
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(report: &Report) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for Edge { from, to, differences } in &report.edges {
        if differences.is_empty() {
            writeln!(out, "{GOOD}✓{GOOD:#} {from} = {to}")?;
            continue;
        }
        writeln!(out, "{BAD}✗{BAD:#} {from} differs from {to}; changes that would make {from} match {to}:")?;
        for difference in differences {
            match &difference.origin {
                Some(origin) => writeln!(out, "    {origin}: {}", difference.change)?,
                None => writeln!(out, "    {}", difference.change)?,
            }
        }
    }
    for object in &report.undescribed {
        writeln!(
            out,
            "{BAD}✗{BAD:#} no model describes {object}, which an earlier revision created: add its model, or declare it as dropped"
        )?;
    }
    for slot in &report.open_slots {
        writeln!(out, "{BAD}✗{BAD:#} {}:{}: open slot: {}", slot.file, slot.line, slot.title)?;
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
    let slot = |slot: &autogenerate::revision::OpenSlot| json!({ "file": slot.file, "line": slot.line, "title": slot.title });
    json!({
        "clean": report.is_clean(),
        "edges": report.edges.iter().map(edge).collect::<Vec<_>>(),
        "undescribed": report.undescribed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "open_slots": report.open_slots.iter().map(slot).collect::<Vec<_>>(),
        "database_not_compared": report.database_not_compared,
        "edited": report.edited,
        "unmanaged": report.unmanaged.iter().map(|it| json!({ "kind": it.kind, "name": it.name })).collect::<Vec<_>>(),
    })
}
