//! `curio db …`: the commands of the library, on Curio's models and with its settings.
//!
//! Upgrade, downgrade, current, history and stamp use the migrations embedded in the binary, so
//! that they do the same wherever it runs. To include a new revision, `cargo run -- db upgrade`
//! rebuilds the binary, because `build.rs` watches the folder.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use autogenerate::{
    cli::{Command, Environment},
    model::Metadata,
    revision::{Migrations, RevisionError},
};
use clap::Args;
use sqlx::postgres::PgConnectOptions;

use crate::{
    config::{DatabaseUrl, MigrationSettings, Secret, parse_database_url, read_secret},
    postgres::{self, migrations},
};

/// Migrate the database
#[derive(Debug, Args)]
#[command(after_help = "\
`upgrade`, `downgrade`, `current`, `history`, `stamp` and `repair` use the migrations that are embedded in this \
binary; the others use the folder. After writing a revision, run `cargo run -- db upgrade` to rebuild the binary.")]
pub struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// The settings of all commands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Settings {
    #[command(flatten)]
    url: DatabaseUrl,
    #[command(flatten)]
    migration: MigrationSettings,
    /// The folder of migrations
    #[arg(
        long,
        global = true,
        env = "CURIO_MIGRATIONS",
        value_name = "FOLDER",
        default_value = "migrations"
    )]
    migrations: PathBuf,
    /// An empty scratch database, for users without the right to create one
    #[arg(long, global = true, env = "CURIO_SCRATCH_URL", value_name = "URL", hide_env_values = true)]
    scratch_url: Option<Secret>,
    /// A file that contains `CURIO_SCRATCH_URL`, instead of the variable
    #[arg(long, global = true, env = "CURIO_SCRATCH_URL_FILE", value_name = "FILE")]
    scratch_url_file: Option<PathBuf>,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    arguments.command.run(&arguments.settings).await
}

impl Environment for Settings {
    fn program(&self) -> &'static str {
        "curio db"
    }

    fn metadata(&self) -> Metadata {
        postgres::tables()
    }

    fn folder(&self) -> &Path {
        &self.migrations
    }

    fn database(&self) -> anyhow::Result<PgConnectOptions> {
        self.url.connect_options()
    }

    fn scratch(&self) -> anyhow::Result<Option<PgConnectOptions>> {
        let url =
            read_secret("CURIO_SCRATCH_URL", self.scratch_url.as_ref(), self.scratch_url_file.as_deref())?;
        url.map(|url| parse_database_url(url.expose(), "CURIO_SCRATCH_URL")).transpose()
    }

    fn patience(&self) -> Duration {
        self.migration.migration_wait
    }

    fn migrations(&self) -> Result<Migrations, RevisionError> {
        migrations::all()
    }

    fn parse_url(&self, url: &str, name: &str) -> anyhow::Result<PgConnectOptions> {
        parse_database_url(url, name)
    }
}
