//! `curio export`

use std::{ffi::OsString, io, path::PathBuf};

use anyhow::Context;
use clap::Args;
use tokio::fs::{self, File};

use super::{STANDARD, format_of, is_standard, progress::Progress, standard};
use crate::{
    cli::connect::open_current,
    config::DatabaseUrl,
    http::transfer::{Format, Selection},
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
    #[arg(long, value_name = "KEY")]
    collection: Option<String>,
    /// Only items that satisfy this condition (docs/filter.md)
    #[arg(long = "filter", value_name = "CONDITION")]
    condition: Option<String>,
    #[command(flatten)]
    url: DatabaseUrl,
}

pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let Settings { file, format, collection, condition, url } = settings;
    let selection = Selection::new(collection.clone(), condition.as_deref());
    let selection = selection.context("the filter is not valid")?;
    let format = format_of(file, *format);
    let database = open_current(url).await?;
    let mut progress = Progress::start();
    let show = |items| progress.show(items);
    if is_standard(file) {
        selection.export(&database, format, standard(io::stdout())?, show).await?;
    } else {
        let mut part = OsString::from(file);
        part.push(".part");
        let part = PathBuf::from(part);
        let output =
            File::create(&part).await.with_context(|| format!("cannot create {}", part.display()))?;
        selection.export(&database, format, output, show).await?;
        fs::rename(&part, file).await.with_context(|| format!("cannot create {}", file.display()))?;
    }
    progress.end();
    Ok(())
}
