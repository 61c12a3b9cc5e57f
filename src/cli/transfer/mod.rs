//! `curio import` and `curio export`: the same as over HTTP, directly on the database.

pub mod export;
pub mod import;
mod progress;

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use tokio::fs::File;

use crate::http::transfer::Format;

/// The name of the standard input and output.
const STANDARD: &str = "-";

fn is_standard(file: &Path) -> bool {
    file.as_os_str() == STANDARD
}

/// The standard input or output as a file.
fn standard(stream: impl AsFd) -> io::Result<File> {
    let descriptor: OwnedFd = stream.as_fd().try_clone_to_owned()?;
    Ok(File::from_std(descriptor.into()))
}

/// The format of a file, by its name if none is given.
fn format_of(file: &Path, format: Option<Format>) -> Format {
    let is_csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    format.unwrap_or(if is_csv { Format::Csv } else { Format::Ndjson })
}
