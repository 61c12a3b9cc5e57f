//! Insertion of a row, with other values as long as PostgreSQL refuses those that were tried.

use super::{
    facts::{Facts, attempt},
    order::Reference,
    unit::Unit,
    values::{Value, list},
};
use crate::schema::Name;
use sqlx::{PgConnection, postgres::PgDatabaseError};
use std::collections::{BTreeMap, BTreeSet};

/// A row that is to be, but for the values that are decided on while it is tried.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) units: Vec<Unit>,
    /// Foreign keys that point at a row of the same attempt, and at which.
    pub(super) own: Vec<(Reference<'a>, usize)>,
}

/// The values of a row, by column.
pub(super) type Row = BTreeMap<String, Value>;

/// More would not help, most likely.
const ATTEMPTS: usize = 150;

/// Inserts rows, all by one statement, so that they may refer to each other in a circle.
pub(super) async fn insert(
    conn: &mut PgConnection,
    drafts: &[Draft<'_>],
) -> sqlx::Result<Result<Vec<Row>, String>> {
    if let Some(empty) = drafts.iter().flat_map(|draft| &draft.units).find(|unit| unit.choices.is_empty()) {
        return Ok(Err(format!(
            "no values were found for {}",
            list(empty.columns.iter().map(String::as_str))
        )));
    }
    let mut picks: Vec<Vec<usize>> = drafts.iter().map(|draft| vec![0; draft.units.len()]).collect();
    let mut refused = String::new();
    for _ in 0..ATTEMPTS {
        let rows = rows(drafts, &picks);
        match attempt(conn, &sql(drafts, &rows)).await? {
            Ok(()) => return Ok(Ok(rows)),
            Err(error) => {
                if !advance(drafts, &mut picks, &error) {
                    return Ok(Err(error.to_string()));
                }
                refused = error.to_string();
            }
        }
    }
    Ok(Err(refused))
}

fn rows(drafts: &[Draft<'_>], picks: &[Vec<usize>]) -> Vec<Row> {
    let chosen = |(draft, picks): (&Draft<'_>, &Vec<usize>)| -> Row {
        let units = draft.units.iter().zip(picks);
        units
            .flat_map(|(unit, pick)| unit.columns.iter().cloned().zip(unit.choices[*pick].iter().cloned()))
            .collect()
    };
    let mut rows: Vec<Row> = drafts.iter().zip(picks).map(chosen).collect();
    // A key may be made of keys, so it takes as many rounds as there are rows until all are known.
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

/// Chooses other values for the columns that an error is about; `false` where there are no others.
fn advance(drafts: &[Draft<'_>], picks: &mut [Vec<usize>], error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
    else {
        return false;
    };
    let about = |name: &Name| {
        error.table() == Some(&name.name)
            && name.schema.as_deref().is_none_or(|schema| error.schema() == Some(schema))
    };
    for (draft, picks) in drafts.iter().zip(&mut *picks).filter(|(draft, _)| about(draft.facts.name)) {
        let columns: BTreeSet<String> = match error.column() {
            Some(column) => [column.to_owned()].into(),
            None => draft.facts.columns_of(error.constraint()),
        };
        if count_up(draft, picks, |unit| unit.columns.iter().any(|name| columns.contains(name))) {
            return true;
        }
    }
    // It does not say what it is about, or what it is about cannot be changed alone: anything may help.
    error.constraint().is_none()
        && error.column().is_none()
        && drafts.iter().zip(picks).any(|(draft, picks)| count_up(draft, picks, |_| true))
}

/// The next combination of the units that are asked for, the last of them first.
fn count_up(draft: &Draft<'_>, picks: &mut [usize], wanted: impl Fn(&Unit) -> bool) -> bool {
    for (unit, pick) in draft.units.iter().zip(picks).rev().filter(|(unit, _)| wanted(unit)) {
        if *pick + 1 < unit.choices.len() {
            *pick += 1;
            return true;
        }
        *pick = 0;
    }
    false
}
