//! The command line of a program that does nothing else.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser};
use sqlx::postgres::PgConnectOptions;

use super::{command::Command, environment::Environment, failure::fail, output::Url};
use crate::model::Metadata;

/// Compare models with a PostgreSQL database, and migrate it
#[derive(Debug, Parser)]
#[command(max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// The settings of all commands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Settings {
    /// The live database: `postgres://user:password@host:port/database`
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<Url>,
    /// An empty scratch database, for users without the right to create one
    #[arg(long, global = true, env = "SCRATCH_URL", value_name = "URL", hide_env_values = true)]
    scratch_url: Option<Url>,
    /// The folder of migrations
    #[arg(long, global = true, value_name = "FOLDER", default_value = "migrations")]
    migrations: PathBuf,
    /// The longest wait, in seconds, for another process that migrates, and for locks of tables
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 600)]
    migration_wait: u32,
}

/// A program with these models and settings.
struct Program {
    name: String,
    models: Metadata,
    settings: Settings,
}

impl Environment for Program {
    fn program(&self) -> &str {
        &self.name
    }

    fn metadata(&self) -> Metadata {
        self.models.clone()
    }

    fn folder(&self) -> &Path {
        &self.settings.migrations
    }

    fn database(&self) -> anyhow::Result<PgConnectOptions> {
        let url = self.settings.database_url.as_ref().filter(|url| !url.expose().is_empty()).context(
            "there is no database: set DATABASE_URL (in the environment or in .env) or pass --database-url, \
             as postgres://user:password@host:5432/database",
        )?;
        self.parse_url(url.expose(), "DATABASE_URL")
    }

    fn scratch(&self) -> anyhow::Result<Option<PgConnectOptions>> {
        let url = self.settings.scratch_url.as_ref().filter(|url| !url.expose().is_empty());
        url.map(|url| self.parse_url(url.expose(), "SCRATCH_URL")).transpose()
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.settings.migration_wait.into())
    }
}

/// Runs the command that the program's arguments name, and returns its exit code: 0 on success, 1
/// after an error, 2 for wrong arguments, 130 or 143 after an interrupt. `check` has codes of its
/// own.
///
/// The settings are `--database-url` (or `DATABASE_URL`), `--scratch-url` (or `SCRATCH_URL`),
/// `--migrations` (a folder, by default `migrations`) and `--migration-wait`. A file `.env` in the
/// current folder or one above it is read first, as sqlx's tool does; variables that are set
/// override it.
#[must_use]
pub fn run(models: Metadata) -> ExitCode {
    let name = program_name();
    start(&name, models).unwrap_or_else(|error| fail(&name, &error))
}

fn start(name: &str, models: Metadata) -> anyhow::Result<ExitCode> {
    load_dotenv()?;
    let mut command = Arguments::command().bin_name(name);
    let arguments = Arguments::from_arg_matches(&command.get_matches_mut())
        .unwrap_or_else(|error| error.format(&mut command).exit());
    let program = Program { name: name.to_owned(), models, settings: arguments.settings };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(arguments.command.run(&program))
}

/// The name by which the program was called.
fn program_name() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "db".to_owned())
}

/// Reads `.env` if it exists; environment variables override it.
fn load_dotenv() -> anyhow::Result<()> {
    match dotenvy::dotenv() {
        // The error repeats the line, which may contain a password.
        Err(dotenvy::Error::LineParse(..)) => {
            bail!("a line of the file .env is not of the form NAME=value; a value with a space needs quotes")
        }
        Err(error) if !error.not_found() => Err(error).context("cannot read the file .env"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_stand_before_or_after_the_command_and_no_password_prints() {
        Arguments::command().debug_assert();
        for line in [
            "db --database-url postgres://u:secret@h/d --migrations m upgrade +1",
            "db upgrade --migrations m +1 --database-url postgres://u:secret@h/d",
        ] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            let printed = format!("{arguments:?}");
            assert!(printed.contains("Steps(1)") && !printed.contains("secret"), "{printed}");
            let program =
                Program { name: "db".to_owned(), models: Metadata::new(), settings: arguments.settings };
            assert_eq!(program.folder(), Path::new("m"));
            assert_eq!(program.database().unwrap().get_host(), "h");
        }
    }

    #[test]
    fn a_url_that_is_missing_or_malformed_is_explained_without_its_password() {
        let with = |url: Option<&str>| {
            let mut arguments = Arguments::try_parse_from(["db", "current"]).unwrap();
            arguments.settings.database_url = url.map(|url| url.parse().unwrap());
            let settings = arguments.settings;
            let program = Program { name: "db".to_owned(), models: Metadata::new(), settings };
            format!("{:#}", program.database().unwrap_err())
        };
        for url in [None, Some("")] {
            assert!(with(url).contains("set DATABASE_URL"));
        }
        for url in ["mysql://u:secret@h/d", "postgres://u:secret@h:port/d"] {
            let error = with(Some(url));
            assert!(error.contains("DATABASE_URL") && !error.contains("secret"), "{error}");
        }
    }
}
