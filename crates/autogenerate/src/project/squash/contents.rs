//! The rows that migrations write.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::{project::error::ProjectError, schema::quote_literal};

/// The number of rows and a digest of them by table, and the last value by sequence.
pub(super) type Contents = BTreeMap<String, (i64, String)>;

/// Reads the contents of every table and sequence. Tables of an extension are named as such,
/// because the extension itself fills them.
pub(super) async fn read_contents(conn: &mut PgConnection) -> Result<Contents, ProjectError> {
    let relations = sqlx::query(
        "SELECT c.relkind = 'S' AS is_sequence, format('%I.%I', n.nspname, c.relname) AS name
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND c.relname <> '_sqlx_migrations'
         ORDER BY 2",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut queries = Vec::new();
    for relation in relations {
        let (is_sequence, name): (bool, String) = (relation.try_get(0)?, relation.try_get(1)?);
        let label = quote_literal(&name);
        queries.push(if is_sequence {
            format!("SELECT {label} AS name, CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS rows, '' AS digest FROM {name}")
        } else {
            format!(
                "SELECT {label}, count(*), coalesce(md5(string_agg(it::text, ',' ORDER BY it::text)), '') FROM ONLY {name} AS it"
            )
        });
    }
    if queries.is_empty() {
        return Ok(Contents::new());
    }
    let rows = sqlx::query(AssertSqlSafe(queries.join(" UNION ALL "))).fetch_all(conn).await?;
    let entry = |row: &sqlx::postgres::PgRow| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?)));
    rows.iter().map(entry).collect()
}

/// The tables and sequences whose contents a migration changed. A change of columns changes the
/// digest as well, so it only counts if there is a `statement` that writes.
pub(super) fn written(before: &Contents, after: &Contents, has_writes: bool) -> Vec<String> {
    let none = (0, String::new());
    let is_written = |(name, now): &(&String, &(i64, String))| {
        let then = before.get(*name).unwrap_or(&none);
        then.0 != now.0 || (has_writes && then.1 != now.1)
    };
    after.iter().filter(is_written).map(|(name, _)| name.clone()).collect()
}

/// The tables and sequences that do not have the same number of rows, or last value.
pub(super) fn unlike(left: &Contents, right: &Contents) -> Vec<String> {
    let rows = |contents: &Contents, name: &String| contents.get(name).map_or(0, |(rows, _)| *rows);
    left.keys().filter(|name| rows(left, name) != rows(right, name)).cloned().collect()
}
