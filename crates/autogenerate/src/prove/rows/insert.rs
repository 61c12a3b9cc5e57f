//! Inserts rows, and tries other values until PostgreSQL accepts them.

use super::{
    facts::{Facts, try_execute},
    order::Reference,
    unit::Unit,
    values::{Value, list},
};
use crate::schema::Name;
use sqlx::{PgConnection, postgres::PgDatabaseError};
use std::collections::{BTreeMap, BTreeSet};

/// A row to insert, with the choices to try for its values.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) units: Vec<Unit>,
    /// Foreign keys to a row of the same statement, with that row's index.
    pub(super) own: Vec<(Reference<'a>, usize)>,
}

/// The values of a row, by column.
pub(super) type Row = BTreeMap<String, Value>;

/// More attempts rarely help.
const ATTEMPTS: usize = 150;

/// Inserts rows in a single statement, so that they can refer to each other in a cycle.
///
/// The inner error says why no values were accepted.
pub(super) async fn insert(
    conn: &mut PgConnection,
    drafts: &[Draft<'_>],
) -> sqlx::Result<Result<Vec<Row>, String>> {
    if let Some(empty) = drafts.iter().flat_map(|draft| &draft.units).find(|unit| unit.choices.is_empty()) {
        return Ok(Err(format!(
            "no possible values found for {}",
            list(empty.columns.iter().map(String::as_str))
        )));
    }
    let mut picks: Vec<Vec<usize>> = drafts.iter().map(|draft| vec![0; draft.units.len()]).collect();
    let mut last_error = String::new();
    for _ in 0..ATTEMPTS {
        let rows = rows(drafts, &picks);
        match try_execute(conn, &sql(drafts, &rows)).await? {
            Ok(()) => return Ok(Ok(rows)),
            Err(error) => {
                if !advance(drafts, &mut picks, &error) {
                    return Ok(Err(error.to_string()));
                }
                last_error = error.to_string();
            }
        }
    }
    Ok(Err(last_error))
}

fn rows(drafts: &[Draft<'_>], picks: &[Vec<usize>]) -> Vec<Row> {
    let chosen = |(draft, picks): (&Draft<'_>, &Vec<usize>)| -> Row {
        let units = draft.units.iter().zip(picks);
        units
            .flat_map(|(unit, pick)| unit.columns.iter().cloned().zip(unit.choices[*pick].iter().cloned()))
            .collect()
    };
    let mut rows: Vec<Row> = drafts.iter().zip(picks).map(chosen).collect();
    // A key may contain other keys, so it can take one round for each row until all are known.
    for _ in 0..drafts.len() {
        for (at, draft) in drafts.iter().enumerate() {
            for (key, target) in &draft.own {
                for (column, referenced) in key.columns.iter().zip(key.referenced) {
                    if let Some(value) = rows[*target].get(referenced).cloned() {
                        rows[at].insert(column.clone(), value);
                    }
                }
            }
        }
    }
    rows
}

fn sql(drafts: &[Draft<'_>], rows: &[Row]) -> String {
    let inserts = drafts.iter().zip(rows).map(|(draft, row)| {
        if row.is_empty() {
            return format!("INSERT INTO {} DEFAULT VALUES", draft.facts.name);
        }
        let values: Vec<String> = row.values().map(Value::sql).collect();
        let columns = list(row.keys().map(String::as_str));
        format!(
            "INSERT INTO {} {columns} OVERRIDING SYSTEM VALUE VALUES ({})",
            draft.facts.name,
            values.join(", ")
        )
    });
    let inserts: Vec<String> = inserts.collect();
    match inserts.as_slice() {
        [one] => one.clone(),
        all => {
            let named: Vec<String> =
                all.iter().enumerate().map(|(at, sql)| format!("row{at} AS ({sql})")).collect();
            format!("WITH {} SELECT", named.join(", "))
        }
    }
}

/// Chooses other values for the columns that an error is about; `false` if there are none left.
fn advance(drafts: &[Draft<'_>], picks: &mut [Vec<usize>], error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
    else {
        return false;
    };
    let concerns = |name: &Name| {
        error.table() == Some(&name.name)
            && name.schema.as_deref().is_none_or(|schema| error.schema() == Some(schema))
    };
    for (draft, picks) in drafts.iter().zip(&mut *picks).filter(|(draft, _)| concerns(draft.facts.name)) {
        let columns: BTreeSet<String> = match error.column() {
            Some(column) => [column.to_owned()].into(),
            None => draft.facts.columns_of(error.constraint()),
        };
        if next_combination(draft, picks, |unit| unit.columns.iter().any(|name| columns.contains(name))) {
            return true;
        }
    }
    // The error names no column or constraint, so any other value may help.
    error.constraint().is_none()
        && error.column().is_none()
        && drafts.iter().zip(picks).any(|(draft, picks)| next_combination(draft, picks, |_| true))
}

/// Advances to the next combination of the wanted units, the last unit first. Returns `false` after
/// the last combination.
fn next_combination(draft: &Draft<'_>, picks: &mut [usize], wanted: impl Fn(&Unit) -> bool) -> bool {
    for (unit, pick) in draft.units.iter().zip(picks).rev().filter(|(unit, _)| wanted(unit)) {
        if *pick + 1 < unit.choices.len() {
            *pick += 1;
            return true;
        }
        *pick = 0;
    }
    false
}
