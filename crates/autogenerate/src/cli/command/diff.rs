//! `diff`

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        connect::connect_to,
        environment::Environment,
        output::{CARE, Url, print_json, print_unhandled, unhandled_json},
    },
    hazard,
    plan::{Batch, Statement},
    project,
    render::statements::shortened,
};

/// Print the statements that turn one database into another
///
/// Compares every schema except PostgreSQL's own. Run the statements with `psql -f`, without a
/// surrounding transaction. Nothing is printed if nothing differs. Objects that are not compared,
/// and hazards, are listed on standard error.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: make a staging database like the development one.
  diff --from postgres://staging/shop --to postgres://localhost/shop > changes.sql
  psql -v ON_ERROR_STOP=1 -f changes.sql postgres://staging/shop")]
pub struct Arguments {
    /// The database to change
    #[arg(long, value_name = "URL")]
    from: Url,
    /// The database that it should match
    #[arg(long, value_name = "URL")]
    to: Url,
    /// Print one JSON object: `statements`, `not_compared`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, environment: &dyn Environment) -> anyhow::Result<()> {
    let from = environment.parse_url(arguments.from.expose(), "--from")?;
    let to = environment.parse_url(arguments.to.expose(), "--to")?;
    // These only explain what to do if a database is unreachable.
    drop(connect_to(&from, "--from").await?);
    drop(connect_to(&to, "--to").await?);
    let comparison = project::difference(&from, &to).await?;
    if arguments.json {
        let statement = |statement: &Statement| {
            json!({
                "sql": statement.sql,
                "hazards": statement.hazards.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "outside_transaction": statement.batch == Batch::Alone,
            })
        };
        return print_json(&json!({
            "statements": comparison.plan.statements.iter().map(statement).collect::<Vec<_>>(),
            "not_compared": unhandled_json(&comparison.unhandled),
        }));
    }
    let mut out = io::stdout().lock();
    for statement in &comparison.plan.statements {
        print(&mut out, statement)?;
    }
    out.flush()?;
    print_unhandled("not compared", &comparison.unhandled)?;
    let mut err = anstream::stderr().lock();
    for statement in comparison.plan.statements.iter().filter(|statement| !statement.hazards.is_empty()) {
        writeln!(err, "{CARE}{}{CARE:#}: {}", hazard::join(&statement.hazards), shortened(&statement.sql))?;
    }
    Ok(())
}

fn print(out: &mut impl io::Write, statement: &Statement) -> io::Result<()> {
    if !statement.hazards.is_empty() {
        writeln!(out, "-- hazards: {}", hazard::join(&statement.hazards))?;
    }
    if statement.batch == Batch::Alone {
        writeln!(out, "-- not inside a transaction")?;
    }
    writeln!(out, "{};\n", statement.sql)
}
