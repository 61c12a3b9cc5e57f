//! What is not compared and would be in the way: a view on a column that gets another type, say.

use std::fmt;

use sqlx::PgConnection;

use crate::{
    diff::{Change, Difference, Object, Property},
    schema::Name,
};

/// Something that has to go before a change, and can come back behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependant {
    /// What it is, as PostgreSQL describes it, such as `view newest_items`.
    pub dependant: String,
    /// What it uses, and what becomes of that.
    pub change: String,
}

/// In one line.
impl fmt::Display for Dependant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is in the way of: {}", self.dependant, self.change)
    }
}

/// Looks for what hangs on the things that changes drop or make anew.
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

/// The table, the column or the type that cannot stay as it is.
fn affected(change: &Change) -> Option<(Option<&Name>, Option<&str>, Option<&Name>)> {
    let goes = change.difference == Difference::Drop;
    let is_anew = matches!(
        change.difference,
        Difference::Alter { property: Property::Type | Property::Collation | Property::Generated, .. }
    );
    let is_swapped = matches!(change.difference, Difference::Alter { property: Property::Values, .. });
    match &change.object {
        Object::Table(table) if goes => Some((Some(table), None, None)),
        Object::Column(table, column) if goes || is_anew => Some((Some(table), Some(column), None)),
        Object::Enum(name) if goes || is_swapped => Some((None, None, Some(name))),
        _ => None,
    }
}
