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
    diff::Object,
    introspect::Unhandled,
    model::Metadata,
    project::{Answer, Project, Question, Undescribed},
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

    /// Objects in `drops` are declared as dropped.
    pub async fn project(&self, drops: &[String]) -> anyhow::Result<Project> {
        let scratch =
            read_secret("CURIO_SCRATCH_URL", self.scratch_url.as_ref(), self.scratch_url_file.as_deref())?;
        // The library connects by itself. This only explains what to do if the database is
        // unreachable.
        drop(connect(&self.url).await?);
        Ok(Project {
            metadata: drops.iter().fold(postgres::tables(), Metadata::dropped),
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

/// Asks on the terminal; [`Answer::Unknown`] without a terminal.
pub fn ask(question: &Question) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    let question = question.clone();
    let (send, receive) = oneshot::channel();
    // In a thread, because a blocking read cannot be cancelled and Ctrl-C must not wait for it.
    thread::spawn(move || send.send(ask_terminal(&question).unwrap_or(Answer::Unknown)));
    Box::pin(async { receive.await.unwrap_or(Answer::Unknown) })
}

/// Like [`ask`], but nothing was renamed.
pub fn ask_without_renames(question: &Question) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    match question {
        Question::Undescribed(undescribed) => {
            let candidates = Vec::new();
            ask(&Question::Undescribed(Undescribed { candidates, ..undescribed.clone() }))
        }
        Question::Renamed(_) => Box::pin(async { Answer::Unrelated }),
    }
}

/// The words of a question on the terminal, and its answers with what to type.
fn words(question: &Question) -> (String, Vec<(String, Answer)>) {
    match question {
        Question::Undescribed(undescribed) => {
            let new = |new: &Object| (format!("it was renamed to {new}"), Answer::RenamedTo(new.clone()));
            let renamed = (1..).zip(undescribed.candidates.iter().map(new));
            let mut choices = vec![("d".to_owned(), "it is to be dropped".to_owned(), Answer::Dropped)];
            choices.extend(
                renamed.map(|(number, (words, answer)): (i32, _)| (number.to_string(), words, answer)),
            );
            choices.push(("f".to_owned(), "its model is not registered".to_owned(), Answer::Forgotten));
            let lines = choices.iter().map(|(key, words, _)| format!("  {key}  {words}"));
            let lines = lines.collect::<Vec<_>>().join("\n");
            let keys: Vec<&str> = choices.iter().map(|(key, ..)| &**key).collect();
            let words = format!("{CARE}?{CARE:#} {question}\n{lines}\n[{}] ", keys.join("/"));
            (words, choices.into_iter().map(|(key, _, answer)| (key, answer)).collect())
        }
        Question::Renamed(_) => {
            let words = format!("{CARE}?{CARE:#} {question} A rename keeps the data. [y/n] ");
            let answers = [
                ("y", Answer::Renamed),
                ("yes", Answer::Renamed),
                ("n", Answer::Unrelated),
                ("no", Answer::Unrelated),
            ];
            (words, answers.map(|(key, answer)| (key.to_owned(), answer)).into())
        }
    }
}

fn ask_terminal(question: &Question) -> io::Result<Answer> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(Answer::Unknown);
    }
    let (words, answers) = words(question);
    loop {
        write!(anstream::stderr(), "{words}")?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            return Ok(Answer::Unknown);
        }
        if let Some((_, answer)) = answers.iter().find(|(key, _)| key == line.trim()) {
            return Ok(answer.clone());
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
