//! `squash`

use std::io::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::revision::print_slots;
use crate::{
    cli::{
        environment::{Environment, project},
        output::{CARE, QUIET, print_json, print_written},
    },
    project::{SquashRequest, Squashed},
};

/// Put one revision in place of many
///
/// The new revision has the version of the last old one, and creates the same schema: both are
/// created on a scratch database and compared. The old files are renamed to `.old`.
///
/// A database that has all of the old ones applied goes on from where it is: the next `upgrade`, or
/// `repair`, records the new one in their place, without running it. A new database runs it. A
/// database that has only some of them is rejected, and has to be upgraded with the old files
/// first.
#[derive(Debug, Args)]
#[command(after_help = "\
sqlx's own tool rejects a database that still has the old ones recorded: run `upgrade` or `repair` on it once.

Statements of the old files that write rows, such as INSERT, become slots of the new file: read them, and delete the \
line above each.")]
pub struct Arguments {
    /// The first revision: its version or the first digits of it; by default, the oldest
    #[arg(long, value_name = "REVISION")]
    from: Option<String>,
    /// The last revision; by default, the newest
    #[arg(long, value_name = "REVISION")]
    to: Option<String>,
    /// What the new revision is for, in a few words; the file names contain it
    #[arg(short, long, value_name = "TEXT", default_value = "squashed")]
    message: String,
    /// Print one JSON object: `revision`, `files`, `replaced`, `renamed`, `data`, `irreversible`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let project = project(environment, &[]).await?;
    let Arguments { from, to, message, .. } = arguments;
    let squashed =
        project.squash(&SquashRequest { from: from.as_deref(), to: to.as_deref(), message }).await?;
    if arguments.json {
        return print_json(&document(&squashed));
    }
    let mut out = anstream::stdout().lock();
    for path in &squashed.renamed {
        writeln!(out, "{QUIET}renamed to {}{QUIET:#}", path.display())?;
    }
    if let Some(reason) = &squashed.irreversible {
        writeln!(out, "{CARE}irreversible{CARE:#}: {reason}")?;
    }
    drop(out);
    print_written(&squashed.written)?;
    Ok(print_slots(&squashed.written)?)
}

fn document(squashed: &Squashed) -> Value {
    let data = squashed.data.iter().map(|data| json!({ "files": data.files, "tables": data.tables }));
    json!({
        "revision": squashed.written.version,
        "files": squashed.written.paths,
        "replaced": squashed.replaced,
        "renamed": squashed.renamed,
        "data": data.collect::<Vec<_>>(),
        "irreversible": squashed.irreversible,
    })
}
