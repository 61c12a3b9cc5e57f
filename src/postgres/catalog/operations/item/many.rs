//! Operations on many items at once.

use std::iter;

use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::scoped::require_collections;
use crate::{
    access::Scope,
    error::Error,
    postgres::{
        catalog::models::{Item, ItemContent, Status, Validity},
        json::JsonText,
        locking::while_locking,
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
pub async fn get_many_for_update(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<Vec<Item>, Error> {
    let items = query_item!(
        before: "SELECT ",
        after: "FROM items
           WHERE id = ANY($1) AND deleted_at IS NULL AND ($2::text[] IS NULL OR collection LIKE ANY($2))
           ORDER BY id FOR UPDATE",
        arguments: ids,
        scope.patterns(),
    )
    .fetch_all(conn)
    .await
    .map_err(while_locking)?;
    Ok(items)
}

/// As [`create`](super::create), for many new ids; the items come back in any order.
///
/// # Errors
///
/// As [`create`](super::create), but [`Error::OtherSchema`] also if there is no such collection.
/// Some may have been written then, so the transaction must be rolled back.
pub async fn create_many(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    ids: &[Uuid],
    contents: &[ItemContent],
) -> Result<Vec<Item>, Error> {
    require_collections(scope, contents)?;
    let mut items = Vec::with_capacity(ids.len());
    for (ids, contents) in portions(ids, contents) {
        let columns = Columns::of(contents);
        let collections: Vec<&str> = contents.iter().map(|content| content.collection.as_str()).collect();
        let created = write_items!(
            write: "INSERT INTO items
               (id, collection, name, status, attributes, schema_version, created_by, updated_by)
           SELECT new_id, new_collection, new_name, new_status, new_attributes, new_schema_version, $9, $9
           FROM UNNEST($1::uuid[], $8::text[], $2::text[], $3::text[], $4::jsonb[], $5::int[], $6::uuid[], $7::bool[])
               AS new (new_id, new_collection, new_name, new_status, new_attributes, new_schema_version,
                   new_schema_id, is_read)
           WHERE is_read OR (
               SELECT schema_id IS NOT DISTINCT FROM new_schema_id FROM collections WHERE key = new_collection
           )",
            arguments: ids,
            &columns.names as _,
            &columns.statuses as _,
            &columns.attributes as _,
            &columns.schema_versions as _,
            &columns.schema_ids as _,
            &columns.are_read as _,
            &collections as _,
            by,
        )
        .fetch_all(&mut *conn)
        .await?;
        items.extend(created);
    }
    if items.len() == ids.len() { Ok(items) } else { Err(Error::OtherSchema) }
}

/// As [`update`](super::update), for many items; they come back in any order.
///
/// # Errors
///
/// As [`update`](super::update), but [`Error::OtherSchema`] also if an item is not live. Some may
/// have been written then, so the transaction must be rolled back.
pub async fn update_many(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    ids: &[Uuid],
    contents: &[ItemContent],
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::with_capacity(ids.len());
    for (ids, contents) in portions(ids, contents) {
        let columns = Columns::of(contents);
        let updated = write_items!(
            write: "UPDATE items
           SET name = new_name, status = new_status, attributes = new_attributes,
               schema_version = new_schema_version,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at), updated_by = $9
           FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::int[], $6::uuid[], $7::bool[])
               AS new (new_id, new_name, new_status, new_attributes, new_schema_version, new_schema_id, is_read)
           WHERE id = new_id AND deleted_at IS NULL AND (is_read OR (
               SELECT schema_id IS NOT DISTINCT FROM new_schema_id FROM collections WHERE key = collection
           )) AND ($8::text[] IS NULL OR collection LIKE ANY($8))",
            arguments: ids,
            &columns.names as _,
            &columns.statuses as _,
            &columns.attributes as _,
            &columns.schema_versions as _,
            &columns.schema_ids as _,
            &columns.are_read as _,
            scope.patterns(),
            by,
        )
        .fetch_all(&mut *conn)
        .await?;
        items.extend(updated);
    }
    if items.len() == ids.len() { Ok(items) } else { Err(Error::OtherSchema) }
}

/// As [`delete`](super::delete), for many items.
///
/// # Errors
///
/// As [`delete`](super::delete).
pub async fn delete_many(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    ids: &[Uuid],
) -> Result<(), Error> {
    let done = sqlx::query!(
        "UPDATE items SET deleted_at = greatest(statement_timestamp(), updated_at),
             version = version + 1, updated_at = greatest(statement_timestamp(), updated_at), updated_by = $3
         WHERE id = ANY($1) AND deleted_at IS NULL AND ($2::text[] IS NULL OR collection LIKE ANY($2))",
        ids,
        scope.patterns(),
        by,
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
#[derive(Default)]
pub struct Columns<'a> {
    pub names: Vec<&'a str>,
    pub statuses: Vec<&'static str>,
    pub attributes: Vec<Json<&'a RawValue>>,
    pub schema_versions: Vec<Option<i32>>,
    schema_ids: Vec<Option<Uuid>>,
    are_read: Vec<bool>,
}

impl<'a> Columns<'a> {
    pub fn of(contents: impl IntoIterator<Item = &'a ItemContent>) -> Self {
        let mut columns = Self::default();
        for content in contents {
            let Validity { schema, is_read } = content.validity;
            columns.names.push(&content.name);
            columns.statuses.push(content.status.as_str());
            columns.attributes.push(Json(&*content.attributes));
            columns.schema_versions.push(schema.map(|schema| schema.version));
            columns.schema_ids.push(schema.map(|schema| schema.id));
            columns.are_read.push(is_read);
        }
        columns
    }
}
