//! Values that are removed from an enum type.

use std::collections::BTreeSet;

use super::{planner::Planner, rename::with_old_names};
use crate::{
    plan::Slot,
    schema::{Column, Enum, Name, quote_identifier, quote_literal},
};

impl Planner<'_> {
    /// A slot for the rows that have a removed value, and their tables. `None` if no value is
    /// removed, or if none stays that could replace it.
    pub(super) fn removed_values_slot(
        &self,
        name: &Name,
        was: &Enum,
        is: &Enum,
    ) -> Option<(Slot, BTreeSet<Name>)> {
        let (stays, removed): (Vec<_>, Vec<_>) =
            was.values.iter().partition(|value| is.values.contains(value));
        let (kept, columns) = (quote_literal(stays.first()?), self.swapped_columns_of(name));
        if removed.is_empty() || columns.is_empty() || !self.style.slots {
            return None;
        }
        let removed: Vec<_> = removed.into_iter().map(|value| quote_literal(value)).collect();
        let list = removed.join(", ");
        let (mut counts, mut remaining, mut templates, mut rehearsals) = (vec![], vec![], vec![], vec![]);
        for (table, column) in &columns {
            let wrong = condition(column, &list);
            let count = format!("(SELECT count(*) FROM {table} WHERE {wrong})");
            counts.push(with_old_names(self.renames, table, &count));
            remaining.push(count);
            templates.extend(removed.iter().map(|value| template(table, column, value)));
            rehearsals.push(rehearsal(table, column, &kept, &wrong));
        }
        if columns.iter().any(|(table, _)| self.has_deferred_constraints(table)) {
            templates
                .push("SET CONSTRAINTS ALL IMMEDIATE; -- otherwise the tables cannot be altered".to_owned());
            rehearsals.push("SET CONSTRAINTS ALL IMMEDIATE".to_owned());
        }
        let places =
            columns.iter().map(|(table, column)| format!("{table}.{}", quote_identifier(&column.name)));
        let slot = Slot {
            title: format!("replace {list} in {}", places.collect::<Vec<_>>().join(", ")),
            count: format!("SELECT {}", counts.join(" + ")),
            template: templates.join("\n"),
            rehearsal: rehearsals.join(";\n"),
            remaining: format!("SELECT {}", remaining.join(" + ")),
            portions: None,
            rows: None,
            deletes: false,
            is_guard: false,
            cascades: Vec::new(),
        };
        Some((slot, columns.into_iter().map(|(table, _)| table.clone()).collect()))
    }

    /// The columns that change to the new type of this name, except those of partitions, which
    /// change with their table.
    fn swapped_columns_of(&self, name: &Name) -> Vec<(&Name, &Column)> {
        let mut columns = Vec::new();
        for (table, was) in self.from.tables.iter().filter(|(_, it)| it.partition_of.is_none()) {
            let stays = |column: &&Column| {
                let is = self.to.column(table, &column.name);
                column.enum_type.as_ref() == Some(name)
                    && is.is_some_and(|it| it.enum_type.as_ref() == Some(name))
            };
            columns.extend(was.columns.iter().filter(stays).map(|column| (table, column)));
        }
        columns
    }
}

/// A condition for the rows that have one of these values.
fn condition(column: &Column, values: &str) -> String {
    let name = quote_identifier(&column.name);
    if is_array(column) {
        format!("{name}::text[] && ARRAY[{values}]")
    } else {
        format!("{name}::text IN ({values})")
    }
}

fn template(table: &Name, column: &Column, value: &str) -> String {
    let name = quote_identifier(&column.name);
    if is_array(column) {
        format!("UPDATE {table} SET {name} = array_replace({name}, {value}, …) WHERE {value} = ANY ({name});")
    } else {
        format!("UPDATE {table} SET {name} = … WHERE {name} = {value};")
    }
}

fn rehearsal(table: &Name, column: &Column, kept: &str, wrong: &str) -> String {
    if column.generated.is_some() {
        return format!("DELETE FROM {table} WHERE {wrong}");
    }
    let value = if is_array(column) { "'{}'" } else { kept };
    format!("UPDATE {table} SET {} = {value} WHERE {wrong}", quote_identifier(&column.name))
}

fn is_array(column: &Column) -> bool {
    column.data_type.ends_with("[]")
}
