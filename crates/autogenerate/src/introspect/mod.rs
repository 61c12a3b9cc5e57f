//! Reads what a database holds from PostgreSQL's catalogs (versions 15 to 18), as PostgreSQL itself prints it.
//!
//! The queries are the `.sql` files beside this one, one a kind of object; their number does not grow with the number
//! of tables.
//!
//! Expressions are as PostgreSQL prints them once it has read what it printed first, so that what is created from a
//! reading reads like it.

mod objects;
mod relations;
mod settings;
mod settle;
mod uses;

use std::collections::BTreeMap;

use sqlx::{PgConnection, Row as _, postgres::PgRow, postgres::types::Oid};

use self::uses::AllUses;
use crate::schema::{Name, Schema};

/// How much is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One schema alone. Its names, and those of others that are on the connection's search path, or in `public`, are
    /// not qualified: two schemas of different names with like objects read alike.
    Schema(String),
    /// Every schema but the system's and the extensions' own; every name is qualified.
    Database,
}

impl Scope {
    /// The name of an object; `schema` is `None` for what is found by the search path.
    fn name(&self, schema: Option<String>, name: String) -> Name {
        let schema = schema.filter(|schema| !matches!(self, Self::Schema(own) if own == schema));
        Name { schema, name }
    }

    /// The name in two columns of a row, if there is one: `<what>_schema` and `<what>`.
    fn name_in(&self, row: &PgRow, what: &str) -> Result<Option<Name>, sqlx::Error> {
        let Some(name) = row.try_get(what)? else { return Ok(None) };
        Ok(Some(self.name(row.try_get(format!("{what}_schema").as_str())?, name)))
    }
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What can be compared.
    pub schema: Schema,
    /// What is there as well, sorted.
    pub unhandled: Vec<Unhandled>,
}

/// Something that a [`Schema`] has no place for, and that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unhandled {
    /// What it is, such as `view` or `column storage`.
    pub kind: &'static str,
    /// Its name as SQL, such as `newest_items`, `slug(text)` or `touch ON items`.
    pub name: String,
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
pub async fn read(conn: &mut PgConnection, scope: &Scope) -> Result<Reading, sqlx::Error> {
    settings::with_canonical(conn, scope, true).await
}

/// As [`read`], but without what expressions refer to: a query less, for who compares only how they are printed.
pub(crate) async fn read_printed(conn: &mut PgConnection, scope: &Scope) -> Result<Reading, sqlx::Error> {
    settings::with_canonical(conn, scope, false).await
}

/// Reads with whatever settings there are.
async fn read_all(conn: &mut PgConnection, scope: &Scope, with_uses: bool) -> Result<Reading, sqlx::Error> {
    let (namespaces, spaces) = objects::namespaces(conn, scope).await?;
    let mut schema = Schema {
        namespaces: if *scope == Scope::Database { namespaces } else { BTreeMap::new() },
        extensions: objects::extensions(conn, scope).await?,
        enums: objects::enums(conn, scope, &spaces).await?,
        sequences: objects::sequences(conn, scope, &spaces).await?,
        tables: BTreeMap::new(),
    };
    let mut tables = relations::tables(conn, scope, &spaces).await?;
    let oids: Vec<Oid> = tables.keys().copied().collect();
    let mut uses = if with_uses { uses::read(conn, scope, &oids).await? } else { AllUses::new() };
    relations::columns(conn, scope, &mut tables, &mut uses).await?;
    let keys = relations::indexes(conn, scope, &mut tables, &mut uses).await?;
    relations::constraints(conn, scope, &mut tables, &keys, &mut uses).await?;
    schema.tables = tables.into_values().collect();
    let unhandled = objects::unhandled(conn, scope, &spaces, &oids).await?;
    Ok(Reading { schema, unhandled })
}
