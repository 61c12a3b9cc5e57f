//! `models`

use std::{fs, io::Write as _, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        connect::connect,
        environment::Environment,
        output::{CARE, print_json, print_unhandled, unhandled_json},
    },
    model::Metadata,
    project,
};

/// Write Rust models for an existing database
///
/// Describes every schema except PostgreSQL's own. Existing files are not overwritten. What the
/// models cannot express is listed on standard error.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder of the module
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// Write only objects that match, such as `items` or `shop.*`, and the types that they use; can
    /// be repeated
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Write only this schema; can be repeated
    #[arg(long, value_name = "NAME")]
    schema: Vec<String>,
    /// Leave out objects, such as `legacy.*`; can be repeated
    #[arg(long, value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Print one JSON object: `files`, `features`, `notes`, `not_described`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let database = environment.database()?;
    // This only explains what to do if the database is unreachable.
    drop(connect(&database).await?);
    let command = format!("{} models", environment.program());
    let schemas = arguments.schema.iter().map(|schema| format!("{schema}.*"));
    let only = arguments.only.iter().cloned().chain(schemas);
    let selection = only.fold(Metadata::new(), Metadata::only);
    let selection = arguments.ignore.iter().fold(selection, Metadata::ignore);
    let described = project::models(&database, &selection, &command).await?;
    let files = described.generated.files.iter().map(|(path, text)| (arguments.into.join(path), text));
    let files: Vec<_> = files.collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        anyhow::bail!("{} already exists: remove it, or choose another folder with --into", path.display());
    }
    for (path, text) in &files {
        let write = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, text)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        return print_json(&json!({
            "files": files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            "features": described.generated.features,
            "notes": described.generated.notes,
            "not_described": unhandled_json(&described.unhandled),
        }));
    }
    let mut out = anstream::stdout().lock();
    for (path, _) in &files {
        writeln!(out, "wrote {}", path.display())?;
    }
    if !described.generated.features.is_empty() {
        let features = described.generated.features.join(", ");
        writeln!(out, "enable these features of sqlx and sqlx-autogenerate: {features}")?;
    }
    let mut err = anstream::stderr().lock();
    for note in &described.generated.notes {
        writeln!(err, "{CARE}note{CARE:#}: {note}")?;
    }
    drop(err);
    Ok(print_unhandled("not described", &described.unhandled)?)
}
