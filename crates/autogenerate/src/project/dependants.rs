//! Finds unmanaged objects that would block a change, such as a view on a column whose type
//! changes.

use std::fmt;

use sqlx::PgConnection;

use crate::{
    diff::{Change, Difference, Object, Property},
    schema::Name,
};

/// An object that must be dropped before a change, and can be recreated after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependant {
    /// The object as PostgreSQL describes it, such as `view newest_items`.
    pub dependant: String,
    /// The change that it blocks.
    pub change: String,
}

impl fmt::Display for Dependant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} blocks this change: {}", self.dependant, self.change)
    }
}

/// Finds the objects that depend on anything that `changes` drop or rebuild.
pub(super) async fn dependants(conn: &mut PgConnection, changes: &[Change]) -> sqlx::Result<Vec<Dependant>> {
    let mut found = Vec::new();
    for change in changes {
        let Some((table, column, data_type)) = affected(change) else { continue };
        let names: Vec<String> = sqlx::query_scalar(include_str!("dependants.sql"))
            .bind(table.map(Name::to_string))
            .bind(column)
            .bind(data_type.map(Name::to_string))
            .fetch_all(&mut *conn)
            .await?;
        found.extend(names.into_iter().map(|dependant| Dependant { dependant, change: change.to_string() }));
    }
    Ok(found)
}

/// The table, the column or the type that a change drops or rebuilds, if it does either.
fn affected(change: &Change) -> Option<(Option<&Name>, Option<&str>, Option<&Name>)> {
    let is_dropped = change.difference == Difference::Drop;
    let is_rebuilt = matches!(
        change.difference,
        Difference::Alter { property: Property::Type | Property::Collation | Property::Generated, .. }
    );
    let is_swapped = matches!(change.difference, Difference::Alter { property: Property::Values, .. });
    match &change.object {
        Object::Table(table) if is_dropped => Some((Some(table), None, None)),
        Object::Column(table, column) if is_dropped || is_rebuilt => Some((Some(table), Some(column), None)),
        Object::Enum(name) if is_dropped || is_swapped => Some((None, None, Some(name))),
        _ => None,
    }
}
