//! Plans the statements that migrate one schema to another.

use std::collections::BTreeSet;

use crate::{
    change::{Change, Difference, Property},
    diff::{self, Renamed},
    kinds::{KINDS, Planner, Rename},
    order::{self, Files},
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
    plan_with(
        from,
        to,
        renames,
        Mode { style, files: Files::Many, ends: None, guards: false, swaps_enums: false },
    )
}

/// Plans the way down of each file of `up`, as one file that undoes exactly that file.
///
/// `states` are the schemas before `up` and after each of its files. The plans are in the order of
/// the files of `up`, so the last one runs first. A file that changes no schema has an empty plan.
///
/// If a file cannot be undone in one file without blocking others, its plan blocks them. Rows that
/// would not fit, or would lose a part of their values, stop it.
///
/// # Errors
///
/// As [`plan`].
pub fn plan_down(up: &Plan, states: &[Schema], renames: &Renames) -> Result<Vec<Plan>, PlanError> {
    let (none, reversed) = (Renames::default(), renames.reversed());
    let pairs = states.iter().zip(states.iter().skip(1));
    let ends = states.first().zip(states.last()).map(<[&Schema; 2]>::from);
    let undo = |((before, after), file): ((&Schema, &Schema), &[Statement])| {
        let has_renames = file.iter().any(|statement| statement.is_rename);
        plan_file(after, before, if has_renames { &reversed } else { &none }, ends)
    };
    pairs.zip(up.files()).map(undo).collect()
}

/// Plans a single file. `ends` are the schemas before and after all files.
fn plan_file(
    from: &Schema,
    to: &Schema,
    renames: &Renames,
    ends: Option<[&Schema; 2]>,
) -> Result<Plan, PlanError> {
    let style = Style { online: true, slots: true };
    let online = Mode { style, files: Files::Many, ends, guards: true, swaps_enums: false };
    let plain = Mode { style: Style { online: false, ..style }, files: Files::One, ..online };
    // A new enum value cannot be used in the transaction that adds it, but that of a new type can.
    let swapping = Mode { swaps_enums: true, ..plain };
    for mode in [online, plain] {
        let plan = plan_with(from, to, renames, mode)?;
        if plan.files().count() < 2 {
            return Ok(plan.guarded());
        }
    }
    let mut plan = plan_with(from, to, renames, swapping)?.guarded();
    plan.statements.iter_mut().for_each(|statement| statement.batch = Batch::Same);
    Ok(plan)
}

/// How to plan.
#[derive(Clone, Copy)]
struct Mode<'a> {
    style: Style,
    files: Files,
    /// See [`Planner::ends`].
    ends: Option<[&'a Schema; 2]>,
    /// Whether to guard values that would be changed by a cast.
    guards: bool,
    /// Whether to replace an enum type instead of adding values to it.
    swaps_enums: bool,
}

fn plan_with(from: &Schema, to: &Schema, renames: &Renames, mode: Mode<'_>) -> Result<Plan, PlanError> {
    let Renamed { schema, renames } = diff::apply_renames(from, to, renames);
    let mut changes = diff::compare(&schema, to);
    if mode.swaps_enums {
        changes.iter_mut().for_each(replace_enum);
    }
    let mut planner = Planner::new((&schema, to), &changes, &renames, mode.style);
    planner.guards = mode.guards;
    planner.ends = mode.ends;
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
    let mut statements = order::sort(first, mode.files, false).map_err(PlanError::Cycle)?;
    statements.extend(renames.iter().flat_map(|rename| rename_statements(from, rename)));
    let holds_locks = !renames.is_empty();
    let sort = |steps| order::sort(steps, mode.files, holds_locks);
    let sorted = sort(together).or_else(|_| sort(rest));
    statements.extend(sorted.map_err(PlanError::Cycle)?);
    if mode.style.slots {
        order::add_held_locks(&mut statements, &schema);
    }
    Ok(Plan { statements: without_body_checks(statements, mode.style) })
}

/// Turns the addition of a value into the replacement of its type.
fn replace_enum(change: &mut Change) {
    if let (Object::Value(name, _), Difference::Add { .. }) = (&change.object, &change.difference) {
        let (property, from, to) = (Property::Values, String::new(), String::new());
        let object = Object::Enum(name.clone());
        *change =
            Change { object, difference: Difference::Alter { property, from, to }, location: (None, None) };
    }
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
    let statement = |sql| Statement { tables: tables.clone(), is_rename: true, ..Statement::new(sql) };
    rename.statements().into_iter().map(statement).collect()
}
