//! `repair`

use std::io::Write as _;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        environment::{Environment, project},
        output::{BAD, CARE, GOOD, print_json},
        question::confirm,
    },
    migrate::Fault,
    model::Metadata,
    project::{Diagnosis, ProjectError},
};

/// Correct the record of applied migrations
///
/// For a database whose applied files were edited, renumbered, squashed or lost, and to see what an
/// interruption left behind. Prints what was found. Corrects the record, in `_sqlx_migrations`,
/// after a question, or with `--accept`.
///
/// Nothing is corrected unless the applied migrations, replayed as their files are now, lead to
/// exactly the schema of the database. Rows are not compared. No migration runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 if there is nothing to correct or it was corrected; 1 if something is left, or the schemas differ.

Example: a comment in an applied file was changed.
  repair            print which file, and ask
  repair --accept   record the file as it is now")]
pub struct Arguments {
    /// Correct the record without a question
    #[arg(long)]
    accept: bool,
    /// Leave out objects that are not the migrations', such as `legacy.*`; can be repeated
    #[arg(long, value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Print one JSON object: `faults`, `differences`, `repaired`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut project = project(environment, &[]).await?;
    project.metadata = arguments.ignore.iter().fold(project.metadata, Metadata::ignore);
    let migrations = environment.migrations()?;
    let diagnosis = project.diagnose(&migrations).await?;
    if !arguments.json {
        print(&diagnosis)?;
    }
    let is_curable = diagnosis.is_curable();
    let agreed =
        is_curable && (arguments.accept || !arguments.json && confirm("Record it as it is now?").await);
    if agreed {
        project.repair(&migrations, &diagnosis, environment.patience()).await?;
    }
    if arguments.json {
        print_json(&document(&diagnosis, agreed))?;
    }
    let left = diagnosis.faults.iter().filter(|fault| !fault.is_curable()).count();
    match () {
        () if !diagnosis.differences.is_empty() => {
            Err(ProjectError::NotRepairable(diagnosis.differences).into())
        }
        () if is_curable && !agreed => bail!("nothing was corrected: use --accept"),
        () if left > 0 => bail!("{left} of these cannot be corrected by `repair`"),
        () => {
            if agreed && !arguments.json {
                writeln!(anstream::stdout(), "{GOOD}✓{GOOD:#} corrected")?;
            }
            Ok(())
        }
    }
}

fn print(diagnosis: &Diagnosis) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    for fault in &diagnosis.faults {
        let style = if fault.is_curable() { CARE } else { BAD };
        writeln!(out, "{style}-{style:#} {fault}")?;
    }
    if diagnosis.faults.is_empty() {
        writeln!(out, "{GOOD}✓{GOOD:#} the record is right")?;
    }
    Ok(())
}

fn document(diagnosis: &Diagnosis, repaired: bool) -> Value {
    let fault = |fault: &Fault| json!({ "description": fault.to_string(), "curable": fault.is_curable() });
    json!({
        "faults": diagnosis.faults.iter().map(fault).collect::<Vec<_>>(),
        "differences": diagnosis.differences,
        "repaired": repaired,
    })
}
