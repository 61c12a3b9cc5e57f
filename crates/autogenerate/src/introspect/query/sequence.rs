//! Sequences that are objects of their own.

use std::collections::BTreeMap;

use sqlx::{
    PgConnection, Row as _,
    postgres::{PgRow, types::Oid},
};

use crate::{
    introspect::scope::Scope,
    schema::{Name, Sequence, SequenceOptions},
};

pub(crate) async fn sequences(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
) -> sqlx::Result<BTreeMap<Name, Sequence>> {
    let sequence = |row: PgRow| {
        let name = scope.name(row.try_get("schema")?, row.try_get("name")?);
        let owner = scope.name_in(&row, "owner")?;
        let sequence = Sequence {
            data_type: row.try_get("data_type")?,
            options: sequence_options(&row)?,
            owned_by: owner.zip(row.try_get("owner_column")?),
            comment: row.try_get("comment")?,
        };
        Ok((name, sequence))
    };
    let rows = sqlx::query(include_str!("sequence.sql")).bind(spaces).fetch_all(conn).await?;
    rows.into_iter().map(sequence).collect()
}

/// How a sequence, or that of an identity column, counts.
pub(crate) fn sequence_options(row: &PgRow) -> sqlx::Result<SequenceOptions> {
    Ok(SequenceOptions {
        start: row.try_get("start")?,
        increment: row.try_get("increment")?,
        min: row.try_get("min")?,
        max: row.try_get("max")?,
        cache: row.try_get("cache")?,
        cycle: row.try_get("cycle")?,
    })
}
