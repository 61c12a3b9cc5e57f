//! Slots, where only a person knows what the data should become.

use super::{
    definition::{Parts, Unique, condition, is_null_for_nulls, is_volatile, term},
    looser::is_looser,
    planner::Planner,
    rename::with_old_names,
    types::differs,
};
use crate::{
    order::Step,
    plan::{COPIES, Slot},
    render::list,
    schema::{Column, Constraint, ConstraintKind, Name, Object, Schema, SqlKind, Table, quote_identifier},
};

impl Planner<'_> {
    pub(super) fn slot(
        &self,
        table: &Name,
        title: String,
        rows: &str,
        [mut template, mut rehearsal]: [String; 2],
    ) -> Option<Slot> {
        let count = with_old_names(self.renames, table, &format!("SELECT count(*) FROM {rows}"));
        if self.has_deferred_constraints(table) {
            template.push_str(
                "\nSET CONSTRAINTS ALL IMMEDIATE; -- otherwise the table cannot be altered afterwards",
            );
            rehearsal.push_str(";\nSET CONSTRAINTS ALL IMMEDIATE");
        }
        let remaining = format!("SELECT count(*) FROM {rows}");
        let cascades = Vec::new();
        let (portions, rows, deletes, is_guard) = (None, None, false, false);
        let slot = Slot {
            title,
            count,
            template,
            portions,
            rehearsal,
            remaining,
            rows,
            deletes,
            is_guard,
            cascades,
        };
        self.style.slots.then_some(slot)
    }

    /// Whether writes to the table are checked at the end of the transaction. Until then, it cannot
    /// be altered.
    pub(super) fn has_deferred_constraints(&self, table: &Name) -> bool {
        let tables = self.from.tables.iter().chain(&self.to.tables);
        let constraints =
            tables.flat_map(|(name, it)| it.constraints.values().map(move |constraint| (name, constraint)));
        constraints
            .filter(|(_, it)| it.definition.ends_with("INITIALLY DEFERRED"))
            .any(|(name, it)| name == table || it.kind.references() == Some(table))
    }

    /// Adds a comment above the statement that shows how to keep a copy of the data. The copy is in
    /// a schema of its own: next to the other tables, it would be a table without a model.
    pub(super) fn copy_hint(&self, step: Step, name: &str, rows: &str) -> Step {
        let copy = Name::qualified(COPIES, name);
        let hint =
            format!("to keep a copy: CREATE SCHEMA IF NOT EXISTS {COPIES}; CREATE TABLE {copy} AS {rows};");
        if self.style.slots { step.note(&hint) } else { step }
    }

    /// A query for a column and the primary key of its table, to be copied.
    pub(super) fn column_with_key(&self, table: &Name, column: &str) -> String {
        let key = self.from.tables.get(table).and_then(Table::primary_key).map(|key| key.columns.clone());
        let mut columns: Vec<String> = key.into_iter().flatten().filter(|key| key != column).collect();
        columns.push(column.to_owned());
        format!("SELECT {} FROM {table}", list(&columns))
    }

    fn is_new_column(&self, table: &Name, column: &str) -> bool {
        self.delta.added.contains(&Object::column(table, column))
    }

    /// A slot for rows that violate a uniqueness rule.
    pub(super) fn duplicates_slot(&self, table: &Name, unique: &Unique) -> Option<Slot> {
        let columns: Vec<_> = self.to.tables.get(table)?.columns.iter().collect();
        let find = |term: &String| columns.iter().find(|column| quote_identifier(&column.name) == *term);
        // A new column is NULL, or filled by a person, or differs from row to row.
        let is_new = |term: &String| {
            find(term).is_some_and(|column| {
                let is_same = column.default.as_ref().is_some_and(|default| !is_volatile(&default.sql));
                let is_same = is_same || !column.nullable && !differs(column);
                self.is_new_column(table, &column.name) && !is_same && column.generated.is_none()
            })
        };
        if unique.terms.is_empty() || unique.terms.iter().any(is_new) {
            return None;
        }
        if self.is_unique(table, unique) {
            return None;
        }
        let mut conditions: Vec<String> = unique.condition.iter().cloned().collect();
        if unique.nulls_distinct {
            let was = |column: &str| self.from.tables.get(table).and_then(|table| table.column(column));
            let is_null =
                |column: &Column| column.nullable || was(&column.name).is_none_or(|column| column.nullable);
            let nullable = unique.terms.iter().filter(|term| find(term).is_none_or(|column| is_null(column)));
            conditions.extend(nullable.map(|term| format!("{term} IS NOT NULL")));
        }
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        let terms = unique.terms.join(", ");
        // All rows that the template deletes: of each group, all except one.
        let rows = format!(
            "(SELECT row_number() OVER (PARTITION BY {terms}) AS row_of_group FROM {table}{filter}) AS numbered \
             WHERE row_of_group > 1"
        );
        let delete = |order: &str, note: &str| {
            format!(
                "DELETE FROM {table} WHERE (tableoid, ctid) IN (\n    SELECT tableoid, ctid FROM (\n        SELECT tableoid, ctid, \
                 row_number() OVER (PARTITION BY {terms} ORDER BY {order}) AS n\n        FROM {table}{filter}\n    ) AS numbered \
                 WHERE n > 1{note}\n)"
            )
        };
        let template = format!("{};", delete("…", " -- the first one is kept"));
        let title = format!("resolve duplicates of {table} ({terms})");
        let candidates = format!(
            "SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY {terms}) AS rows_of_group FROM {table}{filter}) AS numbered \
             WHERE rows_of_group > 1"
        );
        let cascades = self.cascades(table, &candidates);
        let slot = self.slot(table, title, &rows, [template, delete("ctid", "")])?;
        Some(Slot { deletes: true, cascades, ..slot })
    }

    /// Whether an existing key already guarantees uniqueness.
    fn is_unique(&self, table: &Name, unique: &Unique) -> bool {
        let Some(was) = self.from.tables.get(table) else { return false };
        let is_null = |column: &String| was.column(column).is_none_or(|column| column.nullable);
        let mut keys = was.constraints.values().filter(|it| !it.is_temporal()).filter_map(|it| it.kind.key());
        keys.any(|key| {
            key.columns.iter().all(|column| {
                unique.terms.contains(&quote_identifier(column))
                    && !self.delta.is_retyped(table, column)
                    && (unique.nulls_distinct || !is_null(column))
            })
        })
    }

    /// A slot for rows that violate a constraint that is new or has changed.
    pub(super) fn new_violation_slot(&self, table: &Name, name: &str, it: &Constraint) -> Option<Slot> {
        if self.is_implied(table, name, it) { None } else { self.violation_slot(table, name, it) }
    }

    /// Whether no row can violate the constraint, because new columns are NULL: it applies to rows
    /// that are written since, before the existing ones are looked at.
    pub(super) fn accepts_new_columns(&self, table: &Name, it: &Constraint) -> bool {
        let is_null = |column: &String| self.is_null_at_first(table, column);
        match &it.kind {
            ConstraintKind::Check => {
                let mut columns = it.uses.columns.iter();
                columns.len() > 0 && columns.all(is_null) && is_null_for_nulls(&condition(&it.definition))
            }
            ConstraintKind::ForeignKey { columns, .. } if it.definition.contains(" MATCH FULL") => {
                columns.iter().all(is_null)
            }
            ConstraintKind::ForeignKey { columns, .. } => columns.iter().any(is_null),
            _ => false,
        }
    }

    /// Whether a column is new and NULL in existing rows, until a person fills it. A domain may
    /// have a default.
    fn is_null_at_first(&self, table: &Name, column: &str) -> bool {
        let is_domain = |used: &Object| matches!(used, Object::Sql(name) if name.kind == SqlKind::Domain);
        self.is_new_column(table, column)
            && self.to.column(table, column).is_some_and(|it| {
                let is_filled = it.default.is_some() || it.identity.is_some() || it.generated.is_some();
                !is_filled && !it.type_uses.iter().any(is_domain)
            })
    }

    /// Whether all rows satisfy the constraint because they satisfy an existing one.
    pub(super) fn is_implied(&self, table: &Name, name: &str, it: &Constraint) -> bool {
        let Some(was) = self.from.tables.get(table).and_then(|table| table.constraints.get(name)) else {
            return false;
        };
        // The actions and the deferrability of a foreign key do not affect which rows satisfy it.
        let is_full = |it: &Constraint| it.definition.contains(" MATCH FULL");
        let same_key = matches!(it.kind, ConstraintKind::ForeignKey { .. })
            && was.kind == it.kind
            && (is_full(was) || !is_full(it));
        let is_looser = [was, it].iter().all(|it| it.kind == ConstraintKind::Check)
            && is_looser(&was.definition, &it.definition);
        was.validated && was.is_enforced() && (was.definition == it.definition || same_key || is_looser)
    }

    /// A slot for rows that violate a constraint.
    pub(super) fn violation_slot(&self, table: &Name, name: &str, it: &Constraint) -> Option<Slot> {
        let title = format!("resolve rows of {table} that {} does not allow", quote_identifier(name));
        match &it.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) if it.is_temporal() => {
                self.overlaps_slot(table, title, &key.columns)
            }
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                self.duplicates_slot(table, &Unique::from_key(key))
            }
            ConstraintKind::Check => {
                let wrong = format!("NOT {}", condition(&it.definition));
                let update = format!("UPDATE {table} SET …");
                let portions = self.is_online(table).then(|| self.in_portions(table, &update, &wrong));
                let template = format!("{update} WHERE {wrong};");
                let rehearsal = format!("DELETE FROM {table} WHERE {wrong}");
                let slot =
                    self.slot(table, title, &format!("{table} WHERE {wrong}"), [template, rehearsal])?;
                Some(Slot { portions: portions.flatten(), ..slot })
            }
            ConstraintKind::ForeignKey { columns, references, referenced } => {
                let set: Vec<_> = columns
                    .iter()
                    .map(|column| format!("{} IS NOT NULL", quote_identifier(column)))
                    .collect();
                let pairs = columns.iter().zip(referenced).map(|(own, other)| {
                    format!("other.{} = {table}.{}", quote_identifier(other), quote_identifier(own))
                });
                let pairs = pairs.collect::<Vec<_>>().join(" AND ");
                let is_full = it.definition.contains(" MATCH FULL");
                let set = if is_full { format!("({})", set.join(" OR ")) } else { set.join(" AND ") };
                let wrong =
                    format!("{set}\n    AND NOT EXISTS (SELECT FROM {references} AS other WHERE {pairs})");
                let is_nullable = |column: &&String| {
                    let column = self.to.tables.get(table).and_then(|table| table.column(column));
                    column.is_some_and(|column| column.nullable)
                };
                let mut nullable: Vec<_> = columns.iter().filter(is_nullable).collect();
                // One unknown value is enough, unless all have to be known or unknown together.
                nullable.truncate(if is_full { nullable.len() } else { 1 });
                let rehearsal = if nullable.is_empty() || is_full && nullable.len() < columns.len() {
                    format!("DELETE FROM {table} WHERE {wrong}")
                } else {
                    let set = nullable.iter().map(|column| format!("{} = NULL", quote_identifier(column)));
                    format!("UPDATE {table} SET {} WHERE {wrong}", set.collect::<Vec<_>>().join(", "))
                };
                let template = format!("UPDATE {table} SET … WHERE {wrong};");
                self.slot(table, title, &format!("{table} WHERE {wrong}"), [template, rehearsal])
            }
            ConstraintKind::Exclusion => self.conflicts_slot(table, title, Parts::parse(&it.definition), ""),
        }
    }

    /// A slot for rows that a key `WITHOUT OVERLAPS` does not allow: it is an exclusion constraint
    /// that rejects empty periods, too.
    fn overlaps_slot(&self, table: &Name, title: String, columns: &[String]) -> Option<Slot> {
        let (period, others) = columns.split_last()?;
        let equal = others.iter().map(|column| format!("{} WITH =", quote_identifier(column)));
        let elements = equal.chain([format!("{} WITH &&", quote_identifier(period))]).collect();
        let is_empty = format!(" OR a.row = b.row AND isempty(a.k{})", others.len());
        let parts = Parts { elements, rest: String::new(), condition: None };
        self.conflicts_slot(table, title, parts, &is_empty)
    }

    /// A slot for rows that conflict under an exclusion constraint, and for those that `alone`
    /// finds.
    fn conflicts_slot(&self, table: &Name, title: String, parts: Parts, alone: &str) -> Option<Slot> {
        let elements: Vec<_> =
            parts.elements.iter().filter_map(|element| element.rsplit_once(" WITH ")).collect();
        let terms =
            elements.iter().enumerate().map(|(at, (element, _))| format!("{} AS k{at}", term(element)));
        let terms = terms.collect::<Vec<_>>().join(", ");
        let pairs =
            elements.iter().enumerate().map(|(at, (_, operator))| format!("a.k{at} {operator} b.k{at}"));
        let pairs = pairs.collect::<Vec<_>>().join(" AND ");
        let filter = parts.condition.map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
        let keyed = format!("(SELECT ctid AS row, {terms} FROM {table}{filter})");
        let rows = format!("{keyed} AS a JOIN {keyed} AS b\n    ON a.row < b.row AND {pairs}{alone}");
        let template = format!("-- these conflict: SELECT * FROM {rows}\nDELETE FROM {table} WHERE …;");
        let rehearsal = format!("DELETE FROM {table} WHERE ctid IN (SELECT b.row FROM {rows})");
        let candidates =
            format!("SELECT * FROM {table} WHERE ctid IN (SELECT unnest(ARRAY[a.row, b.row]) FROM {rows})");
        let cascades = self.cascades(table, &candidates);
        Some(Slot { deletes: true, cascades, ..self.slot(table, title, &rows, [template, rehearsal])? })
    }
}

/// The values of a column's enum type.
pub(super) fn enum_values<'a>(schema: &'a Schema, column: &Column) -> Option<&'a Vec<String>> {
    Some(&schema.enums.get(column.enum_type.as_ref()?)?.values)
}

/// An `UPDATE` that sets columns to expressions, in which `numbered.n` is a different number in
/// each row.
pub(super) fn numbered_update(table: &Name, set: &str, wrong: &str) -> String {
    format!(
        "UPDATE {table} SET {set}\nFROM (SELECT tableoid AS relation, ctid AS row, 1000 + row_number() OVER () AS n FROM \
         {table} WHERE {wrong}) AS numbered\nWHERE {table}.tableoid = numbered.relation AND {table}.ctid = numbered.row"
    )
}
