//! `curio db diff`

use std::io::{self, Write as _};

use autogenerate::{
    plan::{Batch, Statement},
    project,
};
use clap::Args;

use super::project::{CARE, print_unhandled};
use crate::config::{Secret, parse_database_url};

/// Print the statements that turn one database into another
///
/// Compares every schema except PostgreSQL's own. Run the statements with `psql -f`, without a
/// surrounding transaction. Nothing is printed if nothing differs. Objects that are not compared,
/// and hazards, are listed on standard error.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The database to change
    #[arg(long, value_name = "URL")]
    from: Secret,
    /// The database that it should match
    #[arg(long, value_name = "URL")]
    to: Secret,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (from, to) =
        (parse_database_url(&arguments.from, "--from")?, parse_database_url(&arguments.to, "--to")?);
    let comparison = project::difference(&from, &to).await?;
    let mut out = io::stdout().lock();
    for statement in &comparison.plan.statements {
        print(&mut out, statement)?;
    }
    out.flush()?;
    print_unhandled("not compared", &comparison.unhandled)?;
    let mut err = anstream::stderr().lock();
    for statement in comparison.plan.statements.iter().filter(|statement| !statement.hazards.is_empty()) {
        writeln!(err, "{CARE}{}{CARE:#}: {}", hazards(statement), first_line(statement))?;
    }
    Ok(())
}

fn print(out: &mut impl io::Write, statement: &Statement) -> io::Result<()> {
    if !statement.hazards.is_empty() {
        writeln!(out, "-- hazards: {}", hazards(statement))?;
    }
    if statement.batch == Batch::Alone {
        writeln!(out, "-- not inside a transaction")?;
    }
    writeln!(out, "{};\n", statement.sql)
}

pub fn hazards(statement: &Statement) -> String {
    statement.hazards.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The first line of a statement that is not a comment.
pub fn first_line(statement: &Statement) -> &str {
    statement.sql.lines().find(|line| !line.starts_with("--")).unwrap_or_default()
}
