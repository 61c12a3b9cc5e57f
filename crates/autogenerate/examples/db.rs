//! A complete command line for migrations: `cargo run --example db -- revision "first"`, then
//! `upgrade`, `downgrade`, `check`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints its results")]

use std::{error::Error, iter::successors, process::ExitCode};

use autogenerate::{
    Table,
    migrate::{self, Down, Up},
    model::Metadata,
    project::{Answer, Project, Request},
    revision::Migrations,
};
use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, types::Uuid};

/// An item for sale.
#[derive(Debug, sqlx::FromRow, Table)]
#[table(name = "items", index(columns = ["created_at DESC"]))]
pub struct Item {
    #[column(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    /// The display name.
    #[column(type = "varchar(200)", check = "name <> ''")]
    pub name: String,
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// Every model.
pub(crate) fn models() -> Metadata {
    Metadata::new().table::<Item>()
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.join(" ")).await {
        Ok(output) => println!("{output}"),
        Err(error) => {
            eprintln!("error: {}", message(&*error));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The error and its reasons, each once.
fn message(error: &dyn Error) -> String {
    successors(error.source(), |reason| (**reason).source()).map(ToString::to_string).fold(
        error.to_string(),
        |text, reason| if text.contains(&reason) { text } else { format!("{text}: {reason}") },
    )
}

async fn run(command: &str) -> Result<String, Box<dyn Error>> {
    let project = Project {
        metadata: models(),
        folder: "migrations".into(),
        database: std::env::var("DATABASE_URL")?.parse()?,
        scratch: None,
        memory: None,
    };
    db(&project, Utc::now(), command).await
}

/// Runs a command and returns its output.
pub(crate) async fn db(
    project: &Project,
    now: DateTime<Utc>,
    command: &str,
) -> Result<String, Box<dyn Error>> {
    let migrations = || Migrations::from_folder(&project.folder);
    let mut conn = project.database.connect().await?;
    let patience = std::time::Duration::from_secs(30);
    Ok(match command.split_once(' ').unwrap_or((command, "")) {
        ("revision", rest) => {
            let message = rest.trim_end_matches(" --no-renames");
            let answer = if message == rest { Answer::Unknown } else { Answer::Unrelated };
            let ask = move |_: &_| -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
                let answer = answer.clone();
                Box::pin(async move { answer })
            };
            let revised = project.autogenerate(&Request { message, now, ask: &ask }).await?;
            if revised.changes.is_empty() { "nothing to do".to_owned() } else { lines(&revised.changes) }
        }
        ("check", "") => {
            let report = project.check().await?;
            let open =
                report.open_slots.iter().map(|slot| format!("{}, line {}: open slot", slot.file, slot.line));
            let differences = report.edges.iter().flat_map(|edge| {
                edge.differences
                    .iter()
                    .map(move |one| format!("{} differs from {}: {}", edge.from, edge.to, one.change))
            });
            let undescribed = report.undescribed.iter().map(|object| format!("no model describes {object}"));
            let found: Vec<String> = open.chain(undescribed).chain(differences).collect();
            if !report.is_clean() {
                return Err(lines(&found).into());
            }
            report.database_not_compared.unwrap_or_else(|| "no differences".to_owned())
        }
        ("upgrade", "") => lines(&migrate::upgrade(&mut conn, &migrations()?, &Up::Head, patience).await?),
        ("downgrade", "") => {
            lines(&migrate::downgrade(&mut conn, &migrations()?, &Down::Steps(1), patience).await?)
        }
        _ => return Err("usage: db revision MESSAGE [--no-renames] | check | upgrade | downgrade".into()),
    })
}

fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
