//! Plans the statements that migrate one schema to another.

use std::collections::BTreeSet;

use crate::{
    diff::{self, Renamed},
    kinds::{KINDS, Planner, Rename},
    order,
    plan::{Plan, Renames, Statement, Style},
    schema::Schema,
};

/// Why a plan could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
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
/// The statements depend on each other in a cycle.
pub fn plan(from: &Schema, to: &Schema, renames: &Renames, style: Style) -> Result<Plan, PlanError> {
    let Renamed { schema, renames } = diff::apply_renames(from, to, renames);
    let changes = diff::compare(&schema, to);
    let mut planner = Planner::new((&schema, to), &changes, &renames, style);
    for kind in KINDS {
        (kind.prepare)(&mut planner);
    }
    let first = planner.take_steps();
    for kind in KINDS {
        (kind.plan)(&mut planner);
    }
    let swapped = planner.swapped_columns();
    let rest = planner.take_steps();
    let together: Vec<_> = rest.iter().cloned().map(|step| step.waiting_for(&swapped)).collect();
    let mut statements = order::sort(first).map_err(PlanError::Cycle)?;
    statements.extend(renames.iter().flat_map(|rename| rename_statements(from, rename)));
    let sorted = order::sort(together).or_else(|_| order::sort(rest));
    statements.extend(sorted.map_err(PlanError::Cycle)?);
    Ok(Plan { statements })
}

fn rename_statements(from: &Schema, rename: &Rename) -> Vec<Statement> {
    let table = rename.object.table().filter(|table| from.tables.contains_key(*table));
    let tables: BTreeSet<_> = table.cloned().into_iter().collect();
    let statement = |sql| Statement { tables: tables.clone(), ..Statement::new(sql) };
    rename.statements().into_iter().map(statement).collect()
}
