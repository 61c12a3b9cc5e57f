//! Which rows should survive a change, and whether they did.

use autogenerate::{
    plan::Renames,
    schema::{Column, ConstraintKind, Name, Object, Schema, Table},
};

use super::Place;

/// Queries for the rows that should be the same before and after a change.
#[derive(Debug)]
pub struct Survivors {
    /// For each table that stays: the query before the change, and after it.
    queries: Vec<(String, String)>,
    /// Whether the way down adds foreign keys to rows that the way up removed: referencing rows may
    /// then be lost.
    orphans: bool,
}

impl Survivors {
    /// Selects the columns that exist on both sides with the same type, under their name on each
    /// side.
    pub fn new(from: &Schema, to: &Schema, renames: &Renames) -> Self {
        // Values must survive in both directions.
        if leaves_orphans(from, to, renames) {
            return Self { queries: Vec::new(), orphans: true };
        }
        let queries = from.tables.iter().filter_map(|(name, table)| {
            let (new_name, new_table) = table_after(name, to, renames)?;
            // A plan may drop partitions with their rows.
            if table.partition_by.is_some() {
                return None;
            }
            if makes_computed_values_unique(table, new_name, new_table, renames) {
                return None;
            }
            let (before, after): (Vec<_>, Vec<_>) = table
                .columns
                .iter()
                .filter_map(|column| Some((column, column_after(column, new_name, new_table, renames)?)))
                .filter(|(old, new)| keeps_values(old, new, from, to, renames))
                .map(|(old, new)| (old.name.as_str(), new.name.as_str()))
                .unzip();
            Some((rows_of(name, &before), rows_of(new_name, &after)))
        });
        Self { queries: queries.collect(), orphans: leaves_orphans(to, from, &renames.reversed()) }
    }

    /// The rows before the change.
    pub async fn before(&self, place: &mut Place) -> Result<Vec<Vec<String>>, String> {
        texts(place, self.queries.iter().map(|(before, _)| before)).await
    }

    /// The rows after the way down; the expected ones if rows may have been lost.
    pub async fn back(&self, place: &mut Place, kept: &[Vec<String>]) -> Result<Vec<Vec<String>>, String> {
        if self.orphans { Ok(kept.to_vec()) } else { self.before(place).await }
    }

    /// The rows after the change.
    pub async fn after(&self, place: &mut Place) -> Result<Vec<Vec<String>>, String> {
        texts(place, self.queries.iter().map(|(_, after)| after)).await
    }
}

async fn texts(
    place: &mut Place,
    queries: impl Iterator<Item = &String>,
) -> Result<Vec<Vec<String>>, String> {
    let mut rows = Vec::new();
    for query in queries {
        rows.push(place.texts(query).await?);
    }
    Ok(rows)
}

fn rows_of(table: &Name, columns: &[&str]) -> String {
    let texts: Vec<String> = columns
        .iter()
        .map(|name| format!("{}::text", autogenerate::schema::quote_identifier(name)))
        .collect();
    format!("SELECT ROW({})::text FROM {table} ORDER BY 1", texts.join(", "))
}

fn table_after<'a>(name: &'a Name, to: &'a Schema, renames: &'a Renames) -> Option<(&'a Name, &'a Table)> {
    let new = match renames.tables.iter().find(|(old, _)| old == name) {
        Some((_, new)) => new,
        None if renames.tables.iter().any(|(_, new)| new == name) => return None,
        None => name,
    };
    to.tables.get(new).map(|table| (new, table))
}

fn column_after<'a>(
    column: &Column,
    table_name: &Name,
    table: &'a Table,
    renames: &Renames,
) -> Option<&'a Column> {
    let mut of_table = renames.columns.iter().filter(|(table, _, _)| table == table_name);
    let new = match of_table.clone().find(|(_, old, _)| *old == column.name) {
        Some((_, _, new)) => new,
        None if of_table.any(|(_, _, new)| *new == column.name) => return None,
        None => &column.name,
    };
    table.column(new)
}

/// Whether existing rows get a foreign key with only one end that is new or has a new type, so that
/// the values of its two ends may no longer match.
fn leaves_orphans(from: &Schema, to: &Schema, renames: &Renames) -> bool {
    let back = renames.reversed();
    // The old and the new types of the columns; `None` if a column is new.
    let types = |name: &Name, columns: &[String]| -> Option<(Vec<String>, Vec<String>)> {
        let (old_name, old) = table_after(name, from, &back)?;
        let columns = columns.iter().filter_map(|column| to.tables[name].column(column));
        let types = columns.map(|new| {
            let old = column_after(new, old_name, old, &back)?;
            Some((old.data_type.clone(), new.data_type.clone()))
        });
        Some(types.collect::<Option<Vec<_>>>()?.into_iter().unzip())
    };
    to.tables.iter().any(|(name, table)| {
        table_after(name, from, &back).is_some()
            && table.constraints.values().any(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey { columns, references, referenced } => {
                    let (own, other) = (types(name, columns), types(references, referenced));
                    own.zip(other).is_none_or(|(own, other)| (own.0 == own.1) != (other.0 == other.1))
                }
                _ => false,
            })
    })
}

/// Whether a new key has a column that was computed until now. The rows of a test are distinct
/// only in what is written, so the slot of the key deletes duplicates.
fn makes_computed_values_unique(old: &Table, name: &Name, new: &Table, renames: &Renames) -> bool {
    let was_computed = |columns: &[String]| {
        let computed = old.columns.iter().filter(|column| column.generated.is_some());
        computed
            .filter_map(|column| column_after(column, name, new, renames))
            .any(|column| column.generated.is_none() && columns.contains(&column.name))
    };
    let keys = new.constraints.iter().filter(|(key, _)| !old.constraints.contains_key(*key));
    keys.filter_map(|(_, it)| match &it.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(&key.columns),
        _ => None,
    })
    .any(|columns| was_computed(columns))
}

/// Whether a column's values stay the same as text: no slot, cast or generation expression changes
/// them.
fn keeps_values(old: &Column, new: &Column, from: &Schema, to: &Schema, renames: &Renames) -> bool {
    let values_of = |schema: &Schema, column: &Column| {
        column.enum_type.as_ref().and_then(|name| schema.enums.get(name)).map(|one| one.values.clone())
    };
    let stays_known = values_of(from, old).is_none_or(|values| {
        values_of(to, new).is_some_and(|kept| values.iter().all(|value| kept.contains(value)))
    });
    // A domain may be based on another type now.
    let definition = |schema: &Schema, used: &Object| match used {
        Object::Sql(name) => schema.sql_objects.get(name).and_then(|it| it.create.first().cloned()),
        _ => None,
    };
    let same_parts = old.type_uses.iter().all(|used| definition(from, used) == definition(to, used));
    let same_type =
        old.data_type == new.data_type && same_parts || (old.enum_type.is_some() && new.enum_type.is_some());
    let computed = new.generated.is_some() || old.generated.is_some();
    let populated = old.nullable && !new.nullable;
    same_type && stays_known && !computed && !populated && renames.values.is_empty()
}
