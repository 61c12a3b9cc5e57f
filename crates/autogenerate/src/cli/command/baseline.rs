//! `baseline`

use std::io::Write as _;

use chrono::Utc;
use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        environment::{Environment, project},
        output::{CARE, print_json, print_written},
    },
    model::Metadata,
    project::BaselineRequest,
};

/// Take over an existing database
///
/// Writes the first revision: what the database contains now. It is recorded as applied, so that
/// this database has nothing pending, and a new one gets the same schema from `upgrade`. The
/// statements run on a scratch database before they are written.
///
/// The objects of the baseline are foreign until a model describes them, so none is ever dropped by
/// default. The way down is irreversible.
#[derive(Debug, Args)]
#[command(after_help = "\
Migrations that are recorded in the database, but have no files any more, are replaced by the baseline.

Then write the models, and compare:
  baseline
  check                              the models and the database: what still differs
  revision --autogenerate -m \"…\"     write what differs, as far as the models should change the database")]
pub struct Arguments {
    /// What the revision is for, in a few words; the file names contain it
    #[arg(short, long, value_name = "TEXT", default_value = "baseline")]
    message: String,
    /// Leave out objects, such as `legacy.*`; can be repeated
    #[arg(long, value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Write it although it cannot create some objects, which are named
    #[arg(long)]
    allow_incomplete: bool,
    /// Print one JSON object: `revision`, `files`, `replaced`, `lacking`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let mut project = project(environment, &[]).await?;
    project.metadata = arguments.ignore.iter().fold(project.metadata, Metadata::ignore);
    let request = BaselineRequest {
        message: &arguments.message,
        now: Utc::now(),
        allow_incomplete: arguments.allow_incomplete,
        patience: environment.patience(),
    };
    let baselined = project.baseline(&request).await?;
    if arguments.json {
        return print_json(&json!({
            "revision": baselined.written.version,
            "files": baselined.written.paths,
            "replaced": baselined.replaced,
            "lacking": baselined.lacking,
        }));
    }
    let mut err = anstream::stderr().lock();
    for object in &baselined.lacking {
        writeln!(err, "{CARE}a new database will lack {object}{CARE:#}")?;
    }
    drop(err);
    print_written(&baselined.written)?;
    writeln!(anstream::stdout(), "recorded {} as applied", baselined.written.version)?;
    Ok(())
}
