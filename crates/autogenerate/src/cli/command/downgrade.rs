//! `downgrade`

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        connect::connect,
        environment::Environment,
        output::{count, print_json, print_script},
    },
    migrate::{self, Down},
};

/// Revert migrations, newest first
///
/// A revision of several files is reverted as one. If a revision is irreversible or its way down
/// has an open slot, the command fails before it reverts anything.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  downgrade -1               revert the newest revision
  downgrade 20261124120000   revert what is newer than this one
  downgrade base             revert everything")]
pub struct Arguments {
    /// How far: `-N` revisions, `base`, or the revision that stays applied (its version or the
    /// first digits of it)
    #[arg(value_name = "-N|base|REVISION", allow_negative_numbers = true)]
    target: Down,
    /// Print the statements instead of running them, for `psql -v ON_ERROR_STOP=1 -f`
    #[arg(long)]
    sql: bool,
    /// Print one JSON object: `reverted`, the versions of the files
    #[arg(long, conflicts_with = "sql")]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut conn = connect(&environment.database()?).await?;
    let migrations = environment.migrations()?;
    if arguments.sql {
        let sql = migrate::downgrade_sql(&mut conn, &migrations, &arguments.target).await?;
        return Ok(print_script(&sql)?);
    }
    let reverted =
        migrate::downgrade(&mut conn, &migrations, &arguments.target, environment.patience()).await?;
    if arguments.json {
        return print_json(&json!({ "reverted": reverted }));
    }
    writeln!(io::stdout(), "{} reverted", count(reverted.len()))?;
    Ok(())
}
