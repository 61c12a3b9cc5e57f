//! Columns whose values depend on each other through checks or foreign keys, and their possible
//! values.

use super::{
    facts::{Facts, try_query},
    order::Reference,
    values::Value,
};
use crate::schema::{quote_identifier, quote_literal};
use sqlx::PgConnection;
use std::{collections::BTreeSet, fmt::Write as _};

/// What a row is meant to cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A row of the actual database, as JSON.
    Sample(String),
    /// An ordinary row.
    Plain,
    /// A row with as many NULLs as possible.
    Sparse,
    /// A row with the largest values possible. Of the numeric columns, only one in [`LARGE`] is
    /// large, starting at this index, because sums and products may overflow.
    Large(usize),
    /// A copy of the first row, as far as constraints allow.
    Duplicate,
}

/// The maximum number of large rows.
pub(super) const LARGE: usize = 8;

/// Columns and their possible values in combination, the preferred ones first.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) columns: Vec<String>,
    pub(super) choices: Vec<Vec<Value>>,
}

impl Unit {
    /// Makes a choice the preferred one.
    pub(super) fn prefer(&mut self, choice: Vec<Value>) {
        self.choices.retain(|other| *other != choice);
        self.choices.insert(0, choice);
    }
}

/// Builds the units of a row.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) kind: &'a Kind,
    /// A number that no earlier row of the table has used.
    pub(super) n: usize,
    /// Columns that [`insert`](super::insert::insert) fills from other rows of the same statement.
    pub(super) filled_later: BTreeSet<String>,
    /// Columns whose value must be known before the row is inserted.
    pub(super) known: BTreeSet<String>,
}

impl Maker<'_> {
    pub(super) async fn units(&self, conn: &mut PgConnection) -> sqlx::Result<Vec<Unit>> {
        let given = self.facts.given().map(|column| column.name.clone());
        let known = self.known.iter().cloned();
        let mut open: BTreeSet<String> =
            given.chain(known).filter(|name| !self.filled_later.contains(name)).collect();
        let mut units = Vec::new();
        while let Some(first) = open.first().cloned() {
            let columns = self.component(first);
            let wanted: Vec<String> = columns.iter().filter(|name| open.contains(*name)).cloned().collect();
            open.retain(|name| !columns.contains(name));
            units.push(match wanted.as_slice() {
                [one] if !self.is_bound(one) => Unit { choices: self.single_choices(one), columns: wanted },
                _ => self.joint_choices(conn, &columns, wanted).await?,
            });
        }
        Ok(units)
    }

    fn references(&self) -> impl Iterator<Item = &Reference<'_>> {
        self.facts
            .references
            .iter()
            .filter(|key| key.columns.iter().all(|name| !self.filled_later.contains(name)))
    }

    fn is_bound(&self, column: &str) -> bool {
        self.facts.checks.iter().any(|check| check.columns.contains(column))
            || self.references().any(|key| key.columns.iter().any(|name| name == column))
    }

    /// All columns that `first` depends on, directly or not.
    fn component(&self, first: String) -> BTreeSet<String> {
        let mut groups: Vec<BTreeSet<String>> =
            self.facts.checks.iter().map(|check| check.columns.clone()).collect();
        groups.extend(self.references().map(|key| key.columns.iter().cloned().collect()));
        let generated = self.facts.table.columns.iter().filter_map(|column| {
            let mut columns = column.generated.as_ref()?.expression.uses.columns.clone();
            columns.insert(column.name.clone());
            Some(columns)
        });
        // A generated column only ties others together if a constraint uses it.
        groups.extend(generated.filter(|columns| {
            columns.iter().any(|name| {
                self.facts.table.column(name).is_some_and(|column| column.generated.is_some())
                    && self.is_bound(name)
            })
        }));
        let mut found = BTreeSet::from([first]);
        loop {
            let before = found.len();
            for group in groups.iter().filter(|group| !group.is_disjoint(&found)).cloned().collect::<Vec<_>>()
            {
                found.extend(group);
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// Whether the column should get a large value in this row.
    fn is_large(&self, name: &str) -> bool {
        let Kind::Large(nth) = *self.kind else { return false };
        match self.facts.numbers().position(|number| number == name) {
            Some(at) => at % LARGE == nth,
            None => nth == 0,
        }
    }

    /// The possible values of a column that does not depend on others.
    fn single_choices(&self, name: &str) -> Vec<Vec<Value>> {
        let Some(pool) = self.facts.pools.get(name) else { return Vec::new() };
        let is_known = self.known.contains(name);
        let null = pool.column.nullable.then_some(Value::Null);
        let default = (!is_known && pool.column.default.is_some()).then_some(Value::Default);
        let text = |text: &String| Value::Text(text.clone());
        let nth: Vec<Value> = pool.nth(self.n).map(Value::Text).collect();
        let (extremes, literals) = (pool.extremes.iter().map(text), pool.literals.iter().map(text));
        let all: Vec<Value> = match self.kind {
            _ if pool.has_sequence() && !is_known => default.into_iter().chain(nth).collect(),
            Kind::Sparse => null.into_iter().chain(default).chain(nth).collect(),
            Kind::Large(_) if self.is_large(name) => extremes.chain(nth).chain(default).chain(null).collect(),
            _ if self.n == 0 => default.into_iter().chain(nth).chain(literals).chain(null).collect(),
            _ => nth.into_iter().chain(literals).chain(default).chain(null).collect(),
        };
        all.into_iter().map(|value| vec![value]).collect()
    }

    /// Finds the possible combinations of values with a query.
    async fn joint_choices(
        &self,
        conn: &mut PgConnection,
        columns: &BTreeSet<String>,
        wanted: Vec<String>,
    ) -> sqlx::Result<Unit> {
        let mut found = try_query(conn, &self.query(columns, &wanted, false)).await?;
        if let (Err(_), Kind::Large(_)) = (&found, self.kind) {
            found = try_query(conn, &self.query(columns, &wanted, true)).await?;
        }
        let mut choices = match found {
            Ok(rows) => rows,
            // A check cannot be evaluated for some of the values, so they are tried one by one when
            // the row is inserted.
            Err(error) => {
                tracing::debug!(%error, ?columns, "could not query for combinations of values");
                let each: Vec<Vec<Value>> =
                    wanted.iter().map(|name| self.single_choices(name).concat()).collect();
                let most = each.iter().map(Vec::len).max().unwrap_or(0);
                let nth = |at: usize| {
                    each.iter()
                        .map(|some| some.get(at % some.len().max(1)).cloned().unwrap_or(Value::Null))
                        .collect()
                };
                (0..most).map(nth).collect()
            }
        };
        let takes_turns = wanted
            .iter()
            .any(|name| self.facts.pools.get(name.as_str()).is_some_and(|pool| pool.turn(self.n).is_some()));
        if *self.kind == Kind::Plain && !takes_turns && !choices.is_empty() {
            let by = self.n % choices.len();
            choices.rotate_left(by);
        }
        Ok(Unit { columns: wanted, choices })
    }

    fn query(&self, columns: &BTreeSet<String>, wanted: &[String], skip_extremes: bool) -> String {
        let mut query = Query::default();
        let keys: Vec<_> =
            self.references().filter(|key| key.columns.iter().any(|name| columns.contains(name))).collect();
        let bound: BTreeSet<&String> = keys.iter().flat_map(|key| key.columns).collect();
        let free: Vec<&String> = columns.iter().filter(|name| !bound.contains(*name)).collect();
        query.limit =
            [60, 60, 30, 20, 14, 10, 7, 5, 4, 3, 3].get(keys.len() + free.len()).copied().unwrap_or(2);
        for (at, key) in keys.into_iter().enumerate() {
            query.reference(self, key, at);
        }
        for name in free {
            if let Some(pool) = self.facts.pools.get(name.as_str()) {
                let rows: Vec<String> = pool
                    .candidates(self.n, query.limit, skip_extremes || !self.is_large(name))
                    .iter()
                    .map(|value| format!("({value})"))
                    .collect();
                let alias = quote_identifier(name);
                let _ =
                    write!(query.from, "{}(VALUES {}) AS {alias} ({alias})", query.comma(), rows.join(", "));
            }
        }
        for column in self.facts.table.columns.iter().filter(|column| columns.contains(&column.name)) {
            if let Some(generated) = &column.generated {
                let alias = quote_identifier(&column.name);
                let expression = format!("CAST(({}) AS {})", generated.expression.sql, column.data_type);
                let _ =
                    write!(query.from, "{}LATERAL (SELECT {expression}) AS {alias} ({alias})", query.comma());
            }
        }
        let checks =
            self.facts.checks.iter().filter(|check| check.columns.iter().any(|name| columns.contains(name)));
        query.conditions.extend(checks.map(|check| format!("({}) IS NOT FALSE", check.expression)));
        query.finish(wanted, self)
    }
}

/// A query for combinations of values.
#[derive(Debug, Default)]
struct Query {
    from: String,
    conditions: Vec<String>,
    owned: BTreeSet<String>,
    /// The number of values of each source; all combinations are evaluated.
    limit: usize,
}

impl Query {
    fn comma(&self) -> &'static str {
        if self.from.is_empty() { "" } else { " CROSS JOIN " }
    }

    /// Adds the keys of the referenced table, and NULL if allowed.
    fn reference(&mut self, maker: &Maker<'_>, key: &Reference<'_>, at: usize) {
        let column = |name: &String| maker.facts.pools.get(name.as_str());
        let data_type = |name: &String| column(name).map_or("text", |pool| pool.column.data_type.as_str());
        let pairs = || key.columns.iter().zip(key.referenced);
        let keys: Vec<String> = pairs()
            .map(|(name, other)| format!("CAST({} AS {})", quote_identifier(other), data_type(name)))
            .collect();
        let known: Vec<String> =
            key.referenced.iter().map(|name| format!("{} IS NOT NULL", quote_identifier(name))).collect();
        let mut rows = format!(
            "(SELECT DISTINCT {} FROM {} WHERE {} ORDER BY {} LIMIT {})",
            keys.join(", "),
            key.table,
            known.join(" AND "),
            (1..=keys.len()).map(|at| at.to_string()).collect::<Vec<_>>().join(", "),
            self.limit,
        );
        let nullable: Vec<&String> =
            key.columns.iter().filter(|name| column(name).is_some_and(|pool| pool.column.nullable)).collect();
        if !nullable.is_empty() {
            let none = |name: &String| {
                let first = column(name).and_then(|pool| pool.nth(maker.n).next());
                let value = first.filter(|_| !nullable.contains(&name)).map_or(Value::Null, Value::Text);
                format!("CAST({} AS {})", value.sql(), data_type(name))
            };
            let none: Vec<String> = key.columns.iter().map(none).collect();
            let _ = write!(rows, " UNION ALL SELECT {}", none.join(", "));
        }
        let is_first: Vec<bool> = key.columns.iter().map(|name| self.owned.insert(name.clone())).collect();
        let names: Vec<String> = key
            .columns
            .iter()
            .zip(&is_first)
            .map(|(name, first)| {
                quote_identifier(&if *first { name.clone() } else { format!("{name} of {at}") })
            })
            .collect();
        let of_null = key.columns.iter().zip(&names).filter(|(name, _)| nullable.contains(name));
        let free: Vec<String> = of_null.map(|(_, own)| format!(" OR {own} IS NULL")).collect();
        let free = free.concat();
        for ((name, own), _) in key.columns.iter().zip(&names).zip(&is_first).filter(|(_, first)| !**first) {
            self.conditions.push(format!("({own} IS NOT DISTINCT FROM {}{free})", quote_identifier(name)));
        }
        let _ = write!(self.from, "{}({rows}) AS key{at} ({})", self.comma(), names.join(", "));
    }

    fn finish(self, wanted: &[String], maker: &Maker<'_>) -> String {
        let columns: Vec<String> = wanted.iter().map(|name| quote_identifier(name)).collect();
        let texts: Vec<String> = columns.iter().map(|name| format!("{name}::text")).collect();
        let lengths: Vec<String> = texts.iter().map(|text| format!("coalesce(length({text}), 0)")).collect();
        let mut less: Vec<String> = columns.iter().map(|name| format!("({name} IS NULL)::int")).collect();
        let order = match maker.kind {
            Kind::Sparse => format!("{} DESC", less.join(" + ")),
            Kind::Large(_) => format!("{} DESC", lengths.join(" + ")),
            _ => {
                let turn = |(name, text): (&String, &String)| {
                    let value = maker.facts.pools.get(name.as_str())?.turn(maker.n)?;
                    Some(format!("({text} IS DISTINCT FROM {})::int * 100", quote_literal(&value)))
                };
                less.extend(wanted.iter().zip(&texts).filter_map(turn));
                less.join(" + ")
            }
        };
        let conditions =
            if self.conditions.is_empty() { "true".to_owned() } else { self.conditions.join(" AND ") };
        format!("SELECT {} FROM {} WHERE {conditions} ORDER BY {order} LIMIT 24", texts.join(", "), self.from)
    }
}
