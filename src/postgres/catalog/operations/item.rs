//! What can be done with items.
//!
//! An item that was deleted is not there, but for [`restore`], [`purge`] and lists that include what was deleted.

use serde_json::value::RawValue;
use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use crate::{
    error::Error,
    postgres::{
        catalog::models::{Item, ItemContent, ItemFilter, Status},
        json::JsonText,
        keyset::{self, Start},
        versions::Versions,
    },
};

/// A query whose rows are items: what stands in front of their columns, what stands behind, and its arguments.
macro_rules! query_item {
    ($before:tt, $after:tt, $($argument:tt)*) => {
        sqlx::query_as!(
            Item,
            $before
                + r#"id, name, status AS "status: Status", attributes AS "attributes: JsonText",
                     version, created_at, updated_at, deleted_at "#
                + $after,
            $($argument)*
        )
    };
}

/// Inserts an item and returns it with what the database added.
///
/// # Errors
///
/// [`Error::Conflict`] where the id is taken; [`Error::Invalid`] where the content breaks a rule.
pub async fn create(conn: &mut PgConnection, id: Uuid, content: &ItemContent) -> Result<Item, Error> {
    let item = query_item!(
        "INSERT INTO items (id, name, status, attributes)
           VALUES ($1, $2, $3, $4)
           RETURNING ",
        "",
        id,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
    )
    .fetch_one(conn)
    .await?;
    Ok(item)
}

/// The item with this id.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<Item>, Error> {
    let item = query_item!("SELECT ", "FROM items WHERE id = $1 AND deleted_at IS NULL", id)
        .fetch_optional(conn)
        .await?;
    Ok(item)
}

/// The item with this id, locked until the transaction ends.
///
/// # Errors
///
/// [`Error::Locked`] where another transaction holds it for longer than the lock time-out.
pub async fn get_for_update(conn: &mut PgConnection, id: Uuid) -> Result<Option<Item>, Error> {
    let item = query_item!("SELECT ", "FROM items WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", id)
        .fetch_optional(conn)
        .await?;
    Ok(item)
}

/// The version of the item with this id, and whether it is deleted: tells why a write found nothing.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn version(conn: &mut PgConnection, id: Uuid) -> Result<Option<(i64, bool)>, Error> {
    let row =
        sqlx::query!(r#"SELECT version, deleted_at IS NOT NULL AS "deleted!" FROM items WHERE id = $1"#, id)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| (row.version, row.deleted)))
}

/// Replaces the content of an item, counts its version up, and returns it; `None` where there is no such item in such a version.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`]; [`Error::Invalid`] where the content breaks a rule.
pub async fn update(
    conn: &mut PgConnection,
    id: Uuid,
    versions: &Versions,
    content: &ItemContent,
) -> Result<Option<Item>, Error> {
    let item = query_item!(
        "UPDATE items
           SET name = $2, status = $3, attributes = $4, version = version + 1, updated_at = now()
           WHERE id = $1 AND deleted_at IS NULL
             AND ($5::bigint[] IS NULL OR version = ANY($5)) AND version <> ALL($6::bigint[])
           RETURNING ",
        "",
        id,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
        versions.only.as_deref(),
        &versions.except,
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// As [`update`], but makes the item where there is none with this id: its version is then 1. `None` where there is one in another
/// version, or a deleted one.
///
/// # Errors
///
/// As [`update`].
pub async fn put(
    conn: &mut PgConnection,
    id: Uuid,
    versions: &Versions,
    content: &ItemContent,
) -> Result<Option<Item>, Error> {
    let item = query_item!(
        "INSERT INTO items (id, name, status, attributes)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO UPDATE
           SET name = $2, status = $3, attributes = $4, version = items.version + 1, updated_at = now()
           WHERE items.deleted_at IS NULL
             AND ($5::bigint[] IS NULL OR items.version = ANY($5)) AND items.version <> ALL($6::bigint[])
           RETURNING ",
        "",
        id,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
        versions.only.as_deref(),
        &versions.except,
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// Deletes an item so that it can be restored; `false` where there is no such item in such a version.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`].
pub async fn delete(conn: &mut PgConnection, id: Uuid, versions: &Versions) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE items SET deleted_at = now(), version = version + 1, updated_at = now()
         WHERE id = $1 AND deleted_at IS NULL
           AND ($2::bigint[] IS NULL OR version = ANY($2)) AND version <> ALL($3::bigint[])",
        id,
        versions.only.as_deref(),
        &versions.except,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Brings a deleted item back and returns it; `None` where there is no such deleted item in such a version.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`].
pub async fn restore(conn: &mut PgConnection, id: Uuid, versions: &Versions) -> Result<Option<Item>, Error> {
    let item = query_item!(
        "UPDATE items SET deleted_at = NULL, version = version + 1, updated_at = now()
           WHERE id = $1 AND deleted_at IS NOT NULL
             AND ($2::bigint[] IS NULL OR version = ANY($2)) AND version <> ALL($3::bigint[])
           RETURNING ",
        "",
        id,
        versions.only.as_deref(),
        &versions.except,
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// Removes an item for good, deleted or not; `false` where there is no such item in such a version.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`].
pub async fn purge(conn: &mut PgConnection, id: Uuid, versions: &Versions) -> Result<bool, Error> {
    let done = sqlx::query!(
        "DELETE FROM items
         WHERE id = $1 AND ($2::bigint[] IS NULL OR version = ANY($2)) AND version <> ALL($3::bigint[])",
        id,
        versions.only.as_deref(),
        &versions.except,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The items with these ids as far as there are such, locked until the transaction ends, in the order of their ids: transactions that
/// lock many so do not wait for each other in a circle.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`].
pub async fn get_many_for_update(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Item>, Error> {
    let items = query_item!(
        "SELECT ",
        "FROM items WHERE id = ANY($1) AND deleted_at IS NULL ORDER BY id FOR UPDATE",
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(items)
}

/// As [`create`], for many at once; the order of what is returned is not that of `ids`.
///
/// # Errors
///
/// As [`create`].
pub async fn create_many(
    conn: &mut PgConnection,
    ids: &[Uuid],
    contents: &[ItemContent],
) -> Result<Vec<Item>, Error> {
    let (names, statuses, attributes) = columns(contents);
    let items = query_item!(
        "INSERT INTO items (id, name, status, attributes)
           SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::jsonb[])
           RETURNING ",
        "",
        ids,
        &names as _,
        &statuses as _,
        &attributes as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(items)
}

/// As [`update`], for many at once that are there and locked; the order of what is returned is not that of `ids`.
///
/// # Errors
///
/// As [`update`].
pub async fn update_many(
    conn: &mut PgConnection,
    ids: &[Uuid],
    contents: &[ItemContent],
) -> Result<Vec<Item>, Error> {
    let (names, statuses, attributes) = columns(contents);
    let items = query_item!(
        "UPDATE items
           SET name = new_name, status = new_status, attributes = new_attributes,
               version = version + 1, updated_at = now()
           FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::jsonb[])
               AS new (new_id, new_name, new_status, new_attributes)
           WHERE id = new_id AND deleted_at IS NULL
           RETURNING ",
        "",
        ids,
        &names as _,
        &statuses as _,
        &attributes as _,
    )
    .fetch_all(conn)
    .await?;
    all(items.len(), ids.len())?;
    Ok(items)
}

/// As [`delete`], for many at once that are there and locked.
///
/// # Errors
///
/// As [`delete`].
pub async fn delete_many(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), Error> {
    let done = sqlx::query!(
        "UPDATE items SET deleted_at = now(), version = version + 1, updated_at = now()
         WHERE id = ANY($1) AND deleted_at IS NULL",
        ids,
    )
    .execute(conn)
    .await?;
    all(usize::try_from(done.rows_affected()).unwrap_or_default(), ids.len())
}

/// Sees that as many rows were written as were to be.
fn all(written: usize, wanted: usize) -> Result<(), Error> {
    if written == wanted {
        return Ok(());
    }
    Err(Error::Internal(format!("{written} rows were written instead of {wanted}").into()))
}

/// The contents column by column.
fn columns(contents: &[ItemContent]) -> (Vec<&str>, Vec<&'static str>, Vec<Json<&RawValue>>) {
    let names = contents.iter().map(|content| content.name.as_str());
    let statuses = contents.iter().map(|content| content.status.as_str());
    let attributes = contents.iter().map(|content| Json(&*content.attributes));
    (names.collect(), statuses.collect(), attributes.collect())
}

/// One page of items, newest first, and whether there are more beyond it in the direction of reading.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    start: Start,
    limit: u32,
) -> Result<(Vec<Item>, bool), Error> {
    let mut query = QueryBuilder::<Postgres>::new("");
    if filter.include_deleted {
        // The items that live and those that do not are in an index each; the page is among the first of both.
        query.push("SELECT * FROM ((");
        push_page(&mut query, " IS NULL", filter, start, limit);
        query.push(") UNION ALL (");
        push_page(&mut query, " IS NOT NULL", filter, start, limit);
        query.push(")) AS items");
        keyset::push_order(&mut query, start, limit);
    } else {
        push_page(&mut query, " IS NULL", filter, start, limit);
    }
    let items = query.build_query_as().fetch_all(conn).await?;
    Ok(keyset::cut_page(items, start, limit))
}

fn push_page(
    query: &mut QueryBuilder<Postgres>,
    deleted_at: &str,
    filter: &ItemFilter,
    start: Start,
    limit: u32,
) {
    query.push(
        "SELECT id, name, status, attributes, version, created_at, updated_at, deleted_at FROM items WHERE deleted_at",
    );
    query.push(deleted_at);
    push_filter(query, filter);
    keyset::push_page(query, start, limit);
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter) {
    match filter.status.as_slice() {
        [] => {}
        // An equality lets the index on status deliver the order of the list; an array does not.
        [status] => {
            query.push(" AND status = ").push_bind(*status);
        }
        several => {
            let names: Vec<&str> = several.iter().map(|status| status.as_str()).collect();
            query.push(" AND status = ANY(").push_bind(names).push(")");
        }
    }
    if let Some(prefix) = &filter.name_prefix {
        query.push(" AND name LIKE ").push_bind(like_prefix(prefix));
    }
    if let Some(moment) = filter.created_after {
        query.push(" AND created_at >= ").push_bind(moment);
    }
    if let Some(moment) = filter.created_before {
        query.push(" AND created_at < ").push_bind(moment);
    }
}

/// The pattern of LIKE for "begins with": its own wildcards in `prefix` lose their meaning.
fn like_prefix(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for c in prefix.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
