//! Two databases, neither of which is ours.

use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::{
    dependants::{Dependant, dependants},
    error::ProjectError,
    sides,
};
use crate::{
    diff::{self, Change},
    introspect::{Scope, Unhandled},
    plan::{Plan, Renames, Style},
    planner,
};

/// What leads from one database to another.
#[derive(Debug)]
pub struct Comparison {
    /// What differs.
    pub changes: Vec<Change>,
    /// The statements that make the first like the second, in an order that `psql -f` takes without a block around them.
    pub plan: Plan,
    /// What is in either of them and was not compared.
    pub unhandled: Vec<Unhandled>,
    /// What of the first is not compared and will make a statement fail.
    pub dependants: Vec<Dependant>,
}

/// Compares two databases: every schema but the system's. Neither can be asked what was renamed, so a rename is a drop and an addition.
///
/// # Errors
///
/// Where one of them cannot be read.
pub async fn difference(from: &PgConnectOptions, to: &PgConnectOptions) -> Result<Comparison, ProjectError> {
    let (mut conn, mut other) = tokio::try_join!(from.connect(), to.connect())?;
    let (from, to) = tokio::try_join!(
        sides::read(&mut conn, &Scope::Database),
        sides::read(&mut other, &Scope::Database)
    )?;
    let renames = Renames::default();
    let style = Style { online: true, slots: false };
    let mut unhandled = [from.unhandled, to.unhandled].concat();
    unhandled.sort();
    unhandled.dedup();
    let changes = diff::diff(&from.schema, &to.schema, &renames);
    Ok(Comparison {
        dependants: dependants(&mut conn, &changes).await?,
        changes,
        plan: planner::plan(&from.schema, &to.schema, &renames, style)?,
        unhandled,
    })
}
