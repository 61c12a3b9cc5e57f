//! `curio export`

use std::{
    fs::Permissions,
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use tempfile::Builder;
use tokio::fs::{File, OpenOptions};

use super::{STANDARD, format_of, is_standard, progress::Progress, standard};
use crate::{
    cli::{connect::open_current, signals::Signals},
    config::DatabaseUrl,
    http::transfer::{Format, Selection, parse_collection},
};

/// The settings of `curio export`.
#[derive(Debug, Args)]
pub struct Settings {
    /// The file, which is complete once it is there; `-` is the standard output
    #[arg(default_value = STANDARD)]
    file: PathBuf,
    /// How to write it; by default csv if its name ends so, else ndjson
    #[arg(id = "file_format", long = "format", value_enum)]
    format: Option<Format>,
    /// Only items of this collection
    #[arg(long, value_name = "KEY", value_parser = parse_collection)]
    collection: Option<String>,
    /// Only items that satisfy this condition (docs/filter.md)
    #[arg(long = "filter", value_name = "CONDITION")]
    condition: Option<String>,
    #[command(flatten)]
    url: DatabaseUrl,
}

pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let Settings { file, format, collection, condition, url } = settings;
    let selection = Selection::new(collection.clone(), condition.clone());
    let selection = selection.context("the filter is not valid")?;
    let format = format_of(file, *format);
    let database = open_current(url).await?;
    if let Some(fault) = selection.fault(&database).await? {
        bail!(fault);
    }
    let mut progress = Progress::start();
    let show = |items| progress.show(items);
    if is_standard(file) {
        selection.export(&database, format, standard(io::stdout())?, show).await?;
    } else if is_replaceable(file)? {
        export_whole(file, |output| selection.export(&database, format, output, show)).await?;
    } else {
        let output = OpenOptions::new().write(true).open(file).await;
        let output = output.with_context(|| format!("cannot write {}", file.display()))?;
        selection.export(&database, format, output, show).await?;
    }
    progress.end();
    Ok(())
}

/// Whether there is no such file, or a regular one. A device or a pipe is written to.
fn is_replaceable(file: &Path) -> anyhow::Result<bool> {
    match file.metadata() {
        Ok(found) if found.is_dir() => bail!("{} is a directory", file.display()),
        Ok(found) => Ok(found.is_file()),
        Err(_) if file.is_symlink() => bail!("{} is a link that leads to no file", file.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| format!("cannot create {}", file.display())),
    }
}

/// Writes a file of its own next to this one, and puts it in its place once it is complete. It has
/// the permissions of a new file, or of the one before, and is removed if it stays incomplete.
async fn export_whole<E>(file: &Path, export: impl AsyncFnOnce(File) -> Result<u64, E>) -> anyhow::Result<()>
where
    anyhow::Error: From<E>,
{
    let cannot_create = || format!("cannot create {}", file.display());
    // The file behind a link is replaced.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = file.metadata().map_or(Permissions::from_mode(0o666), |found| found.permissions());
    let part = Builder::new().permissions(mode).prefix(".curio-").suffix(".part").tempfile_in(folder);
    let part = part.with_context(cannot_create)?;
    let mut signals = Signals::new()?;
    let output = part.reopen().with_context(cannot_create)?;
    tokio::select! {
        exported = export(File::from_std(output)) => exported?,
        () = signals.next() => bail!("interrupted; {} is as it was", file.display()),
    };
    part.persist(&file).with_context(cannot_create)?;
    Ok(())
}
