//! `curio db downgrade`

use std::io::{self, Write as _};

use autogenerate::migrate::{self, Down};
use clap::Args;

use super::output::{count, print_script};
use crate::{
    cli::connect::connect,
    config::{DatabaseUrl, MigrationSettings},
    postgres::migrations,
};

/// Revert migrations, newest first
///
/// A revision of several files is reverted as one. If a revision is irreversible or its way down
/// has an open slot, the command fails before it reverts anything.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How far: `-N` revisions, `base`, or the revision that stays applied (its version or the
    /// first digits of it)
    #[arg(value_name = "-N|base|REVISION", allow_negative_numbers = true)]
    target: Down,
    /// Print the statements instead of running them, for `psql -v ON_ERROR_STOP=1 -f`
    #[arg(long)]
    sql: bool,
    #[command(flatten)]
    url: DatabaseUrl,
    #[command(flatten)]
    migration: MigrationSettings,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut conn = connect(&arguments.url).await?;
    let migrations = migrations::all()?;
    if arguments.sql {
        let sql = migrate::downgrade_sql(&mut conn, &migrations, &arguments.target).await?;
        return Ok(print_script(&sql)?);
    }
    let patience = arguments.migration.migration_wait;
    let reverted = migrate::downgrade(&mut conn, &migrations, &arguments.target, patience).await?;
    writeln!(io::stdout(), "{} reverted", count(reverted.len()))?;
    Ok(())
}
