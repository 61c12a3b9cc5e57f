//! Standalone sequences.

use std::collections::BTreeMap;

use sqlx::{Row as _, postgres::PgRow};

use super::reader::Reader;
use crate::schema::{Name, Sequence, SequenceOptions};

impl Reader<'_> {
    pub(crate) async fn sequences(&mut self) -> sqlx::Result<BTreeMap<Name, Sequence>> {
        let sequence = |row: PgRow| {
            let name = self.scope.name(row.try_get("schema")?, row.try_get("name")?);
            let owner = self.scope.name_in(&row, "owner")?;
            let sequence = Sequence {
                data_type: row.try_get("data_type")?,
                options: sequence_options(&row)?,
                owned_by: owner.zip(row.try_get("owner_column")?),
                comment: row.try_get("comment")?,
            };
            Ok((name, sequence))
        };
        let rows =
            sqlx::query(include_str!("sequence.sql")).bind(&self.spaces).fetch_all(&mut *self.conn).await?;
        rows.into_iter().map(sequence).collect()
    }
}

/// The options of a sequence, or of an identity column's sequence.
pub(super) fn sequence_options(row: &PgRow) -> sqlx::Result<SequenceOptions> {
    Ok(SequenceOptions {
        start: row.try_get("start")?,
        increment: row.try_get("increment")?,
        min: row.try_get("min")?,
        max: row.try_get("max")?,
        cache: row.try_get("cache")?,
        cycle: row.try_get("cycle")?,
    })
}
