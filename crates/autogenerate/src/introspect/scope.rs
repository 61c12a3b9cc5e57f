//! The scope of an introspection.

use sqlx::{Row as _, postgres::PgRow};

use crate::schema::Name;

/// What to introspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A single schema. Its names, and those of schemas on the connection's search path or in
    /// `public`, are unqualified, so that two schemas with the same objects read the same.
    Schema(String),
    /// Every schema except the system's and those of extensions. All names are qualified.
    Database,
}

impl Scope {
    /// The name of an object; `schema` is `None` if the object is visible on the search path.
    pub(super) fn name(&self, schema: Option<String>, name: String) -> Name {
        let schema = schema.filter(|schema| !matches!(self, Self::Schema(own) if own == schema));
        Name { schema, name }
    }

    /// Reads an optional name from the columns `<what>_schema` and `<what>`.
    pub(super) fn name_in(&self, row: &PgRow, what: &str) -> sqlx::Result<Option<Name>> {
        let Some(name) = row.try_get(what)? else { return Ok(None) };
        Ok(Some(self.name(row.try_get(format!("{what}_schema").as_str())?, name)))
    }
}
