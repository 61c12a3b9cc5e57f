//! What the program around the commands decides.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use sqlx::postgres::PgConnectOptions;

use super::connect::connect;
use crate::{
    model::Metadata,
    project::Project,
    revision::{Migrations, RevisionError},
};

/// What the program that runs a [`Command`](super::Command) decides: its models, its migrations and
/// its databases.
pub trait Environment: Sync {
    /// What a user types before the name of a command, such as `shop db`. The first word begins
    /// error messages and names the folder of the cache.
    fn program(&self) -> &str;

    /// Every model.
    fn metadata(&self) -> Metadata;

    /// The folder of migrations.
    fn folder(&self) -> &Path;

    /// The live database.
    ///
    /// # Errors
    ///
    /// It is not set, or malformed. The message must not repeat a password.
    fn database(&self) -> anyhow::Result<PgConnectOptions>;

    /// An empty scratch database. If `None`, one is created on the server of the live database, and
    /// dropped afterwards.
    ///
    /// # Errors
    ///
    /// As [`database`](Self::database).
    fn scratch(&self) -> anyhow::Result<Option<PgConnectOptions>>;

    /// The longest wait for another process that migrates, and for locks of tables.
    fn patience(&self) -> Duration;

    /// The migrations that are applied and reverted; by default, those in the folder. A program
    /// that is deployed without the folder returns those that it embeds
    /// ([`Migrations::from_migrator`]).
    ///
    /// # Errors
    ///
    /// They are malformed.
    fn migrations(&self) -> Result<Migrations, RevisionError> {
        Migrations::from_folder(self.folder())
    }

    /// Parses the URL of a database in the setting `name`.
    ///
    /// # Errors
    ///
    /// It is malformed. The message must not repeat it, because it may contain a password.
    fn parse_url(&self, url: &str, name: &str) -> anyhow::Result<PgConnectOptions> {
        ensure!(
            url.starts_with("postgres://") || url.starts_with("postgresql://"),
            "{name} must begin with postgres:// or postgresql://"
        );
        parse(url)
            .with_context(|| format!("{name} is not of the form postgres://user:password@host:5432/database"))
    }
}

/// Parses the URL of a database. sqlx would look up the name `[::1]`, with the brackets.
///
/// # Errors
///
/// It is malformed.
pub fn parse(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    let address = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    Ok(match address.map(str::to_owned) {
        Some(address) => options.host(&address),
        None => options,
    })
}

/// The project of the environment. Objects in `drops` are declared as dropped.
pub(super) async fn project(environment: &dyn Environment, drops: &[String]) -> anyhow::Result<Project> {
    let database = environment.database()?;
    // The library connects by itself. This only explains what to do if the database is unreachable.
    drop(connect(&database).await?);
    Ok(Project {
        metadata: drops.iter().fold(environment.metadata(), Metadata::dropped),
        folder: environment.folder().to_owned(),
        database,
        memory: cache_folder(program_name(environment)),
        scratch: environment.scratch()?,
    })
}

/// The name of the program, without its commands.
pub(super) fn program_name(environment: &dyn Environment) -> &str {
    environment.program().split(' ').next().unwrap_or_default()
}

/// The folder in which `check` caches its results (XDG Base Directory Specification).
fn cache_folder(program: &str) -> Option<PathBuf> {
    let folder = |name| env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let caches = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    caches.map(|caches| caches.join(program))
}
