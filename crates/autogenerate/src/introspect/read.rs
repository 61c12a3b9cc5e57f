//! Reads everything at one moment.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, raw_sql};

use super::{
    query::Reader,
    scope::Scope,
    settings::canonical,
    unhandled::{Unhandled, unhandled},
    uses,
};
use crate::schema::Schema;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What can be compared.
    pub schema: Schema,
    /// What is there as well, sorted.
    pub unhandled: Vec<Unhandled>,
}

/// Reads what is in `scope`, at one moment.
///
/// Outside a transaction it reads in one of its own (REPEATABLE READ, READ ONLY); inside one, what that transaction
/// sees. The connection's settings are as before afterwards. A connection on which this future was dropped halfway
/// inside a transaction is good for nothing but a rollback.
///
/// A schema that does not exist is empty. What belongs to an extension is nobody else's, and is not read.
///
/// # Errors
/// Whatever PostgreSQL or the connection to it has to say; also when an object is dropped meanwhile by someone else.
pub async fn read(conn: &mut PgConnection, scope: &Scope) -> sqlx::Result<Reading> {
    read_canonical(conn, scope, true).await
}

/// As [`read`], but without what expressions refer to: a query less, for who compares only how they are printed.
pub(crate) async fn read_printed(conn: &mut PgConnection, scope: &Scope) -> sqlx::Result<Reading> {
    read_canonical(conn, scope, false).await
}

/// Reads with canonical settings for the time being.
async fn read_canonical(conn: &mut PgConnection, scope: &Scope, with_uses: bool) -> sqlx::Result<Reading> {
    let path: Vec<String> = sqlx::query_scalar(
        "SELECT current_schemas(false)::text[] FROM set_config('autogenerate.reading', 'on', true)",
    )
    .fetch_one(&mut *conn)
    .await?;
    // What was set for the transaction alone is gone unless there is one.
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
    // Settings go back with a savepoint.
    raw_sql(AssertSqlSafe(format!("SAVEPOINT autogenerate_reading; {settings}"))).execute(&mut *conn).await?;
    let reading = read_all(conn, scope, with_uses).await;
    raw_sql("ROLLBACK TO SAVEPOINT autogenerate_reading; RELEASE SAVEPOINT autogenerate_reading")
        .execute(conn)
        .await?;
    reading
}

/// Reads with whatever settings there are.
async fn read_all(conn: &mut PgConnection, scope: &Scope, with_uses: bool) -> sqlx::Result<Reading> {
    let mut reader = Reader::new(conn, scope);
    let namespaces = reader.namespaces().await?;
    let mut schema = Schema {
        namespaces: if *scope == Scope::Database { namespaces } else { BTreeMap::new() },
        extensions: reader.extensions().await?,
        enums: reader.enums().await?,
        sequences: reader.sequences().await?,
        tables: BTreeMap::new(),
    };
    reader.tables().await?;
    let oids = reader.oids();
    if with_uses {
        reader.uses = uses::read(reader.conn, scope, &oids).await?;
    }
    reader.columns().await?;
    let keys = reader.indexes().await?;
    reader.constraints(&keys).await?;
    let unhandled = unhandled(reader.conn, scope, &reader.spaces, &oids).await?;
    schema.tables = reader.tables.into_values().collect();
    Ok(Reading { schema, unhandled })
}
