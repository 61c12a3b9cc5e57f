//! Rows that satisfy all constraints of a description.

use std::{collections::BTreeSet, fmt::Write as _, ops::RangeInclusive};

use super::{
    spec::{Column, Kind, Spec},
    sql::{base, counter, written},
};

/// The numbers of the rows of each table, from which all their values are derived. High enough not
/// to collide with values that a plan generates by counting.
const ROWS: RangeInclusive<usize> = 101..=103;

/// The rows as SQL. They also satisfy `other`; `nulls` adds nulls.
pub fn rows(spec: &Spec, other: &Spec, nulls: bool) -> String {
    let mut sql = String::new();
    let keys = keys(spec).chain(keys(other)).collect::<BTreeSet<_>>();
    // Under another name the column may be in a key.
    let has_namesake = |name: &str| other.tables.iter().any(|table| table.column(name).is_some());
    for table in &spec.tables {
        let table = written(spec, table);
        let columns: Vec<&Column> =
            table.columns.iter().filter(|column| base(&table, column).is_none()).collect();
        if columns.is_empty() {
            continue;
        }
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        for row in ROWS {
            let values: Vec<String> = columns
                .iter()
                .map(|column| {
                    let empty = nulls
                        && row == *ROWS.end()
                        && !column.not_null
                        && !keys.contains(&column.name)
                        && has_namesake(&column.name);
                    if empty && counter(column).is_none() {
                        "NULL".to_owned()
                    } else {
                        value(spec, other, &column.kind, row)
                    }
                })
                .collect();
            writeln!(
                sql,
                "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({});",
                table.name,
                names.join(", "),
                values.join(", ")
            )
            .unwrap();
        }
    }
    sql
}

/// The columns of all keys, which foreign keys may reference.
fn keys(spec: &Spec) -> impl Iterator<Item = &String> {
    spec.tables
        .iter()
        .flat_map(|table| table.uniques.iter().flat_map(|unique| &unique.columns).chain(&table.primary_key))
}

fn value(spec: &Spec, other: &Spec, kind: &Kind, row: usize) -> String {
    match kind {
        Kind::Smallint | Kind::Integer | Kind::Bigint | Kind::Numeric(_) => format!("{row}"),
        Kind::Text | Kind::Varchar(_) => format!("'{row}'"),
        Kind::Boolean => row.is_multiple_of(2).to_string(),
        Kind::Date | Kind::Timestamp | Kind::Timestamptz => format!("'2020-01-{:02}'", row - 100),
        Kind::Uuid => format!("'00000000-0000-0000-0000-{row:012}'"),
        Kind::Jsonb => format!("'{{\"n\": {row}}}'"),
        Kind::Texts | Kind::Integers => format!("'{{{row}}}'"),
        Kind::Enum(name) => format!("'{}'", common_value(spec, other, name, row)),
        Kind::Enums(name) => format!("'{{{}}}'", common_value(spec, other, name, row)),
    }
}

/// A value of an enum that also exists on the other side, if there is one.
fn common_value<'a>(spec: &'a Spec, other: &Spec, name: &str, row: usize) -> &'a str {
    let values = spec.values(name).unwrap();
    let kept: Vec<&String> = values
        .iter()
        .filter(|value| other.values(name).is_some_and(|others| others.contains(value)))
        .collect();
    if kept.is_empty() { &values[0] } else { kept[row % kept.len()] }
}
