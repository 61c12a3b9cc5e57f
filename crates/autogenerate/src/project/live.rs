//! Reading databases, and creating schemas on scratch.

use sqlx::PgConnection;

use super::error::ProjectError;
use crate::{
    introspect::{self, Reading, Scope},
    plan::{Plan, Style},
};

/// sqlx's own table, which has no model.
pub(super) const BOOKKEEPING: &str = "_sqlx_migrations";

/// The style for an empty database in one transaction, where no one else can be blocked.
pub(super) const PLAIN: Style = Style { online: false, slots: false };

/// The live database.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) reading: Reading,
    /// The schema of unqualified names.
    pub(super) home: String,
}

pub(super) fn home(scope: Scope) -> String {
    match scope {
        Scope::Schema(home) => home,
        Scope::Database => "public".to_owned(),
    }
}

/// The schema in which a connection creates tables with unqualified names.
pub(super) async fn current_schema(conn: &mut PgConnection) -> Result<Scope, ProjectError> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(conn).await?;
    Ok(Scope::Schema(schema.ok_or(ProjectError::NoSchema)?))
}

/// Reads a database's schema without sqlx's migration table.
pub(super) async fn introspect_without_bookkeeping(
    conn: &mut PgConnection,
    scope: &Scope,
) -> Result<Reading, ProjectError> {
    Ok(without_bookkeeping(introspect::read(conn, scope).await?))
}

pub(super) fn without_bookkeeping(mut reading: Reading) -> Reading {
    reading.schema.tables.retain(|name, _| name.name != BOOKKEEPING);
    reading
}

pub(super) fn script(plan: &Plan) -> String {
    plan.statements.iter().flat_map(|statement| [&*statement.sql, ";\n"]).collect()
}
