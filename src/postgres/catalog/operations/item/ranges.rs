//! Ranges of the values of indexed attributes.

use curio_filter::{Bound, Range, Values};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::{
    error::Error,
    postgres::catalog::{
        models::{IndexType, IndexedRanges, ItemFilter},
        operations::index,
    },
};

/// The column of values of this type.
pub fn column(kind: IndexType) -> &'static str {
    match kind {
        IndexType::Number => "number",
        IndexType::String => "text",
        IndexType::Boolean => "flag",
        IndexType::Timestamp => "instant",
    }
}

/// The type of that column.
pub fn sql_type(kind: IndexType) -> &'static str {
    match kind {
        IndexType::Number => "numeric",
        IndexType::String => "text",
        IndexType::Boolean => "boolean",
        IndexType::Timestamp => "timestamptz",
    }
}

/// Pushes that the value is between the ends of a range, or between the least and the greatest of
/// its elements.
pub fn push_between(query: &mut QueryBuilder<Postgres>, kind: IndexType, range: &Range) {
    let column = column(kind);
    let bounds: &[(&str, &str)] = match range.bound {
        Bound::Lower => &[(">=", "greatest")],
        Bound::Upper => &[("<=", "least")],
        Bound::Equal => &[(">=", "least"), ("<=", "greatest")],
    };
    for (comparison, of) in bounds {
        query.push(format_args!(" AND {column} {comparison} {of}("));
        push_values(query, &range.values);
        query.push(")");
    }
}

/// The most items in ranges that are looked up.
const MAX_LOOKED_UP: u32 = 20_000;

/// The filter as [`index::with_ranges`] returns it, but without ranges if they have too many items
/// to look all of them up.
///
/// # Errors
///
/// Whatever the database reports. It takes long if one of several ranges has many items.
pub async fn with_narrow_ranges(conn: &mut PgConnection, filter: &ItemFilter) -> Result<ItemFilter, Error> {
    let mut filter = index::with_ranges(conn, filter).await?;
    if !filter.ranges.is_empty() {
        let mut query = QueryBuilder::new("SELECT count(*) FROM (");
        push_all(&mut query, &filter.ranges);
        query.push(format_args!(" LIMIT {}) AS found", MAX_LOOKED_UP + 1));
        let count: i64 = query.build_query_scalar().persistent(false).fetch_one(conn).await?;
        if count > MAX_LOOKED_UP.into() {
            filter.ranges.clear();
        }
    }
    Ok(filter)
}

/// Pushes that an item has values in these ranges: it is among those of the indexes, which are read
/// first. There is one array, since PostgreSQL would try each pair of elements of two, in a loop
/// that cannot be cancelled.
pub fn push_looked_up(query: &mut QueryBuilder<Postgres>, ranges: &[IndexedRanges]) {
    if !ranges.is_empty() {
        query.push(" AND id = ANY(ARRAY(");
        push_all(query, ranges);
        query.push("))");
    }
}

/// As [`push_looked_up`], but PostgreSQL decides when to read the index: there may be too many
/// items for an array.
pub fn push_in_ranges(query: &mut QueryBuilder<Postgres>, ranges: &[IndexedRanges]) {
    for range in ranges {
        query.push(" AND id IN (");
        push_items(query, range);
        query.push(")");
    }
}

/// Pushes the ids of the items with values in all of these ranges.
fn push_all(query: &mut QueryBuilder<Postgres>, ranges: &[IndexedRanges]) {
    for (index, indexed) in ranges.iter().enumerate() {
        if index > 0 {
            query.push(" INTERSECT ");
        }
        push_items(query, indexed);
    }
}

/// Pushes the ids of the items with a value in the ranges of an index.
fn push_items(query: &mut QueryBuilder<Postgres>, IndexedRanges { index, kind, ranges }: &IndexedRanges) {
    let (column, name) = (column(*kind), kind.as_str());
    query.push(format_args!("SELECT item_id FROM item_values WHERE type = '{name}' AND index_id = "));
    query.push_bind(*index);
    for range in ranges {
        if range.bound == Bound::Equal {
            query.push(format_args!(" AND {column} IN ("));
            push_values(query, &range.values);
            query.push(")");
        } else {
            push_between(query, *kind, range);
        }
    }
}

/// Pushes values as an index has them.
fn push_values(query: &mut QueryBuilder<Postgres>, values: &Values) {
    match values {
        Values::Numbers(numbers) => push_each(query, numbers, |query, number| {
            query.push("round(least(greatest(").push_bind(number.clone());
            query.push("::numeric, -1e310), 1e310), 340)");
        }),
        Values::Texts(texts) => push_each(query, texts, |query, text| {
            query.push("left(").push_bind(text.clone()).push("::text, 200) COLLATE \"C\"");
        }),
        Values::Booleans(flags) => push_each(query, flags, |query, flag| {
            query.push(flag);
        }),
        Values::Timestamps(instants) => push_each(query, instants, |query, instant| {
            query.push_bind(*instant).push("::timestamptz");
        }),
    }
}

fn push_each<T>(
    query: &mut QueryBuilder<Postgres>,
    values: &[T],
    push: impl Fn(&mut QueryBuilder<Postgres>, &T),
) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            query.push(", ");
        }
        push(query, value);
    }
}
