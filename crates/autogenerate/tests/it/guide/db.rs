//! The commands of the guide, with short outputs and a given time.

use std::{error::Error, time::Duration};

use autogenerate::{
    migrate::{self, Down, Fault, Up},
    project::{Answer, BaselineRequest, Project, Request, SquashRequest},
    revision::Migrations,
};
use chrono::{DateTime, Utc};
use sqlx::ConnectOptions as _;

/// Runs a command and returns its output.
pub async fn db(project: &Project, now: DateTime<Utc>, command: &str) -> Result<String, Box<dyn Error>> {
    let migrations = || Migrations::from_folder(&project.folder);
    let mut conn = project.database.connect().await?;
    let patience = Duration::from_secs(30);
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
            let differences = report
                .edges
                .iter()
                .flat_map(|edge| edge.differences.iter().map(move |one| format!("{edge}: {}", one.change)));
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
        ("baseline", "") => {
            let request = BaselineRequest { message: "baseline", now, allow_incomplete: false, patience };
            format!("recorded {} as applied", project.baseline(&request).await?.written.version)
        }
        ("repair", "--accept") => repair(project, &migrations()?, patience).await?,
        ("squash", "") => squash(project).await?,
        _ => return Err(format!("no such command: {command}").into()),
    })
}

async fn repair(
    project: &Project,
    migrations: &Migrations,
    patience: Duration,
) -> Result<String, Box<dyn Error>> {
    let diagnosis = project.diagnose(migrations).await?;
    project.repair(migrations, &diagnosis, patience).await?;
    // The time is another one in every run.
    let fault = |fault: &Fault| fault.to_string().split(" at ").next().unwrap_or_default().to_owned();
    Ok(lines(&diagnosis.faults.iter().map(fault).collect::<Vec<_>>()))
}

async fn squash(project: &Project) -> Result<String, Box<dyn Error>> {
    let request = SquashRequest { message: "squashed", ..SquashRequest::default() };
    let squashed = project.squash(&request).await?;
    let names = squashed.renamed.iter().chain(&squashed.written.paths);
    Ok(lines(&names.filter_map(|path| path.file_name()?.to_str()).collect::<Vec<_>>()))
}

fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
