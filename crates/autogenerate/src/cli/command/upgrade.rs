//! `curio db upgrade`

use std::io::{self, Write as _};

use autogenerate::migrate::{self, Up};
use clap::Args;

use super::output::{count, print_script};
use crate::{
    cli::connect::connect,
    config::{DatabaseUrl, MigrationSettings},
    postgres::migrations,
};

/// Apply pending migrations
///
/// The migrations are embedded in this binary. After writing a new one, run
/// `cargo run -- db upgrade` to rebuild it. Any number of processes may run this at once. An
/// interrupted revision is completed.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How far: `head`, `+N` revisions, or a revision (its version or the first digits of it)
    #[arg(value_name = "head|+N|REVISION", default_value = "head")]
    target: Up,
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
        let sql = migrate::upgrade_sql(&mut conn, &migrations, &arguments.target).await?;
        return Ok(print_script(&sql)?);
    }
    let patience = arguments.migration.migration_wait;
    let applied = migrate::upgrade(&mut conn, &migrations, &arguments.target, patience).await?;
    writeln!(io::stdout(), "{} applied", count(applied.len()))?;
    Ok(())
}
