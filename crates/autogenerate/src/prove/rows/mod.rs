//! Generates rows that cover what real ones may contain: `NULL` in every nullable column,
//! duplicates wherever they are allowed, every value of an enum type, values that do not fit a
//! narrower type.

mod facts;
mod insert;
mod link;
mod literals;
mod order;
mod pattern;
mod unit;
mod values;

use crate::schema::{Name, Schema, quote_identifier};
use facts::{Facts, try_query};
use insert::{Draft, Row, insert};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use unit::{Kind, LARGE, Maker, Unit};
use values::Value;

use order::leaves;

/// Rows of the actual database by table, each as a JSON object
/// (`SELECT row_to_json(t) FROM t LIMIT 20`).
pub type Samples = BTreeMap<Name, Vec<String>>;

/// Inserts rows into `tables` and the tables that they reference. Returns the tables for which no
/// row could be generated, and why.
///
/// This has to run in a transaction. Generated values start at number `first`, so that a second
/// call generates others.
pub(super) async fn seed(
    conn: &mut PgConnection,
    schema: &Schema,
    tables: &BTreeSet<Name>,
    (samples, first): (&Samples, usize),
) -> sqlx::Result<BTreeMap<Name, String>> {
    sqlx::raw_sql("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut *conn).await?;
    let groups = order::groups(schema, tables);
    let mut all = BTreeMap::new();
    for group in &groups {
        for name in group {
            if let Some(facts) = Facts::gather(conn, schema, name).await? {
                let mut mandatory = facts.references.iter().filter(|key| key.is_mandatory(facts.table));
                let is_cycle =
                    mandatory.any(|key| leaves(schema, key.table).iter().any(|to| group.contains(to)));
                let kinds = kinds(&facts, samples.get(name).map_or(&[], Vec::as_slice), is_cycle);
                all.insert(name, (facts, kinds));
            }
        }
    }
    let mut seeds = Seeds { schema, first, first_rows: BTreeMap::new(), failed: BTreeMap::new() };
    let rounds = all.values().map(|(_, kinds)| kinds.len()).max().unwrap_or(0);
    for round in 0..rounds {
        for group in &groups {
            let members: Vec<(&Facts<'_>, &Kind)> = group
                .iter()
                .filter_map(|name| all.get(name))
                .filter_map(|(facts, kinds)| Some((facts, kinds.get(round)?)))
                .collect();
            if round == 0 {
                seeds.insert(conn, &members, round).await?;
            } else {
                for member in members {
                    seeds.insert(conn, &[member], round).await?;
                }
            }
        }
    }
    for (facts, _) in all.values() {
        link::link(conn, facts).await?;
    }
    let Seeds { first_rows, mut failed, .. } = seeds;
    failed.retain(|name, _| !first_rows.contains_key(name));
    Ok(failed)
}

/// The rows that a table gets, samples first. A table in a cycle has to start with a row that
/// refers to one from the same statement.
fn kinds(facts: &Facts<'_>, samples: &[String], is_cycle: bool) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = samples.iter().take(20).cloned().map(Kind::Sample).collect();
    kinds.insert(if is_cycle { 0 } else { kinds.len() }, Kind::Plain);
    kinds.push(Kind::Sparse);
    kinds.extend((0..facts.numbers().count().clamp(1, LARGE)).map(Kind::Large));
    kinds.push(Kind::Duplicate);
    kinds.extend((0..facts.enum_rows()).map(|_| Kind::Plain));
    kinds
}

/// The rows inserted so far, and the failures.
#[derive(Debug)]
struct Seeds<'a> {
    schema: &'a Schema,
    first: usize,
    first_rows: BTreeMap<Name, Row>,
    failed: BTreeMap<Name, String>,
}

impl Seeds<'_> {
    /// Inserts a row into each table with a single statement.
    async fn insert(
        &mut self,
        conn: &mut PgConnection,
        members: &[(&Facts<'_>, &Kind)],
        round: usize,
    ) -> sqlx::Result<()> {
        let mut drafts = Vec::new();
        let own: Vec<Vec<_>> = members.iter().map(|(facts, _)| self.own_keys(facts, members)).collect();
        for (at, (facts, kind)) in members.iter().enumerate() {
            let filled_later = own[at].iter().flat_map(|(key, _)| key.columns.iter().cloned()).collect();
            let targets = own.iter().flatten().filter(|(_, target)| *target == at);
            let known = targets.flat_map(|(key, _)| key.referenced.iter().cloned()).collect();
            let maker = Maker { facts, kind, n: self.first + round, filled_later, known };
            let mut units = maker.units(conn).await?;
            self.prefer(conn, facts, kind, &mut units).await?;
            drafts.push(Draft { facts, units, own: own[at].clone() });
        }
        match insert(conn, &drafts).await? {
            Ok(rows) => {
                for ((facts, _), row) in members.iter().zip(rows) {
                    self.first_rows.entry(facts.name.clone()).or_insert(row);
                }
            }
            Err(error) => {
                for (facts, _) in members {
                    tracing::debug!(table = %facts.name, error, "could not insert a row");
                    self.failed.entry(facts.name.clone()).or_insert_with(|| error.clone());
                }
            }
        }
        Ok(())
    }

    /// The foreign keys that can only refer to rows of the same statement.
    fn own_keys<'a>(
        &self,
        facts: &Facts<'a>,
        members: &[(&Facts<'a>, &Kind)],
    ) -> Vec<(order::Reference<'a>, usize)> {
        let mandatory = facts.references.iter().filter(|key| key.is_mandatory(facts.table));
        mandatory
            .filter_map(|key| {
                let leaves = leaves(self.schema, key.table);
                let is_empty = !leaves.iter().any(|name| self.first_rows.contains_key(name));
                let target = members.iter().position(|(facts, _)| leaves.contains(facts.name));
                target.filter(|_| is_empty).map(|target| (*key, target))
            })
            .collect()
    }

    /// Makes the values of a sample or of the first row the preferred choices.
    async fn prefer(
        &self,
        conn: &mut PgConnection,
        facts: &Facts<'_>,
        kind: &Kind,
        units: &mut [Unit],
    ) -> sqlx::Result<()> {
        let row = match kind {
            Kind::Sample(json) => parse_sample(conn, facts, json).await?,
            Kind::Duplicate => self.first_rows.get(facts.name).cloned(),
            _ => None,
        };
        for unit in units {
            let values = unit.columns.iter().map(|name| row.as_ref()?.get(name).cloned());
            if let Some(values) = values.collect() {
                unit.prefer(values);
            }
        }
        Ok(())
    }
}

/// Parses a row given as JSON.
async fn parse_sample(conn: &mut PgConnection, facts: &Facts<'_>, json: &str) -> sqlx::Result<Option<Row>> {
    let names: Vec<&str> = facts.given().map(|column| column.name.as_str()).collect();
    let texts: Vec<String> =
        names.iter().map(|name| format!("row.{}::text", quote_identifier(name))).collect();
    let json = Value::Text(json.to_owned()).sql();
    let query =
        format!("SELECT {} FROM json_populate_record(NULL::{}, {json}) AS row", texts.join(", "), facts.name);
    let rows = try_query(conn, &query).await?.unwrap_or_default();
    Ok(rows.into_iter().next().map(|values| names.into_iter().map(str::to_owned).zip(values).collect()))
}
