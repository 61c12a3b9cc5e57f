//! `upgrade`

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        connect::connect,
        environment::Environment,
        output::{count, print_json, print_script},
    },
    migrate::{self, Fault, Up},
};

/// Apply pending migrations
///
/// Any number of processes may run this at once: each migration is applied by one of them. An
/// interrupted revision is completed. A revision that is older than an applied one, as after a
/// merge, is only applied if it is named.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  upgrade            apply everything
  upgrade +1         apply the next revision
  upgrade --sql      print what would run, for review or for psql")]
pub struct Arguments {
    /// How far: `head`, `+N` revisions, or a revision (its version or the first digits of it)
    #[arg(value_name = "head|+N|REVISION", default_value = "head")]
    target: Up,
    /// Print the statements instead of running them, for `psql -v ON_ERROR_STOP=1 -f`
    #[arg(long)]
    sql: bool,
    /// Print one JSON object: `applied`, the versions of the files
    #[arg(long, conflicts_with = "sql")]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut conn = connect(&environment.database()?).await?;
    let migrations = environment.migrations()?;
    if arguments.sql {
        let sql = migrate::upgrade_sql(&mut conn, &migrations, &arguments.target).await?;
        return Ok(print_script(&sql)?);
    }
    let found = if arguments.json { Vec::new() } else { migrate::faults(&mut conn, &migrations).await?.0 };
    let applied = migrate::upgrade(&mut conn, &migrations, &arguments.target, environment.patience()).await?;
    if arguments.json {
        return print_json(&json!({ "applied": applied }));
    }
    let mut out = io::stdout().lock();
    for fault in &found {
        if let Fault::Replaced { revision, versions, .. } = fault {
            writeln!(out, "recorded revision {revision} in place of {}", count(versions.len()))?;
        }
    }
    writeln!(out, "{} applied", count(applied.len()))?;
    for fault in found.iter().filter(|fault| matches!(fault, Fault::Missing { .. })) {
        writeln!(io::stderr(), "{fault}: restore the file; if it is lost, run `repair`")?;
    }
    Ok(())
}
