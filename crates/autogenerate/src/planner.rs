//! Plans the statements that migrate one schema to another.

use std::collections::BTreeSet;

use crate::{
    diff::{self, Renamed},
    kinds::{KINDS, Planner, Rename},
    order,
    plan::{Batch, Plan, Renames, Statement, Style},
    schema::{Object, Schema},
};

/// Why a plan could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An object has to be recreated, and PostgreSQL prints it only after a rename.
    #[error(
        "{0} uses something that is renamed, and another change has to recreate it: rename in a revision of its own"
    )]
    Renamed(Object),
    /// The statements depend on each other in a cycle.
    #[error("cannot order these statements, because they depend on each other:\n{}", .0.join("\n"))]
    Cycle(Vec<String>),
}

/// Plans the statements that migrate `from` to `to`, in an order that PostgreSQL accepts.
///
/// If `from` is empty, `to` may hold definitions as they are written in the models. Otherwise both
/// schemas must be in canonical form.
///
/// # Errors
///
/// The statements depend on each other in a cycle, or an object cannot be recreated after a rename.
pub fn plan(from: &Schema, to: &Schema, renames: &Renames, style: Style) -> Result<Plan, PlanError> {
    let Renamed { schema, renames } = diff::apply_renames(from, to, renames);
    let changes = diff::compare(&schema, to);
    let mut planner = Planner::new((&schema, to), &changes, &renames, style);
    if let Some(object) = planner.unprinted() {
        return Err(PlanError::Renamed(object));
    }
    for kind in KINDS {
        (kind.prepare)(&mut planner);
    }
    let first = planner.take_steps();
    for kind in KINDS {
        (kind.plan)(&mut planner);
    }
    planner.adjust_default_privileges();
    let swapped = planner.swapped_columns();
    let rest = planner.take_steps();
    let together: Vec<_> = rest.iter().cloned().map(|step| step.waiting_for(&swapped)).collect();
    let mut statements = order::sort(first).map_err(PlanError::Cycle)?;
    statements.extend(renames.iter().flat_map(|rename| rename_statements(from, rename)));
    let sorted = order::sort(together).or_else(|_| order::sort(rest));
    statements.extend(sorted.map_err(PlanError::Cycle)?);
    Ok(Plan { statements: without_body_checks(statements, style) })
}

/// Lets functions whose body is SQL refer to what a later statement creates. Between databases,
/// functions in other languages may also refer to what was on another search path.
fn without_body_checks(statements: Vec<Statement>, style: Style) -> Vec<Statement> {
    let is_checked = |sql: &str| {
        sql.contains("\n LANGUAGE sql\n") || !style.slots && sql.contains("\n LANGUAGE plpgsql\n")
    };
    let has_sql_body = |it: &Statement| {
        (it.sql.starts_with("CREATE OR REPLACE FUNCTION ")
            || it.sql.starts_with("CREATE OR REPLACE PROCEDURE "))
            && is_checked(&it.sql)
            && it.sql.contains("\nAS $")
    };
    let mut result: Vec<Statement> = Vec::with_capacity(statements.len());
    let mut unchecked = false;
    for mut statement in statements {
        let ends = statement.batch != Batch::Same || !has_sql_body(&statement);
        if unchecked && ends {
            result.push(Statement::new("RESET check_function_bodies"));
            unchecked = false;
        }
        if !unchecked && has_sql_body(&statement) {
            let mut off = Statement::new("SET check_function_bodies = off");
            off.batch = std::mem::replace(&mut statement.batch, Batch::Same);
            result.push(off);
            unchecked = true;
        }
        result.push(statement);
    }
    if unchecked {
        result.push(Statement::new("RESET check_function_bodies"));
    }
    result
}

fn rename_statements(from: &Schema, rename: &Rename) -> Vec<Statement> {
    let table = rename.object.table().filter(|table| from.tables.contains_key(*table));
    let tables: BTreeSet<_> = table.cloned().into_iter().collect();
    let statement = |sql| Statement { tables: tables.clone(), ..Statement::new(sql) };
    rename.statements().into_iter().map(statement).collect()
}
