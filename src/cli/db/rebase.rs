//! `curio db rebase`

use std::io::Write as _;

use autogenerate::project::{Rebased, Request};
use chrono::Utc;
use clap::Args;

use super::{
    project::{ProjectSettings, ask},
    revision::{print, print_written},
};

/// Put a revision behind those that came in with a merge
///
/// It gets a new version. Where it does not lead to the models from there any more, it is made again, and its files are kept as `.old`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    project: ProjectSettings,
    /// The revision that another branch overtook: its version, or the beginning of it
    revision: String,
    /// What it is for, where it is made again under another name
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let project = arguments.project.project().await?;
    let request =
        Request { message: arguments.message.as_deref().unwrap_or_default(), now: Utc::now(), ask: &ask };
    match project.rebase(&arguments.revision, &request).await? {
        Rebased::Redated(written) => print_written(&written)?,
        Rebased::Remade(revised, kept) => {
            print(&revised)?;
            for path in kept {
                writeln!(anstream::stdout(), "kept {}", path.display())?;
            }
        }
    }
    Ok(())
}
