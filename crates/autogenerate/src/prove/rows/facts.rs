//! What has to be known about a table before rows can be generated for it.

use super::{
    literals::Literals,
    order::{Reference, references},
    values::{Type, Value, cast},
};
use crate::{
    kinds,
    render::tokens::{Token, tokens},
    schema::{Column, ConstraintKind, Name, Schema, Table, quote_identifier},
};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::collections::{BTreeMap, BTreeSet};

/// A table to generate rows for.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) name: &'a Name,
    pub(super) table: &'a Table,
    /// The conditions that rows have to satisfy.
    pub(super) checks: Vec<Check>,
    pub(super) references: Vec<Reference<'a>>,
    pub(super) pools: BTreeMap<&'a str, Pool<'a>>,
}

/// A condition that rows have to satisfy, and the columns that it mentions.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) expression: String,
    pub(super) columns: BTreeSet<String>,
}

/// The candidate values of a column.
#[derive(Debug)]
pub(super) struct Pool<'a> {
    pub(super) column: &'a Column,
    kind: Type<'a>,
    /// The indexes of the guesses from [`Type::nth`] that are valid.
    guesses: Vec<usize>,
    pub(super) literals: Vec<String>,
    pub(super) extremes: Vec<String>,
}

impl<'a> Facts<'a> {
    pub(super) async fn gather(
        conn: &mut PgConnection,
        schema: &'a Schema,
        name: &'a Name,
    ) -> sqlx::Result<Option<Self>> {
        let Some(table) = schema.tables.get(name) else { return Ok(None) };
        let mut checks = checks(table);
        if table.partition_of.is_some() {
            let bound = "SELECT pg_get_partition_constraintdef(to_regclass($1))";
            let bound: Option<String> =
                sqlx::query_scalar(bound).bind(name.to_string()).fetch_one(&mut *conn).await?;
            checks
                .extend(bound.map(|expression| Check { columns: mentioned(&expression, table), expression }));
        }
        let mut pools = BTreeMap::new();
        for column in table.columns.iter().filter(|column| column.generated.is_none()) {
            let kind = Type::parse(&kinds::based_on(schema, column), &schema.enums);
            let mut found = literals(table, &checks, &column.name);
            for check in kinds::domain_checks(schema, column) {
                found.collect(check);
            }
            let mut literals = kind.values_near(&found);
            literals.extend(composite_values(schema, column));
            let pool = Pool {
                column,
                guesses: (0..kind.nth(1).len()).collect(),
                literals,
                extremes: kind.extremes(),
                kind,
            };
            pools.insert(column.name.as_str(), pool);
        }
        validate(conn, &mut pools).await?;
        Ok(Some(Self { name, table, checks, references: references(table).collect(), pools }))
    }

    /// The columns that accept a value: neither generated nor identity.
    pub(super) fn given(&self) -> impl Iterator<Item = &'a Column> {
        self.table.columns.iter().filter(|column| column.generated.is_none() && column.identity.is_none())
    }

    /// The columns of a constraint or an index; without a name, those of all checks.
    pub(super) fn columns_of(&self, constraint: Option<&str>) -> BTreeSet<String> {
        let Some(name) = constraint else {
            return self.checks.iter().flat_map(|check| check.columns.iter().cloned()).collect();
        };
        if let Some(constraint) = self.table.constraints.get(name) {
            return match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    key.columns.iter().cloned().collect()
                }
                ConstraintKind::ForeignKey { columns, .. } => columns.iter().cloned().collect(),
                _ => constraint.uses.columns.clone(),
            };
        }
        self.table.indexes.get(name).map(|index| index.uses.columns.clone()).unwrap_or_default()
    }

    /// The numeric columns.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &str> {
        self.given()
            .map(|column| column.name.as_str())
            .filter(|name| self.pools.get(name).is_some_and(|pool| pool.kind.is_number()))
    }

    /// How many rows it takes to have every value of its enum types.
    pub(super) fn enum_rows(&self) -> usize {
        self.pools.values().map(|pool| pool.kind.count()).max().unwrap_or(0).max(1)
    }
}

impl Pool<'_> {
    /// Values that differ for each `n`.
    pub(super) fn nth(&self, n: usize) -> impl Iterator<Item = String> {
        let n = if self.kind.count() > 0 { n } else { n * 7 };
        (n..n + 6).flat_map(|n| {
            let all = self.kind.nth(n);
            self.guesses.iter().filter_map(move |guess| all.get(*guess).cloned()).collect::<Vec<_>>()
        })
    }

    /// The `n`th value of an enum type, so that each gets its turn.
    pub(super) fn turn(&self, n: usize) -> Option<String> {
        self.nth(n).next().filter(|_| self.kind.count() > 0)
    }

    /// Whether its value comes from a sequence.
    pub(super) fn has_sequence(&self) -> bool {
        self.column.identity.is_some()
            || self.column.default.as_ref().is_some_and(|default| default.sql.contains("nextval("))
    }

    /// The candidates for a search with other columns, as typed SQL, the likely ones first.
    pub(super) fn candidates(&self, n: usize, limit: usize, skip_extremes: bool) -> Vec<String> {
        let default = self
            .column
            .default
            .iter()
            .filter(|_| !self.has_sequence())
            .map(|default| format!("({})", default.sql));
        let null = self.column.nullable.then(|| Value::Null.sql());
        let texts =
            |texts: &[String]| texts.iter().cloned().map(|text| Value::Text(text).sql()).collect::<Vec<_>>();
        let nth: Vec<String> = self.nth(n).map(|text| Value::Text(text).sql()).collect();
        let extremes = if skip_extremes { Vec::new() } else { texts(&self.extremes) };
        let (first, second) = nth.split_at(nth.len().min(2));
        let all = first.iter().cloned().chain(null).chain(default).chain(texts(&self.literals));
        let mut found: Vec<String> = Vec::new();
        for candidate in all.chain(extremes).chain(second.to_vec()).map(|value| cast(&value, self.column)) {
            if found.len() < limit.max(2) && !found.contains(&candidate) {
                found.push(candidate);
            }
        }
        found
    }
}

/// Values of a composite type: a full one and an empty one.
fn composite_values(schema: &Schema, column: &Column) -> Vec<String> {
    let attributes = kinds::composite_columns(schema, column);
    if attributes.is_empty() {
        return Vec::new();
    }
    let value = |one: &Column| {
        let based = kinds::based_on(schema, one);
        let kind = Type::parse(&based, &schema.enums);
        let mut found = Literals::default();
        for check in kinds::domain_checks(schema, one) {
            found.collect(check);
        }
        let near = kind.values_near(&found).into_iter().next();
        let text = near.or_else(|| kind.nth(1).into_iter().next()).unwrap_or_default();
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))
    };
    let row = |values: Vec<String>| format!("({})", values.join(","));
    vec![row(attributes.iter().map(value).collect()), row(vec![String::new(); attributes.len()])]
}

fn checks(table: &Table) -> Vec<Check> {
    let checks = table.constraints.values().filter(|constraint| constraint.kind == ConstraintKind::Check);
    checks
        .filter(|constraint| !constraint.definition.contains("NOT ENFORCED"))
        .filter_map(|constraint| {
            let expression = constraint.definition.strip_prefix("CHECK ")?;
            let expression = expression.strip_suffix(" NO INHERIT").unwrap_or(expression).to_owned();
            Some(Check { columns: mentioned(&expression, table), expression })
        })
        .collect()
}

/// The columns of `table` that an expression mentions.
fn mentioned(expression: &str, table: &Table) -> BTreeSet<String> {
    let names: BTreeSet<&str> = tokens(expression)
        .into_iter()
        .filter_map(|token| match token {
            Token::Word(name) | Token::Quoted(name) => Some(name),
            _ => None,
        })
        .collect();
    let columns = table.columns.iter().map(|column| column.name.clone());
    columns
        .filter(|name| names.contains(quote_identifier(name).as_str()) || names.contains(name.as_str()))
        .collect()
}

/// The literals in expressions that mention the column.
fn literals(table: &Table, checks: &[Check], column: &str) -> Literals {
    let mut found = Literals::default();
    for check in checks.iter().filter(|check| check.columns.contains(column)) {
        found.collect(&check.expression);
    }
    let conditions = table.indexes.values().filter_map(|index| index.definition.split_once(" WHERE "));
    let generated = table.columns.iter().filter_map(|other| other.generated.as_ref());
    let expressions = conditions
        .map(|(_, condition)| condition)
        .chain(generated.map(|other| other.expression.sql.as_str()));
    for expression in expressions.filter(|expression| mentioned(expression, table).contains(column)) {
        found.collect(expression);
    }
    found
}

/// Retains only the values that the types' input functions accept.
async fn validate(conn: &mut PgConnection, pools: &mut BTreeMap<&str, Pool<'_>>) -> sqlx::Result<()> {
    let casts = |pool: &Pool<'_>| -> Vec<String> {
        let guesses = pool.kind.nth(1);
        let all =
            guesses.into_iter().chain(pool.literals.iter().cloned()).chain(pool.extremes.iter().cloned());
        all.map(|text| cast(&Value::Text(text).sql(), pool.column)).collect()
    };
    let all: Vec<String> = pools.values().flat_map(casts).collect();
    if all.is_empty() || are_valid(conn, &all).await? {
        return Ok(());
    }
    for pool in pools.values_mut() {
        let casts = casts(pool);
        if are_valid(conn, &casts).await? {
            continue;
        }
        let mut valid = Vec::new();
        for cast in &casts {
            valid.push(are_valid(conn, std::slice::from_ref(cast)).await?);
        }
        let mut valid = valid.into_iter();
        pool.guesses.retain(|_| valid.next() == Some(true));
        pool.literals.retain(|_| valid.next() == Some(true));
        pool.extremes.retain(|_| valid.next() == Some(true));
    }
    Ok(())
}

/// Whether all expressions evaluate without an error.
async fn are_valid(conn: &mut PgConnection, expressions: &[String]) -> sqlx::Result<bool> {
    // A row has at most 1,664 columns.
    let rows: Vec<String> =
        expressions.chunks(500).map(|some| format!("SELECT {};", some.join(", "))).collect();
    Ok(try_execute(conn, &rows.concat()).await?.is_ok())
}

/// Runs statements. If PostgreSQL rejects one, the transaction continues as if none had run.
pub(super) async fn try_execute(conn: &mut PgConnection, sql: &str) -> sqlx::Result<Result<(), sqlx::Error>> {
    let sql = format!("SAVEPOINT attempt; {sql}; RELEASE SAVEPOINT attempt");
    match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await {
        Ok(_) => Ok(Ok(())),
        Err(error @ sqlx::Error::Database(_)) => {
            sqlx::raw_sql("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt").execute(conn).await?;
            Ok(Err(error))
        }
        Err(error) => Err(error),
    }
}

/// Like [`try_execute`], for a query that returns rows of text.
pub(super) async fn try_query(
    conn: &mut PgConnection,
    sql: &str,
) -> sqlx::Result<Result<Vec<Vec<Value>>, sqlx::Error>> {
    sqlx::raw_sql("SAVEPOINT attempt").execute(&mut *conn).await?;
    let found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *conn).await;
    let end = if found.is_ok() { "RELEASE SAVEPOINT attempt" } else { "ROLLBACK TO SAVEPOINT attempt" };
    sqlx::raw_sql(end).execute(conn).await?;
    let rows = match found {
        Ok(rows) => rows,
        Err(error @ sqlx::Error::Database(_)) => return Ok(Err(error)),
        Err(error) => return Err(error),
    };
    let value = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    let values = rows.iter().map(|row| (0..row.len()).map(|at| row.try_get(at).map(value)).collect());
    values.collect::<sqlx::Result<_>>().map(Ok)
}
