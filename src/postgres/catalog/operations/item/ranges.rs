//! Ranges of the values of indexed attributes.

use curio_filter::{Bound, Range, Values};
use sqlx::{Postgres, QueryBuilder};

use crate::postgres::catalog::models::{IndexType, IndexedRange};

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

/// Pushes that an item has values in these ranges: it is among those of the index, which are read
/// first.
pub fn push_looked_up(query: &mut QueryBuilder<Postgres>, ranges: &[IndexedRange]) {
    for range in ranges {
        query.push(" AND id = ANY(ARRAY(");
        push_items(query, range);
        query.push("))");
    }
}

/// As [`push_looked_up`], but PostgreSQL decides when to read the index: there may be too many
/// items for an array.
pub fn push_in_ranges(query: &mut QueryBuilder<Postgres>, ranges: &[IndexedRange]) {
    for range in ranges {
        query.push(" AND id IN (");
        push_items(query, range);
        query.push(")");
    }
}

/// Pushes the ids of the items with a value in a range.
fn push_items(query: &mut QueryBuilder<Postgres>, IndexedRange { index, kind, range }: &IndexedRange) {
    let (column, name) = (column(*kind), kind.as_str());
    query.push(format_args!("SELECT item_id FROM item_values WHERE type = '{name}' AND index_id = "));
    query.push_bind(*index);
    if range.bound == Bound::Equal {
        query.push(format_args!(" AND {column} IN ("));
        push_values(query, &range.values);
        query.push(")");
    } else {
        push_between(query, *kind, range);
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
