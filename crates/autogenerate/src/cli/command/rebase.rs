//! `curio db rebase`

use std::io::Write as _;

use autogenerate::project::{Rebased, Request};
use chrono::Utc;
use clap::Args;

use super::{
    project::{ProjectSettings, ask},
    revision::{print, print_written},
};

/// Move a revision after those that a merge brought in
///
/// The revision gets a new version. If it no longer leads to the models, it is generated again and
/// its old files are renamed to `.old`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    project: ProjectSettings,
    /// The revision that another branch overtook: its version or the first digits of it
    revision: String,
    /// An object without a model to drop if it is generated again; can be repeated
    #[arg(long, value_name = "NAME")]
    drop: Vec<String>,
    /// A new message if it is generated again
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let project = arguments.project.project(&arguments.drop).await?;
    let request =
        Request { message: arguments.message.as_deref().unwrap_or_default(), now: Utc::now(), ask: &ask };
    match project.rebase(&arguments.revision, &request).await? {
        Rebased::Renumbered(written) => print_written(&written)?,
        Rebased::Regenerated(revised, renamed) => {
            print(&revised)?;
            for path in renamed {
                writeln!(anstream::stdout(), "renamed to {}", path.display())?;
            }
        }
    }
    Ok(())
}
