//! Operations on items. Each takes the collections that who asks may read, write and so on: other
//! items do not exist for it.

#[macro_use]
mod macros;

mod count;
mod export;
mod import;
mod key;
mod list;
mod many;
mod ranges;
mod relevance;
mod scoped;
mod search;
mod sections;
mod sorted;
mod values;
mod words;

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

pub use self::{
    count::{count_look_up, extrapolate, sample},
    export::export,
    import::{Occupant, continue_many, lock_many, occupants, recreate_many, replace_many},
    key::{AttributeKey, ItemKey},
    list::{list, list_by_name, look_up, walk},
    many::{create_many, delete_many, get_many_for_update, update_many},
    ranges::with_narrow_ranges,
    relevance::Relevance,
    scoped::{no_such_collection, require_collections, taken_out_of_scope},
    search::{Candidates, Ranked, is_common, names_with, newest_names, search},
    sorted::{SortedItem, walk_by_attribute},
    values::{Reached, remove_values, store_values},
};
use crate::{
    access::Scope,
    error::Error,
    postgres::{
        catalog::{
            models::{Item, ItemContent, Status, Validity},
            operations::schema,
        },
        json::JsonText,
        locking::while_locking,
        versions::{continue_versions, purge},
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

/// The live item with this id.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get(conn: &mut PgConnection, scope: &Scope, id: Uuid) -> Result<Option<Item>, Error> {
    let item = query_item!(
        before: "SELECT ",
        after: "FROM items
           WHERE id = $1 AND deleted_at IS NULL AND ($2::text[] IS NULL OR collection LIKE ANY($2))",
        arguments: id,
        scope.patterns(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// The readable item with this id, live or deleted. It is locked until the transaction ends if
/// it is in the scope `locking`: an actor that may only read an item must not block its writers.
///
/// # Errors
///
/// [`Error::Locked`] if another transaction holds it for longer than the lock time-out.
pub async fn get_for_update(
    conn: &mut PgConnection,
    readable: &Scope,
    locking: &Scope,
    id: Uuid,
) -> Result<Option<Item>, Error> {
    let item = query_item!(
        before: "SELECT ",
        after: "FROM items WHERE id = $1 AND ($2::text[] IS NULL OR collection LIKE ANY($2)) FOR UPDATE",
        arguments: id,
        locking.patterns(),
    )
    .fetch_optional(&mut *conn)
    .await
    .map_err(while_locking)?;
    if item.is_some() || locking == readable {
        return Ok(item);
    }
    let item = query_item!(
        before: "SELECT ",
        after: "FROM items WHERE id = $1 AND ($2::text[] IS NULL OR collection LIKE ANY($2))",
        arguments: id,
        readable.patterns(),
    )
    .fetch_optional(conn)
    .await?;
    // It was not there when it would have been locked.
    Ok(item.filter(|item| !locking.admits(&item.collection)))
}

/// Replaces the content of a locked, live item, increments its version, and returns it.
///
/// # Errors
///
/// [`Error::Invalid`] if the content breaks a rule; [`Error::NotFound`] if no live item matches;
/// [`Error::OtherSchema`] as in [`create`].
pub async fn update(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    id: Uuid,
    content: &ItemContent,
) -> Result<Item, Error> {
    let Validity { schema, is_read } = content.validity;
    let item = write_items!(
        write: "UPDATE items
           SET name = $2, status = $3, attributes = $4, schema_version = $5,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at), updated_by = $9
           WHERE id = $1 AND deleted_at IS NULL AND ($7 OR (
               SELECT schema_id IS NOT DISTINCT FROM $6 FROM collections WHERE key = collection
           )) AND ($8::text[] IS NULL OR collection LIKE ANY($8))",
        arguments: id,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
        schema.map(|schema| schema.version),
        schema.map(|schema| schema.id),
        is_read,
        scope.patterns(),
        by,
    )
    .fetch_optional(&mut *conn)
    .await?;
    match item {
        Some(item) => Ok(item),
        None if get(conn, scope, id).await?.is_some() => Err(Error::OtherSchema),
        None => Err(Error::NotFound),
    }
}

/// Deletes a locked, live item; [`restore`] undoes it.
///
/// # Errors
///
/// [`Error::NotFound`] if no live item matches.
pub async fn delete(conn: &mut PgConnection, scope: &Scope, by: Option<&str>, id: Uuid) -> Result<(), Error> {
    delete_many(conn, scope, by, &[id]).await
}

/// Restores a locked, deleted item and returns it. It names the schema by which its attributes were
/// validated when they were written.
///
/// # Errors
///
/// [`Error::NotFound`] if no deleted item matches.
pub async fn restore(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    id: Uuid,
) -> Result<Item, Error> {
    let item = query_item!(
        before: "UPDATE items
           SET deleted_at = NULL,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at), updated_by = $3
           WHERE id = $1 AND deleted_at IS NOT NULL AND ($2::text[] IS NULL OR collection LIKE ANY($2))
           RETURNING ",
        after: "",
        arguments: id,
        scope.patterns(),
        by,
    )
    .fetch_optional(conn)
    .await?;
    item.ok_or(Error::NotFound)
}

/// Removes a locked item for good, live or deleted, and stores its id, version and time in
/// `tombstones`.
///
/// # Errors
///
/// [`Error::NotFound`] if no item matches.
pub async fn purge(conn: &mut PgConnection, scope: &Scope, item: &Item) -> Result<(), Error> {
    let id = scope.admit(&item.collection).map(|_| item.id).ok_or(Error::NotFound)?;
    purge!(
        table: "items",
        with: ", gone AS (DELETE FROM item_values WHERE item_id = $1)",
        id: id,
        connection: conn
    )
    .await
}
