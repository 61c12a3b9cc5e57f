//! Fills in foreign keys that could not have a value when their rows were inserted: a document has
//! no current version before it has versions.

use super::facts::{Facts, try_execute};
use crate::schema::quote_identifier;
use sqlx::PgConnection;

/// For each foreign key that is NULL in all rows, makes one row refer to another if possible.
pub(super) async fn link(conn: &mut PgConnection, facts: &Facts<'_>) -> sqlx::Result<()> {
    for key in &facts.references {
        let is_nullable = |name: &String| facts.table.column(name).is_some_and(|column| column.nullable);
        let pairs = key.columns.iter().zip(key.referenced);
        let (free, fixed): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| is_nullable(name));
        if free.is_empty() {
            continue;
        }
        let equal = |(name, other): &(&String, &String)| {
            format!("it.{} = other.{}", quote_identifier(name), quote_identifier(other))
        };
        let mut conditions: Vec<String> = fixed.iter().map(equal).collect();
        conditions
            .extend(free.iter().map(|(_, other)| format!("other.{} IS NOT NULL", quote_identifier(other))));
        let sets = free
            .iter()
            .map(|(name, other)| format!("{} = found.{}", quote_identifier(name), quote_identifier(other)));
        let known = free.iter().map(|(name, _)| format!("{} IS NOT NULL", quote_identifier(name)));
        let others = free.iter().map(|(_, other)| format!(", other.{}", quote_identifier(other)));
        let sql = format!(
            "UPDATE {table} AS it SET {} FROM (SELECT it.ctid{} FROM {table} AS it JOIN {} AS other ON {} LIMIT 1) AS found \
             WHERE it.ctid = found.ctid AND NOT EXISTS (SELECT FROM {table} WHERE {})",
            sets.collect::<Vec<_>>().join(", "),
            others.collect::<Vec<_>>().concat(),
            key.table,
            conditions.join(" AND "),
            known.collect::<Vec<_>>().join(" AND "),
            table = facts.name,
        );
        if let Err(error) = try_execute(conn, &sql).await? {
            tracing::debug!(table = %facts.name, %error, "could not link rows by a foreign key");
        }
    }
    Ok(())
}
