//! Everything that is read from the environment, checked once.
//!
//! Each setting is a flag and an environment variable; `.env.example` lists them all, and a test
//! compares it with the flags. Durations have a unit (`500ms`, `5s`, `10m`).

#[cfg(feature = "service")]
pub mod http;
#[cfg(feature = "service")]
mod serve;

use std::{fmt, str::FromStr, time::Duration};

use anyhow::{Context, ensure};
use clap::Args;
use sqlx::postgres::PgConnectOptions;

#[cfg(feature = "service")]
pub use self::{http::HttpOptions, serve::ServeSettings};
use crate::telemetry::Format;

/// A value that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Ok(Self(value.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
pub struct LogSettings {
    /// What to log: a level, or directives such as `info,sqlx=debug`
    #[arg(long = "log", env = "CURIO_LOG", value_name = "FILTER", default_value = "info", global = true)]
    pub filter: String,
    /// `json`, `text`, or `auto`: text on a terminal, else JSON
    #[arg(long = "log-format", env = "CURIO_LOG_FORMAT", value_enum, default_value = "auto", global = true)]
    pub format: Format,
}

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
    #[arg(long, env = "CURIO_MIGRATION_WAIT", value_name = "DURATION", default_value = "10m", value_parser = humantime::parse_duration)]
    pub migration_wait: Duration,
}
