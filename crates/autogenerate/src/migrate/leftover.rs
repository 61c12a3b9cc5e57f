//! Cleans up after an interrupted file that runs outside a transaction.

use sqlx::{PgConnection, Row as _};

use super::path::Step;
use crate::render::statements::statements;

/// Statements that drop the invalid indexes left by an interrupted run of this file. Otherwise
/// `CREATE INDEX CONCURRENTLY IF NOT EXISTS` would skip them. No other migration can be building
/// them while the lock is held.
pub(super) async fn cleanup_statements(
    conn: &mut PgConnection,
    step: &Step,
) -> Result<Vec<String>, sqlx::Error> {
    let mut statements = Vec::new();
    for (name, quoted) in invalid_indexes(conn).await? {
        if mentions(step.sql.as_str(), &name) {
            statements.push(format!("DROP INDEX CONCURRENTLY IF EXISTS {quoted}"));
        }
    }
    Ok(statements)
}

/// Whether an interrupted run of this file completed its only statement and did not record it.
/// PostgreSQL completes `CREATE INDEX CONCURRENTLY` and `DROP INDEX CONCURRENTLY` when the client
/// is gone, too.
pub(super) async fn is_complete(conn: &mut PgConnection, step: &Step) -> Result<bool, sqlx::Error> {
    let [statement] = statements(step.sql.as_str())[..] else { return Ok(false) };
    let sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(name) = sql.strip_prefix("DROP INDEX CONCURRENTLY ") {
        let name = name.trim_end_matches(" CASCADE").trim_end_matches(" RESTRICT");
        let query = sqlx::query_scalar("SELECT to_regclass($1) IS NULL").bind(name);
        return if name.starts_with("IF EXISTS ") { Ok(false) } else { query.fetch_one(conn).await };
    }
    if !sql.starts_with("CREATE ") {
        return Ok(false);
    }
    // In the form in which indexes are generated.
    sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT FROM pg_index i
             JOIN pg_class c ON c.oid = i.indexrelid
             JOIN pg_class t ON t.oid = i.indrelid
             JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE i.indisvalid AND format(
                 'CREATE %sINDEX CONCURRENTLY %I ON %s%s',
                 CASE WHEN i.indisunique THEN 'UNIQUE ' END,
                 c.relname,
                 t.oid::regclass,
                 substr(
                     pg_get_indexdef(c.oid),
                     position(format(' ON %I.%I USING ', n.nspname, t.relname) IN pg_get_indexdef(c.oid))
                         + length(format(' ON %I.%I', n.nspname, t.relname))
                 )
             ) = $1
         )",
    )
    .bind(sql)
    .fetch_one(conn)
    .await
}

/// The invalid indexes: the name of each, and the same as SQL with its schema.
pub(super) async fn invalid_indexes(conn: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    // A partitioned index is invalid while a partition lacks its part, so it is not a leftover.
    let invalid = sqlx::query(
        "SELECT c.relname::text, format('%I.%I', n.nspname, c.relname)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY c.oid",
    )
    .fetch_all(conn)
    .await?;
    invalid.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Whether the statements, without comments, contain this name as a word.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    let name = name.replace('"', "\"\"");
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    sql.lines().filter(|line| !line.trim_start().starts_with("--")).any(|line| {
        line.match_indices(&name).any(|(at, _)| {
            !line[..at].ends_with(part_of_word) && !line[at + name.len()..].starts_with(part_of_word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_name_matches_as_a_word_outside_comments() {
        let sql =
            "-- things_m_idx\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_n_idx ON app.\"Things\" (n)";
        assert!(mentions(sql, "things_n_idx") && mentions(sql, "Things"));
        for name in ["things_m_idx", "things_n", "n_idx", "idx"] {
            assert!(!mentions(sql, name), "{name}");
        }
    }
}
