//! Indexes.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{Row as _, postgres::types::Oid};

use super::reader::{Reader, table_of_row};
use crate::{
    introspect::{canonical::canonicalize, printed::with_sorted_options, uses::Owner},
    schema::{Index, Name},
};

/// The details of a constraint that only its index has, by the constraint's OID.
pub(crate) type Keys = HashMap<Oid, KeyIndex>;

pub(crate) struct KeyIndex {
    pub(super) definition: String,
    pub(super) options: Option<String>,
    pub(super) part_of: Option<Name>,
    pub(super) is_named: bool,
    pub(super) only: bool,
}

impl Reader<'_> {
    /// Reads indexes, and returns those of constraints.
    pub(crate) async fn indexes(&mut self) -> sqlx::Result<Keys> {
        let mut keys = Keys::new();
        let mut rows = sqlx::query(include_str!("index.sql")).bind(self.oids()).fetch(&mut *self.conn);
        while let Some(row) = rows.try_next().await? {
            let definition = with_sorted_options(canonicalize(row.try_get("definition")?));
            let part_of = self.scope.name_in(&row, "parent")?;
            let (is_named, only) = (row.try_get("named")?, row.try_get("only")?);
            if let Some(constraint) = row.try_get("constraint")? {
                let options = row.try_get("options")?;
                keys.insert(constraint, KeyIndex { definition, options, part_of, is_named, only });
                continue;
            }
            let index = Index {
                unique: row.try_get("unique")?,
                definition,
                part_of,
                is_named,
                only,
                valid: row.try_get("valid")?,
                uses: self.uses.remove(&Owner::Index(row.try_get("oid")?)).unwrap_or_default(),
                comment: row.try_get("comment")?,
            };
            table_of_row(&mut self.tables, &row)?.indexes.insert(row.try_get("name")?, index);
        }
        Ok(keys)
    }
}
