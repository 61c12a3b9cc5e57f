//! Operations on many items at once.

use std::iter;

use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    error::Error,
    postgres::{
        catalog::models::{Item, ItemContent, Status},
        json::JsonText,
    },
};

/// The most bytes of attributes that one statement writes. PostgreSQL parses, indexes and prints
/// them: a MiB of small values takes about a second.
const MAX_WRITTEN: usize = 1024 * 1024;

/// The live items with these ids, locked in id order until the transaction ends, so that two
/// transactions that lock many items never deadlock.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`](super::get_for_update).
pub async fn get_many_for_update(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Item>, Error> {
    let items = query_item!(
        before: "SELECT ",
        after: "FROM items WHERE id = ANY($1) AND deleted_at IS NULL ORDER BY id FOR UPDATE",
        arguments: ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(items)
}

/// As [`create`](super::create), for many new ids; the items come back in any order.
///
/// # Errors
///
/// As [`create`](super::create), but [`Error::Conflict`] if there is no such collection.
pub async fn create_many(
    conn: &mut PgConnection,
    ids: &[Uuid],
    contents: &[ItemContent],
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::with_capacity(ids.len());
    for (ids, contents) in portions(ids, contents) {
        let (names, statuses, attributes) = columns(contents);
        let collections: Vec<&str> = contents.iter().map(|content| content.collection.as_str()).collect();
        let created = query_item!(
            before: "INSERT INTO items (id, collection, name, status, attributes)
           SELECT * FROM UNNEST($1::uuid[], $5::text[], $2::text[], $3::text[], $4::jsonb[])
           RETURNING ",
            after: "",
            arguments: ids,
            &names as _,
            &statuses as _,
            &attributes as _,
            &collections as _,
        )
        .fetch_all(&mut *conn)
        .await?;
        items.extend(created);
    }
    Ok(items)
}

/// As [`update`](super::update), for many items; they come back in any order.
///
/// # Errors
///
/// As [`update`](super::update).
pub async fn update_many(
    conn: &mut PgConnection,
    ids: &[Uuid],
    contents: &[ItemContent],
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::with_capacity(ids.len());
    for (ids, contents) in portions(ids, contents) {
        let (names, statuses, attributes) = columns(contents);
        let updated = query_item!(
            before: "UPDATE items
           SET name = new_name, status = new_status, attributes = new_attributes,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at)
           FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::jsonb[])
               AS new (new_id, new_name, new_status, new_attributes)
           WHERE id = new_id AND deleted_at IS NULL
           RETURNING ",
            after: "",
            arguments: ids,
            &names as _,
            &statuses as _,
            &attributes as _,
        )
        .fetch_all(&mut *conn)
        .await?;
        items.extend(updated);
    }
    if items.len() == ids.len() { Ok(items) } else { Err(Error::NotFound) }
}

/// As [`delete`](super::delete), for many items.
///
/// # Errors
///
/// As [`delete`](super::delete).
pub async fn delete_many(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), Error> {
    let done = sqlx::query!(
        "UPDATE items SET deleted_at = greatest(statement_timestamp(), updated_at),
             version = version + 1, updated_at = greatest(statement_timestamp(), updated_at)
         WHERE id = ANY($1) AND deleted_at IS NULL",
        ids,
    )
    .execute(conn)
    .await?;
    if done.rows_affected() == ids.len() as u64 { Ok(()) } else { Err(Error::NotFound) }
}

/// Splits what is written into portions, so that no statement takes long.
fn portions<'a>(
    ids: &'a [Uuid],
    contents: &'a [ItemContent],
) -> impl Iterator<Item = (&'a [Uuid], &'a [ItemContent])> {
    let mut end = 0;
    iter::from_fn(move || {
        let start = end;
        let mut bytes = 0;
        for content in &contents[start..] {
            bytes += content.attributes.get().len();
            if bytes > MAX_WRITTEN && end > start {
                break;
            }
            end += 1;
        }
        (end > start).then(|| (&ids[start..end], &contents[start..end]))
    })
}

/// The contents, one array for each column.
fn columns(contents: &[ItemContent]) -> (Vec<&str>, Vec<&'static str>, Vec<Json<&RawValue>>) {
    let names = contents.iter().map(|content| content.name.as_str());
    let statuses = contents.iter().map(|content| content.status.as_str());
    let attributes = contents.iter().map(|content| Json(&*content.attributes));
    (names.collect(), statuses.collect(), attributes.collect())
}
