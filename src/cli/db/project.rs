//! Settings and output that the commands on models share.

use std::{
    env,
    io::{self, IsTerminal, Write as _},
    path::{Path, PathBuf},
    pin::Pin,
    thread,
};

use anstyle::{AnsiColor, Style};
use autogenerate::{
    diff::Ambiguity,
    introspect::Unhandled,
    project::{Answer, Project},
};
use clap::Args;
use tokio::sync::oneshot;

use crate::{
    cli::connect::connect,
    config::{DatabaseUrl, Secret, parse_database_url, read_secret},
    postgres,
};

pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const CARE: Style = AnsiColor::Yellow.on_default();
pub const QUIET: Style = Style::new().dimmed();

/// The settings of a [`Project`].
#[derive(Debug, Args)]
pub struct ProjectSettings {
    #[command(flatten)]
    url: DatabaseUrl,
    /// The folder of migrations
    #[arg(long, env = "CURIO_MIGRATIONS", value_name = "FOLDER", default_value = "migrations")]
    migrations: PathBuf,
    /// An empty scratch database, for users without the right to create one
    #[arg(long, env = "CURIO_SCRATCH_URL", value_name = "URL", hide_env_values = true)]
    scratch_url: Option<Secret>,
    /// A file that contains `CURIO_SCRATCH_URL`, instead of the variable
    #[arg(long, env = "CURIO_SCRATCH_URL_FILE", value_name = "FILE")]
    scratch_url_file: Option<PathBuf>,
}

impl ProjectSettings {
    pub fn folder(&self) -> &Path {
        &self.migrations
    }

    pub async fn project(&self) -> anyhow::Result<Project> {
        let scratch =
            read_secret("CURIO_SCRATCH_URL", self.scratch_url.as_ref(), self.scratch_url_file.as_deref())?;
        // The library connects by itself. This only explains what to do if the database is
        // unreachable.
        drop(connect(&self.url).await?);
        Ok(Project {
            metadata: postgres::tables(),
            folder: self.migrations.clone(),
            database: self.url.connect_options()?,
            memory: cache_folder(),
            scratch: scratch.map(|url| parse_database_url(&url, "CURIO_SCRATCH_URL")).transpose()?,
        })
    }
}

/// The folder in which `check` caches its results (XDG Base Directory Specification).
fn cache_folder() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let caches = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    caches.map(|caches| caches.join("curio"))
}

/// Asks on the terminal whether something was renamed; [`Answer::Unknown`] without a terminal.
pub fn ask(ambiguity: &Ambiguity) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    let question = format!("{CARE}?{CARE:#} {ambiguity} A rename keeps the data. [y/n] ");
    let (send, receive) = oneshot::channel();
    // In a thread, because a blocking read cannot be cancelled and Ctrl-C must not wait for it.
    thread::spawn(move || send.send(ask_terminal(&question).unwrap_or(Answer::Unknown)));
    Box::pin(async { receive.await.unwrap_or(Answer::Unknown) })
}

/// The answer with `--no-renames`.
pub fn nothing_renamed(_: &Ambiguity) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Unrelated })
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
            "n" | "no" => return Ok(Answer::Unrelated),
            _ => {}
        }
    }
}

/// Lists objects that were not compared on standard error, each after a label.
pub fn print_unhandled(label: &str, unhandled: &[Unhandled]) -> io::Result<()> {
    let mut err = anstream::stderr().lock();
    for Unhandled { kind, name } in unhandled {
        writeln!(err, "{QUIET}{label}: {kind} {name}{QUIET:#}")?;
    }
    Ok(())
}
