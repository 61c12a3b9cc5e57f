//! What can be done with items.

use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use crate::{
    error::Error,
    postgres::{
        catalog::models::{Item, ItemContent, ItemFilter, Status},
        json::JsonText,
        keyset::{self, Start},
    },
};

/// Inserts an item and returns it with what the database added.
///
/// # Errors
///
/// [`Error::Conflict`] where the id is taken; [`Error::Invalid`] where the content breaks a rule.
pub async fn create(conn: &mut PgConnection, id: Uuid, content: &ItemContent) -> Result<Item, Error> {
    let item = sqlx::query_as!(
        Item,
        r#"INSERT INTO items (id, name, status, attributes)
           VALUES ($1, $2, $3, $4)
           RETURNING id, name, status AS "status: Status", attributes AS "attributes: JsonText",
                     version, created_at, updated_at"#,
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
    let item = sqlx::query_as!(
        Item,
        r#"SELECT id, name, status AS "status: Status", attributes AS "attributes: JsonText",
                  version, created_at, updated_at
           FROM items WHERE id = $1"#,
        id,
    )
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
    let item = sqlx::query_as!(
        Item,
        r#"SELECT id, name, status AS "status: Status", attributes AS "attributes: JsonText",
                  version, created_at, updated_at
           FROM items WHERE id = $1 FOR UPDATE"#,
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// Replaces the content of an item, counts its version up, and returns it; `None` where there is no such item.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`]; [`Error::Invalid`] where the content breaks a rule.
pub async fn update(conn: &mut PgConnection, id: Uuid, content: &ItemContent) -> Result<Option<Item>, Error> {
    let item = sqlx::query_as!(
        Item,
        r#"UPDATE items
           SET name = $2, status = $3, attributes = $4, version = version + 1, updated_at = now()
           WHERE id = $1
           RETURNING id, name, status AS "status: Status", attributes AS "attributes: JsonText",
                     version, created_at, updated_at"#,
        id,
        content.name,
        content.status as Status,
        Json(&content.attributes) as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(item)
}

/// Deletes an item; `false` where there is no such item.
///
/// # Errors
///
/// [`Error::Locked`] as in [`get_for_update`].
pub async fn delete(conn: &mut PgConnection, id: Uuid) -> Result<bool, Error> {
    let done = sqlx::query!("DELETE FROM items WHERE id = $1", id).execute(conn).await?;
    Ok(done.rows_affected() > 0)
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
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT id, name, status, attributes, version, created_at, updated_at FROM items WHERE true",
    );
    push_filter(&mut query, filter);
    keyset::push_page(&mut query, start, limit);
    let items = query.build_query_as().fetch_all(conn).await?;
    Ok(keyset::cut_page(items, start, limit))
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
