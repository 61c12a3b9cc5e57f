//! `curio db stamp`

use autogenerate::migrate::{self, Stamp};
use clap::Args;

use super::current;
use crate::{
    cli::connect::connect,
    config::{DatabaseUrl, MigrationSettings},
    postgres::migrations,
};

/// Say what is applied without running anything
///
/// For a database that got its schema in another way or was mended by hand, and for a file whose edit makes no difference. The revision and those
/// before it count as applied from then on, and none after it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The newest that is applied: `head`, `base` (none), or a revision by its version or the first digits of it
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
