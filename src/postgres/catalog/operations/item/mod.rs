//! Operations on items. Each takes the collections that who asks may read, write and so on: other
//! items do not exist for it.

#[macro_use]
mod macros;

mod count;
mod creation;
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
    creation::{create, recreate},
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
        catalog::models::{Item, ItemContent, Status, Validity},
        json::JsonText,
        locking::while_locking,
        versions::purge,
    },
};

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
