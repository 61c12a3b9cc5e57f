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
            let (quoted, is_array) = (quote_identifier(&column.name), column.data_type.ends_with("[]"));
            let wrong = if is_array {
                format!("{quoted}::text[] && ARRAY[{list}]")
            } else {
                format!("{quoted}::text IN ({list})")
            };
            let count = format!("(SELECT count(*) FROM {table} WHERE {wrong})");
            counts.push(with_old_names(self.renames, table, &count));
            remaining.push(count);
            for value in &removed {
                templates.push(if is_array {
                    format!(
                        "UPDATE {table} SET {quoted} = array_replace({quoted}, {value}, …) WHERE {value} = ANY ({quoted});"
                    )
                } else {
                    format!("UPDATE {table} SET {quoted} = … WHERE {quoted} = {value};")
                });
            }
            rehearsals.push(if column.generated.is_some() {
                format!("DELETE FROM {table} WHERE {wrong}")
            } else {
                let value = if is_array { "'{}'" } else { kept.as_str() };
                format!("UPDATE {table} SET {quoted} = {value} WHERE {wrong}")
            });
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
