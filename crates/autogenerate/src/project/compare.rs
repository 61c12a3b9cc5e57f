//! Compares two databases without models or migrations.

use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::{error::ProjectError, live};
use crate::{
    diff::{self, Change},
    introspect::{Scope, Unhandled},
    plan::{Plan, Renames, Style},
    planner,
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
    let (from, to) = tokio::try_join!(
        live::introspect_without_bookkeeping(&mut conn, &Scope::Database),
        live::introspect_without_bookkeeping(&mut other, &Scope::Database)
    )?;
    let renames = Renames::default();
    let style = Style { online: true, slots: false };
    let mut unhandled = [from.unhandled, to.unhandled].concat();
    unhandled.sort();
    unhandled.dedup();
    let changes = diff::diff(&from.schema, &to.schema, &renames);
    Ok(Comparison { changes, plan: planner::plan(&from.schema, &to.schema, &renames, style)?, unhandled })
}
