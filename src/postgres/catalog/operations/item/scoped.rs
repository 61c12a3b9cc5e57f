//! What is out of scope.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    access::Scope,
    error::{Error, Fault},
    postgres::catalog::models::ItemContent,
};

/// The fault of an item that names a missing collection.
#[must_use]
pub fn no_such_collection() -> Fault {
    Fault::at("/collection", "not_found", "must be the key of a collection")
}

/// Rejects contents of collections that are out of scope, as if there were no such collection.
///
/// # Errors
///
/// [`Error::Invalid`].
pub fn require_collections<'a>(
    scope: &Scope,
    contents: impl IntoIterator<Item = &'a ItemContent>,
) -> Result<(), Error> {
    let is_known = contents.into_iter().all(|content| scope.admits(&content.collection));
    if is_known { Ok(()) } else { Err(Error::Invalid(vec![no_such_collection()])) }
}

/// Those of these ids that items have which are out of scope, so that no other item can have them.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn taken_out_of_scope(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    let Some(patterns) = scope.patterns().filter(|_| !ids.is_empty()) else { return Ok(Vec::new()) };
    let taken = sqlx::query_scalar!(
        "SELECT id FROM items WHERE id = ANY($1) AND NOT collection LIKE ANY($2)",
        ids,
        patterns,
    );
    Ok(taken.fetch_all(conn).await?)
}
