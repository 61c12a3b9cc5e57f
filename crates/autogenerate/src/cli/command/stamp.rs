//! `stamp`

use clap::Args;

use super::current;
use crate::{
    cli::{connect::connect, environment::Environment},
    migrate::{self, Stamp},
};

/// Record migrations as applied without running them
///
/// Use it for a database whose schema was created in another way or repaired by hand, and after an
/// edit of a file that makes no difference. The revision and those before it are recorded as
/// applied, and none after it.
#[derive(Debug, Args)]
#[command(after_help = "See also `repair`, which compares the schemas before it records anything.")]
pub struct Arguments {
    /// The newest applied revision: `head`, `base` (none), or its version or the first digits of it
    #[arg(value_name = "REVISION|head|base")]
    target: Stamp,
    /// Print one JSON object, as `current --json`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut conn = connect(&environment.database()?).await?;
    let migrations = environment.migrations()?;
    migrate::stamp(&mut conn, &migrations, &arguments.target, environment.patience()).await?;
    current::show(&mut conn, &migrations, arguments.json).await
}
