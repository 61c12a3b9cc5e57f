//! The list of items.

use std::{borrow::Cow, time::Duration};

use curio_filter::{Filter, Part};
use serde_json::Value;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _, postgres::PgRow};

use super::{
    key::ItemKey,
    ranges::push_looked_up,
    sections::{push_name, push_one_value, push_page, push_times},
    words::push_contains,
};
use crate::{
    error::Error,
    postgres::{
        catalog::models::{Item, ItemFilter, ItemSort, Within},
        keyset::{Page, PageRequest, SortKey, Start},
        measured::{push_measured, read_measured},
    },
};

pub const COLUMNS: &str = "id, collection, name, status, attributes, schema_version, version, created_at, updated_at, created_by, \
     updated_by, deleted_at";

/// How long a page examines items, except the last one.
const WALK_TIME: Duration = Duration::from_secs(1);

/// What pages are measured by.
pub const MEASURED: &str = "attributes";

/// A page of items. The filter [is in order](ItemFilter::is_in_order).
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) -> Result<Page<Item, ItemKey>, Error> {
    let mut query = QueryBuilder::new("");
    push_measured(&mut query, page, MEASURED, |query| push_page(query, COLUMNS, filter, page));
    // The best plan for the others depends on how frequent the value is.
    let is_of_all = !filter.is_of_collections() && filter.status.is_empty();
    let rows = query.build().persistent(is_of_all).fetch_all(conn).await?;
    read_measured(&rows, page, None)
}

/// A page of items by name, all of which are sorted for it; `None` if there are more than `most`,
/// before conditions other than the collection, one status and times.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list_by_name(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
    most: u32,
) -> Result<Option<Page<Item, ItemKey>>, Error> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    push_newest(&mut query, filter, most + 1);
    query.push(") AS items");
    let count: i64 = query.build_query_scalar().persistent(false).fetch_one(&mut *conn).await?;
    if count > most.into() {
        return Ok(None);
    }
    let mut query = QueryBuilder::new("");
    push_measured(&mut query, page, MEASURED, |query| {
        query.push(format_args!("SELECT {COLUMNS} FROM ("));
        push_newest(query, filter, most);
        query.push(") AS items WHERE true");
        push_rest(query, filter, ItemSort::Created);
        page.push(query);
    });
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    Ok(Some(read_measured(&rows, page, None)?))
}

/// A page of items: a walk along the list, until the page is full, `most` items were
/// examined or a second is over. So it may be short or empty although there are more.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn walk(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
    most: u32,
) -> Result<Page<Item, ItemKey>, Error> {
    let walk = PageRequest { limit: most - 1, ..page.clone() };
    // The first item that was not examined is among the matches.
    let mut query = QueryBuilder::new("WITH matches AS (SELECT * FROM (SELECT *, ");
    push_is_match(&mut query, filter, page.order.sort);
    query.push(" FROM (");
    push_page(&mut query, &examined_columns(filter), filter, &walk);
    query.push(") AS items");
    page.push_sort(&mut query); // else PostgreSQL forgets that they are in order
    query.push(") AS items WHERE is_match IS NOT FALSE");
    page.push_order(&mut query);
    // PostgreSQL looks for the last item only if the page is not full. It does so in the same
    // statement, so that both see the same items.
    query.push("), last AS (SELECT created_at AS last_created_at, name AS last_name, id AS last_id FROM (");
    // Without names, the index is enough.
    let key =
        if page.order.sort == ItemSort::Name { "created_at, name, id" } else { "created_at, '' AS name, id" };
    push_page(&mut query, key, filter, &walk);
    query.push(format_args!(") AS items WHERE (SELECT count(*) FROM matches) <= {}", page.limit));
    walk.push_order(&mut query);
    query.push(format_args!(
        " OFFSET {}) SELECT matches.*, last.* FROM (SELECT) AS one LEFT JOIN last ON true LEFT JOIN (",
        walk.limit
    ));
    // What was not examined is not shown either.
    let columns = COLUMNS.replace(MEASURED, "CASE WHEN is_match THEN attributes END AS attributes");
    push_measured(&mut query, page, MEASURED, |query| {
        query.push(format_args!("SELECT {columns}, is_match FROM matches"));
    });
    query.push(") AS matches ON true");
    page.push_order(&mut query);
    // There are too many different filters to prepare a statement for each.
    let mut rows = query.build().persistent(false).fetch_all(conn).await?;
    let Some(first) = rows.first() else { return read_measured(&rows, page, None) };
    let mut rest = read_key(first, page, "last_")?.map(|key| page.behind(key));
    let is_match = |row: &PgRow| row.try_get::<Option<bool>, _>("is_match");
    if let Some(end) = rows.iter().position(|row| matches!(is_match(row), Ok(None))) {
        // Without matches, there is one row without an item.
        if let Some(key) = read_key(&rows[end], page, "")? {
            rest = Some(page.from(key));
        }
        rows.truncate(end);
    }
    read_measured(&rows, page, rest)
}

/// The key in the columns with this prefix; `None` if they are null.
fn read_key(row: &PgRow, page: &PageRequest<ItemKey>, prefix: &str) -> Result<Option<ItemKey>, Error> {
    let column = |name| format!("{prefix}{name}");
    let Some(id) = row.try_get(&*column("id"))? else { return Ok(None) };
    let (created_at, name) = (row.try_get(&*column("created_at"))?, row.try_get(&*column("name"))?);
    Ok(Some(ItemKey::new(page.order.sort, created_at, name, id)))
}

/// Pushes whether an item of a walk satisfies the conditions that do not keep the list in order;
/// NULL if the time was over before it was examined. What an item costs is not known before: one
/// with many values takes a million times as long as one with few.
pub fn push_is_match(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter, sort: ItemSort) {
    let milliseconds = WALK_TIME.as_millis();
    // PostgreSQL computes the end of the time at the first item, and after the time to compare it
    // with. So the first item is always examined, and a page gets ahead however slow the server is.
    query.push(format_args!(
        "CASE WHEN clock_timestamp() < (SELECT clock_timestamp() + interval '{milliseconds} ms') THEN true"
    ));
    push_rest(query, filter, sort);
    query.push(" END AS is_match");
}

/// A page of items, from the index on names, attributes or words, or from those on values:
/// `required` is what the attributes of all of them contain.
///
/// # Errors
///
/// Whatever the database reports. It takes long if many items have such a name or attributes.
pub async fn look_up(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    required: Option<&Value>,
    page: &PageRequest<ItemKey>,
) -> Result<Page<Item, ItemKey>, Error> {
    let mut query = QueryBuilder::new("");
    push_measured(&mut query, page, MEASURED, |query| {
        push_matches(query, COLUMNS, filter, required);
        push_looked_up(query, &filter.ranges);
        page.push(query);
    });
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    read_measured(&rows, page, None)
}

/// Pushes the items of the list: `required` is what the attributes of all of them contain.
pub fn push_matches(
    query: &mut QueryBuilder<Postgres>,
    columns: &str,
    filter: &ItemFilter,
    required: Option<&Value>,
) {
    push_candidates(query, columns, filter);
    if let Some(required) = required {
        query.push(" AND attributes @> ").push_bind(required.to_string()).push("::jsonb");
    }
    push_rest(query, filter, ItemSort::Created);
}

/// Pushes the items that satisfy the conditions that keep the list in order.
pub fn push_candidates(query: &mut QueryBuilder<Postgres>, columns: &str, filter: &ItemFilter) {
    let deleted_at = if filter.include_deleted { "true" } else { "deleted_at IS NULL" };
    query.push(format_args!("SELECT {columns} FROM items WHERE {deleted_at}"));
    if let Within::Of(keys) = &filter.within {
        query.push(" AND collection = ANY(").push_bind(keys.clone()).push(")");
    }
    push_one_value(query, filter);
    push_times(query, filter);
}

/// Pushes the newest `most` of them.
pub fn push_newest(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter, most: u32) {
    let order = ItemKey::DEFAULT;
    let page = PageRequest { start: Start::First, order, limit: most - 1, bytes: usize::MAX };
    push_page(query, &examined_columns(filter), filter, &page);
}

/// What it takes to examine an item.
pub fn examined_columns(filter: &ItemFilter) -> Cow<'static, str> {
    if filter.search.is_some() { format!("{COLUMNS}, search").into() } else { COLUMNS.into() }
}

/// Pushes the other conditions.
fn push_rest(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter, sort: ItemSort) {
    match sort {
        ItemSort::Created | ItemSort::Relevance => push_name(query, filter),
        ItemSort::Name | ItemSort::Attribute => {
            if !filter.include_deleted {
                query.push(" AND deleted_at IS NULL");
            }
            push_one_value(query, filter);
            push_times(query, filter);
            if sort == ItemSort::Attribute {
                push_name(query, filter);
            }
        }
    }
    if filter.status.len() > 1 || filter.is_of_collections() && !filter.status.is_empty() {
        let names: Vec<&str> = filter.status.iter().map(|status| status.as_str()).collect();
        query.push(" AND status = ANY(").push_bind(names).push(")");
    }
    if let Some(search) = &filter.search {
        push_contains(query, search);
    }
    if let Some(condition) = &filter.condition {
        query.push(" AND ");
        push_condition(query, condition);
    }
}

fn push_condition(query: &mut QueryBuilder<Postgres>, condition: &Filter) {
    for part in condition.sql() {
        match part {
            Part::Sql(sql) => query.push(sql),
            Part::Text(text) => query.push_bind(text),
            Part::Timestamp(time) => query.push_bind(time),
        };
    }
}
