//! Slots for filling columns before they become `NOT NULL`.

use crate::{
    kinds::{
        planner::Planner,
        slot::{enum_values, numbered_update},
        types::sample,
    },
    plan::Slot,
    schema::{Column, ConstraintKind, Name, Table, quote_identifier, quote_literal},
};

/// How many pages of a table, of 8 KiB each, are updated in one transaction.
const PAGES: u32 = 128;

impl Planner<'_> {
    /// A slot for filling columns before they become `NOT NULL`.
    pub(super) fn populate_slot(&self, table: &Name, columns: &[&Column], is_new: bool) -> Option<Slot> {
        let join = |format: &dyn Fn(&String) -> String, by: &str| {
            let names = columns.iter().map(|column| format(&quote_identifier(&column.name)));
            names.collect::<Vec<_>>().join(by)
        };
        let is_null = join(&|name| format!("{name} IS NULL"), " OR ");
        let rows = if is_new { table.to_string() } else { format!("{table} WHERE {is_null}") };
        let update = format!("UPDATE {table} SET {}", join(&|name| format!("{name} = …"), ", "));
        let template = format!("{update} WHERE {is_null};");
        let portions = self.is_online(table).then(|| self.in_portions(table, &update, &is_null)).flatten();
        let set = columns
            .iter()
            .map(|column| format!("{} = {}", quote_identifier(&column.name), self.sample(table, column)));
        let update = numbered_update(table, &set.collect::<Vec<_>>().join(", "), &is_null);
        let rehearsal = format!("{update};\nDELETE FROM {table} WHERE {is_null}");
        let title = format!("populate {}", join(&|name| format!("{table}.{name}"), ", "));
        let remaining = format!("SELECT count(*) FROM {table} WHERE {is_null}");
        Some(Slot { portions, remaining, ..self.slot(table, title, &rows, [template, rehearsal])? })
    }

    /// A statement that updates a table range by range and commits after each. A way down is one
    /// file, so it has none.
    pub(in crate::kinds) fn in_portions(
        &self,
        table: &Name,
        update: &str,
        condition: &str,
    ) -> Option<String> {
        let is_parent = |it: &Table| it.inherits.contains(table);
        if self.guards || self.to.tables.values().any(is_parent) {
            return None;
        }
        let quoted = quote_literal(&table.to_string());
        let size = if self.to.tables.get(table)?.partition_by.is_some() {
            format!("(SELECT max(pg_relation_size(relid)) FROM pg_partition_tree({quoted}))")
        } else {
            format!("pg_relation_size({quoted})")
        };
        Some(format!(
            "-- Commits after each {PAGES} pages, so that no row stays locked for long. The second pass covers rows that were
-- written during the first.
DO $$
DECLARE
    page bigint;
BEGIN
    FOR pass IN 1..2 LOOP
        page := 0;
        WHILE page * current_setting('block_size')::bigint < {size} LOOP
            {update}
            WHERE ({condition})
                AND ctid >= format('(%s,0)', page)::tid AND ctid < format('(%s,0)', page + {PAGES})::tid;
            COMMIT;
            page := page + {PAGES};
        END LOOP;
    END LOOP;
END $$;"
        ))
    }

    /// An expression for a sample value. In a foreign key, it exists in the referenced table.
    fn sample(&self, table: &Name, column: &Column) -> String {
        let constraints = self.to.tables.get(table).into_iter().flat_map(|table| table.constraints.values());
        let mut others = constraints.filter_map(|it| match &it.kind {
            ConstraintKind::ForeignKey { columns, references, referenced } => {
                let at = columns.iter().position(|other| *other == column.name)?;
                let target = quote_identifier(referenced.get(at)?);
                if references == table {
                    return Some(format!("{table}.{target}::text::{}", column.data_type));
                }
                // Rows reference different ones, as long as there are enough.
                Some(format!(
                    "(SELECT other.{target}::text FROM {references} AS other ORDER BY 1\n    \
                     OFFSET numbered.n % (SELECT greatest(count(*), 1) FROM {references}) LIMIT 1)::{}",
                    column.data_type
                ))
            }
            _ => None,
        });
        others.next().unwrap_or_else(|| sample(column, enum_values(self.to, column)))
    }
}
