//! Checks that a plan does not change rows that it should not touch.

use crate::{
    kinds,
    plan::Renames,
    schema::{Column, Name, Schema, Table, quote_identifier, quote_literal},
};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::collections::{BTreeMap, BTreeSet};

/// The rows of the tables that both sides have and that have rows.
#[derive(Debug)]
pub(super) struct Survivors {
    tables: Vec<Survivor>,
}

/// A table that both sides have.
#[derive(Debug)]
struct Survivor {
    from: Name,
    to: Name,
    oid: Option<i64>,
    columns: Vec<Pair>,
    rows: Vec<Vec<Option<String>>>,
}

/// A column that both sides have with the same type.
#[derive(Debug, Clone)]
struct Pair {
    from: String,
    to: String,
    number: Option<i16>,
    /// Whether `NULL` may be replaced by a value, because the column becomes NOT NULL.
    fills: bool,
    /// The renamed values of its enum type, old to new.
    values: BTreeMap<String, String>,
    /// The attribute of a composite type, if not all of them stay the same.
    attribute: Option<String>,
    /// Whether it currently exists.
    exists: bool,
}

/// How to look up a table and its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lookup {
    OldName,
    /// By OID and number if it still exists, else by its new name.
    Identity,
    NewName,
}

impl Survivors {
    /// Reads the rows before the plan.
    pub(super) async fn read(
        conn: &mut PgConnection,
        from: &Schema,
        to: &Schema,
        renames: &Renames,
    ) -> sqlx::Result<Self> {
        let mut tables = Vec::new();
        let filled = nonempty_tables(conn, from).await?;
        for (name, table) in from.tables.iter().filter(|(name, _)| filled.contains(&name.to_string())) {
            let new = renames.table(name);
            let Some(other) = to.tables.get(new).filter(|other| holds_rows(table) && holds_rows(other))
            else {
                continue;
            };
            let columns = pairs((from, table), (to, new, other), renames);
            tables.push(Survivor {
                from: name.clone(),
                to: new.clone(),
                oid: None,
                columns,
                rows: Vec::new(),
            });
        }
        let mut survivors = Self { tables };
        for survivor in &mut survivors.tables {
            survivor.rows = survivor.read_rows(conn, Lookup::OldName).await?;
        }
        Ok(survivors)
    }

    /// Reads the rows again in the middle of a plan, after something that may change any rows.
    pub(super) async fn refresh(&mut self, conn: &mut PgConnection) -> sqlx::Result<()> {
        for survivor in &mut self.tables {
            survivor.rows = survivor.read_rows(conn, Lookup::Identity).await?;
        }
        Ok(())
    }

    /// What has changed since the last reading, in the middle of a plan.
    pub(super) async fn changes_during(&mut self, conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
        self.changes(conn, Lookup::Identity).await
    }

    /// What has changed since the last reading, after the plan.
    pub(super) async fn changes_after(&mut self, conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
        self.changes(conn, Lookup::NewName).await
    }

    async fn changes(&mut self, conn: &mut PgConnection, by: Lookup) -> sqlx::Result<Vec<String>> {
        let mut changes = Vec::new();
        for survivor in &mut self.tables {
            let before: Vec<Pair> = survivor.columns.clone();
            let rows = survivor.read_rows(conn, by).await?;
            changes.extend(survivor.compare(&before, &rows));
        }
        Ok(changes)
    }
}

impl Survivor {
    /// Reads its rows, with an empty value for a column that does not currently exist.
    async fn read_rows(
        &mut self,
        conn: &mut PgConnection,
        by: Lookup,
    ) -> sqlx::Result<Vec<Vec<Option<String>>>> {
        let (old, new) = (self.from.to_string(), self.to.to_string());
        let query = "SELECT coalesce((SELECT oid FROM pg_class WHERE oid = $1::oid), to_regclass($2))::int8";
        let known = self.oid.filter(|_| by == Lookup::Identity);
        let name = if by == Lookup::OldName { old } else { new };
        let Some(oid) =
            sqlx::query_scalar::<_, Option<i64>>(query).bind(known).bind(name).fetch_one(&mut *conn).await?
        else {
            self.columns.iter_mut().for_each(|pair| pair.exists = false);
            return Ok(Vec::new());
        };
        self.oid = Some(oid);
        let query = "SELECT attnum, attname::text FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped";
        let known: Vec<(i16, String)> = sqlx::query_as(query).bind(oid).fetch_all(&mut *conn).await?;
        let mut texts = Vec::new();
        for pair in &mut self.columns {
            let name = if by == Lookup::OldName { &pair.from } else { &pair.to };
            let by_number =
                known.iter().find(|(number, _)| by == Lookup::Identity && Some(*number) == pair.number);
            let found = by_number.or_else(|| known.iter().find(|(_, known)| known == name));
            pair.exists = found.is_some();
            if by == Lookup::OldName {
                pair.number = found.map(|(number, _)| *number);
            }
            let value = |name: &str| match &pair.attribute {
                Some(attribute) => format!("({}).{attribute}::text", quote_identifier(name)),
                None => format!("{}::text", quote_identifier(name)),
            };
            texts.push(found.map_or("NULL".to_owned(), |(_, name)| value(name)));
        }
        let table: String =
            sqlx::query_scalar("SELECT $1::oid::regclass::text").bind(oid).fetch_one(&mut *conn).await?;
        let query = format!("SELECT {} FROM ONLY {table}", texts.join(", "));
        let rows = sqlx::raw_sql(AssertSqlSafe(query)).fetch_all(conn).await?;
        let mut rows = rows
            .iter()
            .map(|row| {
                (0..row.len()).map(|at| Ok(self.columns[at].new_value(row.try_get(at)?, by))).collect()
            })
            .collect::<sqlx::Result<Vec<Vec<Option<String>>>>>()?;
        rows.sort();
        Ok(rows)
    }

    /// Describes the first difference.
    fn compare(&self, before: &[Pair], now: &[Vec<Option<String>>]) -> Option<String> {
        if self.rows.len() != now.len() {
            return Some(format!("table {} has {} rows instead of {}", self.to, now.len(), self.rows.len()));
        }
        let values_of = |rows: &[Vec<Option<String>>], at: usize| -> Vec<Option<String>> {
            let mut values: Vec<_> = rows.iter().map(|row| row[at].clone()).collect();
            values.sort();
            values
        };
        let compared = |at: &usize| self.columns[*at].exists && before[*at].exists;
        for at in (0..self.columns.len()).filter(compared) {
            let (was, is, pair) = (values_of(&self.rows, at), values_of(now, at), &self.columns[at]);
            let same = if pair.fills { contains(&is, was.iter().flatten()) } else { was == is };
            if !same {
                return Some(format!("values of column {}.{} changed", self.to, quote_identifier(&pair.to)));
            }
        }
        let unfilled: Vec<usize> =
            (0..self.columns.len()).filter(compared).filter(|at| !self.columns[*at].fills).collect();
        let project = |rows: &[Vec<Option<String>>]| -> Vec<Vec<Option<String>>> {
            let mut rows: Vec<Vec<_>> =
                rows.iter().map(|row| unfilled.iter().map(|at| row[*at].clone()).collect()).collect();
            rows.sort();
            rows
        };
        (project(&self.rows) != project(now))
            .then(|| format!("values of table {} moved between rows", self.to))
    }
}

impl Pair {
    /// The value, by its new name if it was renamed.
    fn new_value(&self, value: Option<String>, by: Lookup) -> Option<String> {
        let renamed = |value: &String| self.values.get(value).filter(|_| by != Lookup::NewName).cloned();
        value.map(|value| renamed(&value).unwrap_or(value))
    }
}

fn contains<'a>(values: &[Option<String>], wanted: impl Iterator<Item = &'a String>) -> bool {
    let mut left: Vec<&String> = values.iter().flatten().collect();
    wanted
        .into_iter()
        .all(|value| left.iter().position(|other| *other == value).map(|at| left.swap_remove(at)).is_some())
}

/// The names of the tables that have rows, as SQL.
async fn nonempty_tables(conn: &mut PgConnection, schema: &Schema) -> sqlx::Result<BTreeSet<String>> {
    let tables = schema.tables.iter().filter(|(_, table)| holds_rows(table));
    let has_rows = tables.map(|(name, _)| {
        let text = quote_literal(&name.to_string());
        format!("SELECT {text}::text WHERE EXISTS (SELECT FROM ONLY {name})")
    });
    let queries: Vec<String> = has_rows.collect();
    if queries.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = sqlx::raw_sql(AssertSqlSafe(queries.join(" UNION ALL "))).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

fn holds_rows(table: &Table) -> bool {
    table.partition_by.is_none()
}

fn pairs(
    (from, table): (&Schema, &Table),
    (to, name, other): (&Schema, &Name, &Table),
    renames: &Renames,
) -> Vec<Pair> {
    let pair = |column: &Column| {
        let rename = renames.columns.iter().find(|(of, old, _)| of == name && *old == column.name);
        let new = other.column(rename.map_or(&column.name, |(_, _, new)| new))?;
        if column.generated.is_some() || new.generated.is_some() {
            return None;
        }
        let values: BTreeMap<String, String> = new
            .enum_type
            .iter()
            .flat_map(|name| renames.values.iter().filter(move |(of, ..)| of == name))
            .map(|(_, old, new)| (old.clone(), new.clone()))
            .collect();
        let same_type = match (&column.enum_type, &new.enum_type) {
            (Some(was), Some(is)) => {
                let array = |column: &Column| column.data_type.ends_with("[]");
                renames.enumeration(was) == is
                    && array(column) == array(new)
                    && (values.is_empty() || !array(new))
            }
            _ => kinds::based_on(from, column).data_type == kinds::based_on(to, new).data_type,
        };
        let attributes = (kinds::composite_attributes(from, column), kinds::composite_attributes(to, new));
        let same_attributes = match attributes {
            (Some(was), Some(is)) if was == is => None,
            (Some(was), Some(is)) => {
                let is_array = column.data_type.ends_with("[]") || new.data_type.ends_with("[]");
                let stays = was.into_iter().filter(|one| !is_array && is.contains(one));
                Some(stays.map(|one| Some(one.name)).collect())
            }
            _ if same_type => None,
            _ => Some(Vec::new()),
        };
        let pair = |attribute| Pair {
            from: column.name.clone(),
            to: new.name.clone(),
            number: None,
            fills: column.nullable && !new.nullable,
            values: values.clone(),
            attribute,
            exists: true,
        };
        Some(same_attributes.unwrap_or_else(|| vec![None]).into_iter().map(pair).collect::<Vec<_>>())
    };
    table.columns.iter().filter_map(pair).flatten().collect()
}
