//! Operations on the items of an import.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{many::Columns, scoped::require_collections};
use crate::{
    access::Scope,
    error::Error,
    postgres::{catalog::models::ItemContent, locking::while_locking},
};

/// What there is under the id of an item to be imported.
#[derive(Debug)]
pub struct Occupant {
    pub id: Uuid,
    pub collection: String,
    pub is_deleted: bool,
}

/// As [`occupants`], locked in id order until the transaction ends.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`](super::get_for_update).
pub async fn lock_many(conn: &mut PgConnection, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Occupant>, Error> {
    let occupants = sqlx::query_as!(
        Occupant,
        r#"SELECT id, collection, deleted_at IS NOT NULL AS "is_deleted!"
           FROM items WHERE id = ANY($1) AND ($2::text[] IS NULL OR collection LIKE ANY($2))
           ORDER BY id FOR UPDATE"#,
        ids,
        scope.patterns(),
    )
    .fetch_all(conn)
    .await
    .map_err(while_locking)?;
    Ok(occupants)
}

/// What there is under these ids.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn occupants(conn: &mut PgConnection, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Occupant>, Error> {
    let occupants = sqlx::query_as!(
        Occupant,
        r#"SELECT id, collection, deleted_at IS NOT NULL AS "is_deleted!"
           FROM items WHERE id = ANY($1) AND ($2::text[] IS NULL OR collection LIKE ANY($2))"#,
        ids,
        scope.patterns(),
    )
    .fetch_all(conn)
    .await?;
    Ok(occupants)
}

/// As [`recreate`](super::recreate), for many items in locked collections; returns the ids that
/// were free.
///
/// # Errors
///
/// [`Error::Invalid`] or [`Error::Conflict`] if the content of one breaks a rule.
pub async fn recreate_many(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    ids: &[Uuid],
    contents: &[&ItemContent],
) -> Result<Vec<Uuid>, Error> {
    require_collections(scope, contents.iter().copied())?;
    let columns = Columns::of(contents.iter().copied());
    let collections: Vec<&str> = contents.iter().map(|content| content.collection.as_str()).collect();
    let created = with_values!(
        query: query_scalar(),
        written: "INSERT INTO items (id, collection, name, status, attributes, schema_version, created_by, updated_by)
         SELECT *, $7, $7 FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::int[])
         ON CONFLICT (id) DO NOTHING
         RETURNING id, collection, attributes",
        of: "",
        then: r#"SELECT id AS "id!" FROM written"#,
        arguments:
        ids,
        &collections as _,
        &columns.names as _,
        &columns.statuses as _,
        &columns.attributes as _,
        &columns.schema_versions as _,
        by,
    )
    .fetch_all(conn)
    .await?;
    Ok(created)
}

/// The versions and times of new rows from the tombstones of their ids, as
/// `continue_versions` for one.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn continue_many(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE items
         SET version = tombstones.version + 1,
             created_at = greatest(statement_timestamp(), tombstones.updated_at),
             updated_at = greatest(statement_timestamp(), tombstones.updated_at)
         FROM tombstones
         WHERE tombstones.id = ANY($1) AND items.id = tombstones.id",
        ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// As [`update`](super::update), for many locked, live items in locked collections.
///
/// # Errors
///
/// [`Error::Invalid`] or [`Error::Conflict`] if the content of one breaks a rule.
pub async fn replace_many(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    ids: &[Uuid],
    contents: &[&ItemContent],
) -> Result<(), Error> {
    let columns = Columns::of(contents.iter().copied());
    with_values!(
        query: query(),
        written: "UPDATE items
         SET name = new_name, status = new_status, attributes = new_attributes,
             schema_version = new_schema_version,
             version = version + 1, updated_at = greatest(statement_timestamp(), updated_at), updated_by = $7
         FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::int[])
             AS new (new_id, new_name, new_status, new_attributes, new_schema_version)
         WHERE id = new_id AND ($6::text[] IS NULL OR collection LIKE ANY($6))
         RETURNING id, collection, items.attributes",
        of: "",
        then: "SELECT FROM written",
        arguments:
        ids,
        &columns.names as _,
        &columns.statuses as _,
        &columns.attributes as _,
        &columns.schema_versions as _,
        scope.patterns(),
        by,
    )
    .execute(conn)
    .await?;
    Ok(())
}
