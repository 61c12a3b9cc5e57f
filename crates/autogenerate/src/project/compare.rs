//! Compares two databases without models or migrations.

use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::{error::ProjectError, live};
use crate::{
    diff::{self, Change},
    introspect::{Scope, Unhandled, read},
    plan::{Plan, Renames, Style},
    planner,
    schema::Name,
};

/// The differences between two databases.
#[derive(Debug)]
pub struct Comparison {
    /// The changes that would make the first database match the second.
    pub changes: Vec<Change>,
    /// The statements for these changes, ordered so that `psql -f` can run them without a
    /// surrounding transaction.
    pub plan: Plan,
    /// Objects in either database that were not compared.
    pub unhandled: Vec<Unhandled>,
}

/// Compares two databases: every schema except PostgreSQL's own. Renames cannot be detected, so
/// each is reported as a drop and an addition.
///
/// # Errors
///
/// A database cannot be reached or read, or the statements cannot be ordered.
pub async fn difference(from: &PgConnectOptions, to: &PgConnectOptions) -> Result<Comparison, ProjectError> {
    let (mut conn, mut other) = tokio::try_join!(from.connect(), to.connect())?;
    let scope = Scope::Database;
    let (from, to) = tokio::try_join!(read(&mut conn, &scope), read(&mut other, &scope))?;
    let tables = [&from, &to].into_iter().flat_map(|side| side.schema.tables.keys());
    let bookkeeping: Vec<_> = tables.filter(|name| name.name == live::BOOKKEEPING).map(left_out).collect();
    let (from, to) = (live::without_bookkeeping(from), live::without_bookkeeping(to));
    let renames = Renames::default();
    let style = Style { online: true, slots: false };
    let mut unhandled = [from.unhandled, to.unhandled, bookkeeping].concat();
    unhandled.sort();
    unhandled.dedup();
    let changes = diff::diff(&from.schema, &to.schema, &renames);
    Ok(Comparison { changes, plan: planner::plan(&from.schema, &to.schema, &renames, style)?, unhandled })
}

/// sqlx's table of applied migrations, listed as not compared.
fn left_out(name: &Name) -> Unhandled {
    Unhandled { kind: "table", name: name.to_string() }
}
