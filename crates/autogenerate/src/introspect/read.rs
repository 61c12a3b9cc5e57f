//! Reads everything at one moment.

use std::collections::BTreeMap;

use sqlx::{PgConnection, postgres::types::Oid};

use super::{
    query,
    scope::Scope,
    settings::Canonical,
    unhandled::{Unhandled, unhandled},
    uses::{self, AllUses},
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

async fn read_canonical(conn: &mut PgConnection, scope: &Scope, with_uses: bool) -> sqlx::Result<Reading> {
    let mut canonical = Canonical::set(conn, scope).await?;
    let reading = read_all(canonical.connection(), scope, with_uses).await;
    canonical.reset().await?;
    reading
}

/// Reads with whatever settings there are.
async fn read_all(conn: &mut PgConnection, scope: &Scope, with_uses: bool) -> sqlx::Result<Reading> {
    let (namespaces, spaces) = query::namespaces(conn, scope).await?;
    let mut schema = Schema {
        namespaces: if *scope == Scope::Database { namespaces } else { BTreeMap::new() },
        extensions: query::extensions(conn, scope).await?,
        enums: query::enums(conn, scope, &spaces).await?,
        sequences: query::sequences(conn, scope, &spaces).await?,
        tables: BTreeMap::new(),
    };
    let mut tables = query::tables(conn, scope, &spaces).await?;
    let oids: Vec<Oid> = tables.keys().copied().collect();
    let mut uses = if with_uses { uses::read(conn, scope, &oids).await? } else { AllUses::new() };
    query::columns(conn, scope, &mut tables, &mut uses).await?;
    let keys = query::indexes(conn, scope, &mut tables, &mut uses).await?;
    query::constraints(conn, scope, &mut tables, &keys, &mut uses).await?;
    schema.tables = tables.into_values().collect();
    let unhandled = unhandled(conn, scope, &spaces, &oids).await?;
    Ok(Reading { schema, unhandled })
}
