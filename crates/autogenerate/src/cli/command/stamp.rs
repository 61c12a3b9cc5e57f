//! `curio db stamp`

use autogenerate::migrate::{self, Stamp};
use clap::Args;

use super::current;
use crate::{
    cli::connect::connect,
    config::{DatabaseUrl, MigrationSettings},
    postgres::migrations,
};

/// Record migrations as applied without running them
///
/// Use it for a database whose schema was created in another way or repaired by hand, and after an
/// edit of a file that makes no difference. The revision and those before it are recorded as
/// applied, and none after it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The newest applied revision: `head`, `base` (none), or its version or the first digits of it
    #[arg(value_name = "REVISION|head|base")]
    target: Stamp,
    #[command(flatten)]
    url: DatabaseUrl,
    #[command(flatten)]
    migration: MigrationSettings,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut conn = connect(&arguments.url).await?;
    let patience = arguments.migration.migration_wait;
    migrate::stamp(&mut conn, &migrations::all()?, &arguments.target, patience).await?;
    current::show(&mut conn, false).await
}
