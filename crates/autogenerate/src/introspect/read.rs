//! Reads a whole database or schema from one snapshot.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, raw_sql};

use super::{
    query::{Reader, SqlOids},
    scope::Scope,
    settings::canonical,
    unhandled::{Unhandled, read_unhandled},
    uses,
};
use crate::schema::{Schema, Server};

/// The result of an introspection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The objects that can be compared.
    pub schema: Schema,
    /// Everything else that was found, sorted.
    pub unhandled: Vec<Unhandled>,
}

/// Reads everything in `scope` from one snapshot.
///
/// Outside a transaction, this opens a REPEATABLE READ, READ ONLY one. Inside one, it sees what
/// that transaction sees. The connection's settings are restored afterwards. If this future is
/// dropped halfway inside a transaction, roll that transaction back.
///
/// A schema that does not exist reads as empty. Objects that belong to an extension are skipped.
///
/// # Errors
///
/// A query fails, or another session drops an object during the reading.
pub async fn read(conn: &mut PgConnection, scope: &Scope) -> sqlx::Result<Reading> {
    Ok(read_canonical(conn, scope, true).await?.0)
}

/// Like [`read`], with the identities of the objects that are defined by a text of SQL.
pub(crate) async fn read_identified(
    conn: &mut PgConnection,
    scope: &Scope,
) -> sqlx::Result<(Reading, SqlOids)> {
    read_canonical(conn, scope, true).await
}

/// Like [`read`], but leaves out what expressions refer to, which saves a query if only the printed
/// form matters.
pub(crate) async fn read_printed(conn: &mut PgConnection, scope: &Scope) -> sqlx::Result<Reading> {
    Ok(read_canonical(conn, scope, false).await?.0)
}

/// Reads with canonical settings, and restores the previous ones.
async fn read_canonical(
    conn: &mut PgConnection,
    scope: &Scope,
    with_uses: bool,
) -> sqlx::Result<(Reading, SqlOids)> {
    let path: Vec<String> = sqlx::query_scalar(
        "SELECT current_schemas(false)::text[] FROM set_config('autogenerate.reading', 'on', true)",
    )
    .fetch_one(&mut *conn)
    .await?;
    // A transaction-local setting outlives its statement only inside a transaction.
    let in_transaction: bool =
        sqlx::query_scalar("SELECT coalesce(current_setting('autogenerate.reading', true), '') = 'on'")
            .fetch_one(&mut *conn)
            .await?;
    let settings = canonical(scope, &path);
    if !in_transaction {
        let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {settings}");
        let mut transaction = conn.begin_with(AssertSqlSafe(begin)).await?;
        let reading = read_all(&mut transaction, scope, with_uses).await;
        transaction.rollback().await?;
        return reading;
    }
    // Rolling back to the savepoint restores the settings.
    raw_sql(AssertSqlSafe(format!("SAVEPOINT autogenerate_reading; {settings}"))).execute(&mut *conn).await?;
    let reading = read_all(conn, scope, with_uses).await;
    raw_sql("ROLLBACK TO SAVEPOINT autogenerate_reading; RELEASE SAVEPOINT autogenerate_reading")
        .execute(conn)
        .await?;
    reading
}

/// Reads with the current settings.
async fn read_all(
    conn: &mut PgConnection,
    scope: &Scope,
    with_uses: bool,
) -> sqlx::Result<(Reading, SqlOids)> {
    let version = conn.server_version_num();
    let mut reader = Reader::new(conn, scope);
    let namespaces = reader.namespaces().await?;
    let mut schema = Schema {
        namespaces: if *scope == Scope::Database { namespaces } else { BTreeMap::new() },
        extensions: reader.extensions().await?,
        enums: reader.enums().await?,
        sequences: reader.sequences().await?,
        tables: BTreeMap::new(),
        sql_objects: BTreeMap::new(),
        server: Server { version: version.unwrap_or_default() / 10_000 },
    };
    reader.tables().await?;
    let oids = reader.oids();
    if with_uses {
        reader.uses = uses::read_uses(reader.conn, scope, &oids).await?;
    }
    reader.columns().await?;
    let keys = reader.indexes().await?;
    reader.constraints(&keys).await?;
    schema.sql_objects = reader.sql_objects(with_uses).await?;
    let unhandled = read_unhandled(reader.conn, scope, &reader.spaces, &oids).await?;
    schema.tables = reader.tables.into_values().collect();
    Ok((Reading { schema, unhandled }, reader.sql_oids))
}
