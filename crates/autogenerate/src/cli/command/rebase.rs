//! `rebase`

use std::io::Write as _;

use chrono::Utc;
use clap::Args;
use serde_json::json;

use super::revision::{document, print, written_json};
use crate::{
    cli::{
        environment::{Environment, project},
        output::{print_json, print_written},
        question::ask,
    },
    project::{Rebased, Request},
};

/// Move a revision after those that a merge brought in
///
/// The revision gets a new version. If it no longer leads to the models, it is generated again and
/// its old files are renamed to `.old`. Slots that were completed in them have to be completed
/// again.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The revision that another branch overtook: its version or the first digits of it
    revision: String,
    /// An object without a model to drop if it is generated again; can be repeated
    #[arg(long, value_name = "NAME")]
    drop: Vec<String>,
    /// A new message if it is generated again
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Print one JSON object: that of `revision --json` and `renamed`, the paths of the old files
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let project = project(environment, &arguments.drop).await?;
    let request =
        Request { message: arguments.message.as_deref().unwrap_or_default(), now: Utc::now(), ask: &ask };
    match project.rebase(&arguments.revision, &request).await? {
        Rebased::Renumbered(written) if arguments.json => print_json(&written_json(&written))?,
        Rebased::Renumbered(written) => print_written(&written)?,
        Rebased::Regenerated(revised, renamed) if arguments.json => {
            let mut document = document(&revised);
            document["renamed"] = json!(renamed);
            print_json(&document)?;
        }
        Rebased::Regenerated(revised, renamed) => {
            print(&revised)?;
            for path in renamed {
                writeln!(anstream::stdout(), "renamed to {}", path.display())?;
            }
            writeln!(anstream::stdout(), "what was completed or edited by hand is only in the .old files")?;
        }
    }
    Ok(())
}
