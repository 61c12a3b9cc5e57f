//! What is read.

use sqlx::{Row as _, postgres::PgRow};

use crate::schema::Name;

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
    pub(super) fn name(&self, schema: Option<String>, name: String) -> Name {
        let schema = schema.filter(|schema| !matches!(self, Self::Schema(own) if own == schema));
        Name { schema, name }
    }

    /// The name in two columns of a row, if there is one: `<what>_schema` and `<what>`.
    pub(super) fn name_in(&self, row: &PgRow, what: &str) -> sqlx::Result<Option<Name>> {
        let Some(name) = row.try_get(what)? else { return Ok(None) };
        Ok(Some(self.name(row.try_get(format!("{what}_schema").as_str())?, name)))
    }
}
