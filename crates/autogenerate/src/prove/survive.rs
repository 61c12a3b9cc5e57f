//! Whether rows are the same after a plan as before, where it is not about them.

use crate::{
    plan::Renames,
    schema::{Column, Name, Schema, Table, quote_identifier, quote_literal},
};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the rows of the tables that both sides have, where there are rows.
#[derive(Debug)]
pub(super) struct Survivors {
    tables: Vec<Survivor>,
}

/// A table on both sides.
#[derive(Debug)]
struct Survivor {
    from: Name,
    to: Name,
    oid: Option<i64>,
    columns: Vec<Pair>,
    rows: Vec<Vec<Option<String>>>,
}

/// A column on both sides, of the same type.
#[derive(Debug, Clone)]
struct Pair {
    from: String,
    to: String,
    number: Option<i16>,
    /// Whether `NULL` may become something: the column does not take it any more.
    fills: bool,
    /// Values of its enumerated type that are called otherwise, old to new.
    values: BTreeMap<String, String>,
    /// Whether it is there now.
    is_there: bool,
}

/// How a table and its columns are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    OldName,
    /// As far as it is there still, else by its new name.
    Identity,
    NewName,
}

impl Survivors {
    /// Looks at the rows as they are before the plan.
    pub(super) async fn look(
        conn: &mut PgConnection,
        from: &Schema,
        to: &Schema,
        renames: &Renames,
    ) -> sqlx::Result<Self> {
        let mut tables = Vec::new();
        let filled = filled(conn, from).await?;
        for (name, table) in from.tables.iter().filter(|(name, _)| filled.contains(&name.to_string())) {
            let new = renames.table(name);
            let Some(other) = to.tables.get(new).filter(|other| holds_rows(table) && holds_rows(other))
            else {
                continue;
            };
            let columns = pairs(table, (new, other), renames);
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
            survivor.rows = survivor.read(conn, By::OldName).await?;
        }
        Ok(survivors)
    }

    /// Looks again in the middle of a plan, after something that may change rows as it likes.
    pub(super) async fn look_again(&mut self, conn: &mut PgConnection) -> sqlx::Result<()> {
        for survivor in &mut self.tables {
            survivor.rows = survivor.read(conn, By::Identity).await?;
        }
        Ok(())
    }

    /// What has changed since it was looked, in the middle of a plan.
    pub(super) async fn changes_meanwhile(&mut self, conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
        self.changes(conn, By::Identity).await
    }

    /// What has changed since it was looked, after the plan.
    pub(super) async fn changes_after(&mut self, conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
        self.changes(conn, By::NewName).await
    }

    async fn changes(&mut self, conn: &mut PgConnection, by: By) -> sqlx::Result<Vec<String>> {
        let mut changes = Vec::new();
        for survivor in &mut self.tables {
            let before: Vec<Pair> = survivor.columns.clone();
            let rows = survivor.read(conn, by).await?;
            changes.extend(survivor.compare(&before, &rows));
        }
        Ok(changes)
    }
}

impl Survivor {
    /// The values of its columns by row; those of columns that are not there now are left empty.
    async fn read(&mut self, conn: &mut PgConnection, by: By) -> sqlx::Result<Vec<Vec<Option<String>>>> {
        let (old, new) = (self.from.to_string(), self.to.to_string());
        let query = "SELECT coalesce((SELECT oid FROM pg_class WHERE oid = $1::oid), to_regclass($2))::int8";
        let known = self.oid.filter(|_| by == By::Identity);
        let name = if by == By::OldName { old } else { new };
        let Some(oid) =
            sqlx::query_scalar::<_, Option<i64>>(query).bind(known).bind(name).fetch_one(&mut *conn).await?
        else {
            self.columns.iter_mut().for_each(|pair| pair.is_there = false);
            return Ok(Vec::new());
        };
        self.oid = Some(oid);
        let query = "SELECT attnum, attname::text FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped";
        let known: Vec<(i16, String)> = sqlx::query_as(query).bind(oid).fetch_all(&mut *conn).await?;
        let mut texts = Vec::new();
        for pair in &mut self.columns {
            let name = if by == By::OldName { &pair.from } else { &pair.to };
            let by_number =
                known.iter().find(|(number, _)| by == By::Identity && Some(*number) == pair.number);
            let found = by_number.or_else(|| known.iter().find(|(_, known)| known == name));
            pair.is_there = found.is_some();
            if by == By::OldName {
                pair.number = found.map(|(number, _)| *number);
            }
            texts.push(
                found.map_or("NULL".to_owned(), |(_, name)| format!("{}::text", quote_identifier(name))),
            );
        }
        let table: String =
            sqlx::query_scalar("SELECT $1::oid::regclass::text").bind(oid).fetch_one(&mut *conn).await?;
        let query = format!("SELECT {} FROM ONLY {table}", texts.join(", "));
        let rows = sqlx::raw_sql(AssertSqlSafe(query)).fetch_all(conn).await?;
        let mut rows = rows
            .iter()
            .map(|row| (0..row.len()).map(|at| Ok(self.columns[at].called(row.try_get(at)?, by))).collect())
            .collect::<sqlx::Result<Vec<Vec<Option<String>>>>>()?;
        rows.sort();
        Ok(rows)
    }

    /// What is not as it was, in words that name it.
    fn compare(&self, before: &[Pair], now: &[Vec<Option<String>>]) -> Option<String> {
        if self.rows.len() != now.len() {
            return Some(format!("table {} has {} rows instead of {}", self.to, now.len(), self.rows.len()));
        }
        let of = |rows: &[Vec<Option<String>>], at: usize| -> Vec<Option<String>> {
            let mut values: Vec<_> = rows.iter().map(|row| row[at].clone()).collect();
            values.sort();
            values
        };
        let compared = |at: &usize| self.columns[*at].is_there && before[*at].is_there;
        for at in (0..self.columns.len()).filter(compared) {
            let (was, is, pair) = (of(&self.rows, at), of(now, at), &self.columns[at]);
            let same = if pair.fills { contains(&is, was.iter().flatten()) } else { was == is };
            if !same {
                return Some(format!("column {}.{} holds other values", self.to, quote_identifier(&pair.to)));
            }
        }
        let steady: Vec<usize> =
            (0..self.columns.len()).filter(compared).filter(|at| !self.columns[*at].fills).collect();
        let only = |rows: &[Vec<Option<String>>]| -> Vec<Vec<Option<String>>> {
            let mut rows: Vec<Vec<_>> =
                rows.iter().map(|row| steady.iter().map(|at| row[*at].clone()).collect()).collect();
            rows.sort();
            rows
        };
        (only(&self.rows) != only(now)).then(|| format!("the rows of table {} were mixed up", self.to))
    }
}

impl Pair {
    /// A value by its new name.
    fn called(&self, value: Option<String>, by: By) -> Option<String> {
        let new = |value: &String| self.values.get(value).filter(|_| by != By::NewName).cloned();
        value.map(|value| new(&value).unwrap_or(value))
    }
}

fn contains<'a>(values: &[Option<String>], wanted: impl Iterator<Item = &'a String>) -> bool {
    let mut left: Vec<&String> = values.iter().flatten().collect();
    wanted
        .into_iter()
        .all(|value| left.iter().position(|other| *other == value).map(|at| left.swap_remove(at)).is_some())
}

/// The tables that have rows, as SQL.
async fn filled(conn: &mut PgConnection, schema: &Schema) -> sqlx::Result<BTreeSet<String>> {
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

fn pairs(table: &Table, (name, other): (&Name, &Table), renames: &Renames) -> Vec<Pair> {
    let pair = |column: &Column| {
        let rename = renames.columns.iter().find(|(of, old, _)| of == name && *old == column.name);
        let new = other.column(rename.map_or(&column.name, |(_, _, new)| new))?;
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
            _ => column.data_type == new.data_type,
        };
        (same_type && column.generated.is_none() && new.generated.is_none()).then(|| Pair {
            from: column.name.clone(),
            to: new.name.clone(),
            number: None,
            fills: column.nullable && !new.nullable,
            values,
            is_there: true,
        })
    };
    table.columns.iter().filter_map(pair).collect()
}
