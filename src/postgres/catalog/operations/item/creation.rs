//! Operations that create one item.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::scoped::no_such_collection;
use crate::{
    access::Scope,
    error::Error,
    postgres::{
        catalog::{
            models::{Item, ItemContent, Status, Validity},
            operations::schema,
        },
        json::JsonText,
        versions::continue_versions,
    },
};

/// Inserts an item with a new id, and returns it with what the database generated. `by` is the
/// actor, as for every write.
///
/// # Errors
///
/// [`Error::Contended`] if there is an item with this id; [`Error::Invalid`] if the content breaks
/// a rule, or there is no such collection; [`Error::OtherSchema`] if another schema than that of
/// the collection validated the content, and nothing was written.
pub async fn create(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    id: Uuid,
    content: &ItemContent,
) -> Result<Item, Error> {
    let item = insert(conn, scope, by, id, content).await?;
    item.ok_or_else(|| Error::Contended("the id was taken by a concurrent transaction".into()))
}

/// The lock on the collection is the one that the foreign key takes: it stays what it is, or gets a
/// schema of another version. So the item names a version that its collection has, has had since
/// the statement began, and cannot lose.
async fn insert(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    id: Uuid,
    content: &ItemContent,
) -> Result<Option<Item>, Error> {
    if !scope.admits(&content.collection) {
        return Err(Error::Invalid(vec![no_such_collection()]));
    }
    let Validity { schema, is_read } = content.validity;
    if schema.is_none() && !is_read {
        let item = insert_plain(conn, by, id, content).await?;
        if item.is_some() {
            return Ok(item);
        }
    }
    let item = write_items!(
        write: "INSERT INTO items (id, collection, name, status, attributes, schema_version, created_by, updated_by)
           SELECT $1, key, $3, $4, $5, $6, $9, $9 FROM collections
           WHERE key = $2 AND ($8 OR schema_id IS NOT DISTINCT FROM $7)
           FOR KEY SHARE
           ON CONFLICT (id) DO NOTHING",
        arguments: id,
        content.collection,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
        schema.map(|schema| schema.version),
        schema.map(|schema| schema.id),
        is_read,
        by,
    )
    .fetch_optional(&mut *conn)
    .await?;
    if item.is_some() {
        return Ok(item);
    }
    let current = schema::current(conn, scope, &[&content.collection]).await?.pop();
    let current = current.ok_or_else(|| Error::Invalid(vec![no_such_collection()]))?;
    let is_current = is_read || current.schema_id == schema.map(|schema| schema.id);
    if is_current { Ok(None) } else { Err(Error::OtherSchema) }
}

/// Inserts an item whose collection has no schema and no indexed attributes, or does nothing.
/// PostgreSQL has less to do than for a statement that may store values.
async fn insert_plain(
    conn: &mut PgConnection,
    by: Option<&str>,
    id: Uuid,
    content: &ItemContent,
) -> Result<Option<Item>, Error> {
    let item = query_item!(
        before: "INSERT INTO items (id, collection, name, status, attributes, created_by, updated_by)
           SELECT $1, key, $3, $4, $5, $6, $6 FROM collections
           WHERE key = $2 AND schema_id IS NULL
               AND NOT EXISTS (SELECT FROM collection_indexes AS indexes WHERE indexes.collection = key)
           FOR KEY SHARE
           ON CONFLICT (id) DO NOTHING
           RETURNING ",
        after: "",
        arguments: id,
        content.collection,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
        by,
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// As [`create`], for an id that may have been purged, whose versions and times continue; `None` if
/// another transaction has created an item with this id meanwhile.
///
/// # Errors
///
/// As [`create`], except [`Error::Contended`].
pub async fn recreate(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    id: Uuid,
    content: &ItemContent,
) -> Result<Option<Item>, Error> {
    let Some(created) = insert(&mut *conn, scope, by, id, content).await? else { return Ok(None) };
    let continued = continue_versions!(query: query_item, table: "items", id: id);
    Ok(Some(continued.fetch_optional(conn).await?.unwrap_or(created)))
}
