//! `curio db models`

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use autogenerate::project;
use clap::Args;

use super::project::{CARE, print_unhandled};
use crate::{cli::connect::connect, config::DatabaseUrl};

/// Write Rust models for an existing database
///
/// Describes every schema except PostgreSQL's own. Existing files are not overwritten. What the
/// models cannot express is listed on standard error.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    url: DatabaseUrl,
    /// The folder of the module
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // This only explains what to do if the database is unreachable.
    drop(connect(&arguments.url).await?);
    let described = project::models(&arguments.url.connect_options()?, "curio db models").await?;
    let files = described.generated.files.iter().map(|(path, text)| (arguments.into.join(path), text));
    let files: Vec<_> = files.collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        anyhow::bail!("{} already exists: remove it, or choose another folder with --into", path.display());
    }
    let mut out = io::stdout().lock();
    for (path, text) in files {
        let write = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&path, text)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "{}", path.display())?;
    }
    let mut err = anstream::stderr().lock();
    for note in &described.generated.notes {
        writeln!(err, "{CARE}note{CARE:#}: {note}")?;
    }
    print_unhandled("not described", &described.unhandled)
}
