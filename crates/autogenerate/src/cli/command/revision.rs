//! `revision`

use std::{
    io::{self, Write as _},
    iter,
};

use anyhow::ensure;
use chrono::Utc;
use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        environment::{Environment, project},
        output::{CARE, GOOD, QUIET, print_json, print_unhandled, print_written, unhandled_json},
        question::{ask, ask_without_renames},
    },
    hazard,
    plan::{Plan, Statement},
    project::{Proven, Request, Revised},
    prove::Observed,
    render::statements::shortened,
    revision::{Draft, File, OpenSlot, Written, open_slots},
};

/// Write a new revision
///
/// With `--autogenerate`, the models are compared with the database, which must be at head. The way
/// up and the way down run on a scratch database before they are written. Nothing is written if
/// nothing differs. On a terminal, the command asks whether something was renamed, and what
/// happened to an object that an earlier revision created and no model describes. Elsewhere, set
/// `renamed_from` in the model, or use `--drop`. Nothing else is ever dropped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  revision --autogenerate -m \"add sku\"                     write what the models changed
  revision --autogenerate -m \"no audits\" --drop audit_log  and drop a table whose model is gone
  revision -m \"fix names\"                                  write an empty pair, for data")]
pub struct Arguments {
    /// Generate the statements that turn the database into what the models describe; otherwise the
    /// files are empty
    #[arg(long)]
    autogenerate: bool,
    /// What the revision is for, in a few words; the file names contain it
    #[arg(short, long, value_name = "TEXT")]
    message: String,
    /// Do not ask about renames: treat each as a drop and an addition
    #[arg(long)]
    no_renames: bool,
    /// Drop this object, which has no model: a table, enum, sequence, schema or extension, such as
    /// `audit_log` or `billing.invoices`; can be repeated
    #[arg(long, value_name = "NAME")]
    drop: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    ensure!(!arguments.message.trim().is_empty(), "-m is empty: say in a few words what the revision is for");
    let now = Utc::now();
    if !arguments.autogenerate {
        let file = File::new("-- Statements go here.\n");
        let files = [file];
        let draft =
            Draft { message: &arguments.message, origin: "Written by hand.", up: &files, down: &files };
        let written = draft.write(environment.folder(), now)?;
        return if arguments.json {
            print_json(&written_json(&written))
        } else {
            Ok(print_written(&written)?)
        };
    }
    let project = project(environment, &arguments.drop).await?;
    let request = Request {
        message: &arguments.message,
        now,
        ask: if arguments.no_renames { &ask_without_renames } else { &ask },
    };
    let revised = project.autogenerate(&request).await?;
    if arguments.json { print_json(&document(&revised)) } else { Ok(print(&revised)?) }
}

/// Prints the differences, the hazards, the open slots and the written files.
pub(super) fn print(revised: &Revised) -> io::Result<()> {
    let mut err = anstream::stderr().lock();
    for hint in &revised.stale {
        writeln!(err, "{CARE}{hint}{CARE:#}")?;
    }
    for note in &revised.notes {
        writeln!(err, "{CARE}note{CARE:#}: {note}")?;
    }
    for name in &revised.stale_drops {
        writeln!(err, "{CARE}{name} is declared as dropped, but there is nothing to drop{CARE:#}")?;
    }
    drop(err);
    print_unhandled("not managed", &revised.unmanaged)?;
    let Some(Proven { written, up, down, proof }) = &revised.revision else {
        return writeln!(anstream::stdout(), "nothing differs: no revision was written");
    };
    let mut out = anstream::stdout().lock();
    for change in &revised.changes {
        writeln!(out, "{GOOD}+{GOOD:#} {change}")?;
    }
    print_hazards(&mut out, "up", up)?;
    print_hazards(&mut out, "down", down)?;
    for (table, reason) in &proof.without_rows {
        writeln!(out, "{QUIET}proven without rows in {table}: {reason}{QUIET:#}")?;
    }
    if let Some(reason) = &proof.irreversible {
        writeln!(out, "{CARE}irreversible{CARE:#}: {reason}")?;
    }
    drop(out);
    print_written(written)?;
    print_slots(written)
}

/// Prints the open slots of the written files.
pub(super) fn print_slots(written: &Written) -> io::Result<()> {
    let folder = written.paths.first().and_then(|path| path.parent());
    let slots = folder.map(open_slots).transpose().map_err(io::Error::other)?.unwrap_or_default();
    let is_written = |slot: &&OpenSlot| written.paths.iter().any(|path| path.ends_with(&slot.file));
    let mut out = anstream::stdout().lock();
    for slot in slots.iter().filter(is_written) {
        writeln!(out, "{CARE}slot{CARE:#}: {}:{}: {}", slot.file, slot.line, slot.title)?;
    }
    Ok(())
}

fn print_hazards(out: &mut impl io::Write, way: &str, plan: &Plan) -> io::Result<()> {
    for statement in &plan.statements {
        let slot = statement.slot.as_ref().map(|slot| (slot.hazards(), &slot.template));
        for (found, sql) in slot.into_iter().chain([(statement.hazards.clone(), &statement.sql)]) {
            if !found.is_empty() {
                writeln!(out, "{CARE}{}{CARE:#} ({way}): {}", hazard::join(&found), shortened(sql))?;
            }
        }
    }
    Ok(())
}

pub(super) fn written_json(written: &Written) -> Value {
    json!({ "revision": written.version, "files": written.paths })
}

pub(super) fn document(revised: &Revised) -> Value {
    let way = |plan: &Plan, observed: &[Observed]| {
        let observed = observed.iter().cloned().chain(iter::repeat(Observed::default()));
        let statement = |(statement, Observed { note, data_error, .. }): (&Statement, Observed)| {
            let lock = |(mode, table): (String, String)| json!({ "mode": mode, "table": table });
            json!({
                "sql": statement.sql,
                "hazards": statement.all_hazards().iter().map(ToString::to_string).collect::<Vec<_>>(),
                "slot": statement.slot.as_ref().map(|slot| &slot.title),
                "locks": note.locks.into_iter().map(lock).collect::<Vec<_>>(),
                "rewrites": note.rewrites,
                "scans": note.scans,
                "data_error": data_error,
            })
        };
        plan.statements.iter().zip(observed).map(statement).collect::<Vec<_>>()
    };
    json!({
        "changes": revised.changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "stale_hints": revised.stale.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "notes": revised.notes,
        "stale_drops": revised.stale_drops,
        "unmanaged": unhandled_json(&revised.unmanaged),
        "revision": revised.revision.as_ref().map(|proven| json!({
            "version": proven.written.version,
            "files": proven.written.paths,
            "up": way(&proven.up, &proven.proof.up),
            "down": way(&proven.down, &proven.proof.down),
            "irreversible": proven.proof.irreversible,
        })),
    })
}
