//! The settings of commands that connect to the database.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use sqlx::postgres::PgConnectOptions;

use super::{duration::parse_wait, secret::Secret};

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseUrl {
    /// Where the database is: `postgres://user:password@host:port/database`
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Secret>,
}

impl DatabaseUrl {
    /// The parsed address.
    ///
    /// # Errors
    ///
    /// It is missing or malformed. The message says what to do, and does not repeat the URL, which
    /// contains a password.
    pub fn connect_options(&self) -> anyhow::Result<PgConnectOptions> {
        let url = self.database_url.as_ref().filter(|url| !url.expose().is_empty()).context(
            "there is no database: set DATABASE_URL (in the environment or in .env) or pass --database-url, \
             as postgres://user:password@host:5432/database; `make run` starts a private one",
        )?;
        ensure!(
            url.expose().starts_with("postgres://") || url.expose().starts_with("postgresql://"),
            "DATABASE_URL must begin with postgres:// or postgresql://"
        );
        url.expose()
            .parse()
            .context("DATABASE_URL is not of the form postgres://user:password@host:5432/database")
    }
}

/// How long a migration may wait for another process that migrates.
#[derive(Debug, Clone, Args)]
pub struct MigrationSettings {
    /// The longest wait for another process that is migrating the same database
    #[arg(long, env = "CURIO_MIGRATION_WAIT", value_name = "DURATION", default_value = "10m", value_parser = parse_wait)]
    pub migration_wait: Duration,
}
