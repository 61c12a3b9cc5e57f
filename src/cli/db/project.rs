//! What the commands that compare have in common.

use std::{
    env,
    io::{self, IsTerminal, Write as _},
    path::{Path, PathBuf},
    pin::Pin,
    thread,
};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use autogenerate::{
    diff::Ambiguity,
    introspect::Unhandled,
    project::{Answer, Project},
};
use clap::Args;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::oneshot;

use crate::{
    cli::connect::connect,
    config::{DatabaseUrl, Secret},
    postgres,
};

pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const CARE: Style = AnsiColor::Yellow.on_default();
pub const QUIET: Style = Style::new().dimmed();

/// What is compared.
#[derive(Debug, Args)]
pub struct ProjectSettings {
    #[command(flatten)]
    url: DatabaseUrl,
    /// The folder of migrations
    #[arg(long, env = "CURIO_MIGRATIONS", value_name = "FOLDER", default_value = "migrations")]
    migrations: PathBuf,
    /// An empty database to try things in, where the user may not create one
    #[arg(long, env = "CURIO_SCRATCH_URL", value_name = "URL", hide_env_values = true)]
    scratch_url: Option<Secret>,
}

impl ProjectSettings {
    pub fn folder(&self) -> &Path {
        &self.migrations
    }

    pub async fn project(&self) -> anyhow::Result<Project> {
        // Only to say what to do where there is no database.
        drop(connect(&self.url).await?);
        Ok(Project {
            metadata: postgres::tables(),
            folder: self.migrations.clone(),
            database: self.url.connect_options()?,
            memory: memory(),
            scratch: self.scratch_url.as_ref().map(|url| parse(url, "--scratch-url")).transpose()?,
        })
    }
}

/// Where a check remembers what it found alike: a folder below that for caches (XDG Base Directory Specification).
fn memory() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let caches = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    caches.map(|caches| caches.join("curio"))
}

/// The address of a database, which may hold a password and is not repeated.
pub fn parse(url: &Secret, flag: &str) -> anyhow::Result<PgConnectOptions> {
    url.expose()
        .parse()
        .with_context(|| format!("{flag} is not of the form postgres://user:password@host:5432/database"))
}

/// Asks a person whether something was renamed, where there is one.
pub fn ask(ambiguity: &Ambiguity) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    let question = format!("{CARE}?{CARE:#} {ambiguity} A rename keeps the data. [y/n] ");
    let (send, receive) = oneshot::channel();
    // A thread of its own, because a read cannot be ended, and Ctrl-C must not wait for it.
    thread::spawn(move || send.send(ask_terminal(&question).unwrap_or(Answer::Unknown)));
    Box::pin(async { receive.await.unwrap_or(Answer::Unknown) })
}

/// What to say where a person has said beforehand that nothing was renamed.
pub fn nothing_renamed(_: &Ambiguity) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Another })
}

fn ask_terminal(question: &str) -> io::Result<Answer> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(Answer::Unknown);
    }
    loop {
        write!(anstream::stderr(), "{question}")?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            return Ok(Answer::Unknown);
        }
        match line.trim() {
            "y" | "yes" => return Ok(Answer::Renamed),
            "n" | "no" => return Ok(Answer::Another),
            _ => {}
        }
    }
}

/// Names what was not compared, on standard error.
pub fn print_unhandled(what: &str, unhandled: &[Unhandled]) -> io::Result<()> {
    let mut err = anstream::stderr().lock();
    for Unhandled { kind, name } in unhandled {
        writeln!(err, "{QUIET}{what}: {kind} {name}{QUIET:#}")?;
    }
    Ok(())
}
