//! The list of items.

use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::{
    error::Error,
    postgres::{
        catalog::models::{Item, ItemFilter},
        keyset::{Newest, Page, PageRequest},
    },
};

/// A page of items, newest first.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    page: &PageRequest<Newest>,
) -> Result<Page<Item>, Error> {
    let mut query = QueryBuilder::<Postgres>::new("");
    if filter.include_deleted {
        // Live and deleted items have an index each; the page is among the first rows of both.
        query.push("SELECT * FROM ((");
        push_page(&mut query, " IS NULL", filter, page);
        query.push(") UNION ALL (");
        push_page(&mut query, " IS NOT NULL", filter, page);
        query.push(")) AS items");
        page.push_order(&mut query);
    } else {
        push_page(&mut query, " IS NULL", filter, page);
    }
    Ok(page.page(query.build_query_as().fetch_all(conn).await?))
}

fn push_page(
    query: &mut QueryBuilder<Postgres>,
    deleted_at: &str,
    filter: &ItemFilter,
    page: &PageRequest<Newest>,
) {
    query.push(
        "SELECT id, collection, name, status, attributes, schema_version, version, created_at, updated_at, deleted_at
         FROM items WHERE deleted_at",
    );
    query.push(deleted_at);
    push_filter(query, filter);
    page.push(query);
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter) {
    if let Some(collection) = &filter.collection {
        query.push(" AND collection = ").push_bind(collection.clone());
    }
    match filter.status.as_slice() {
        [] => {}
        // With an equality, the index on status returns rows in list order; with an array it does
        // not.
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
    if let Some(time) = filter.created_after {
        query.push(" AND created_at >= ").push_bind(time);
    }
    if let Some(time) = filter.created_before {
        query.push(" AND created_at < ").push_bind(time);
    }
}

/// The LIKE pattern for "begins with", with the wildcards in `prefix` escaped.
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
