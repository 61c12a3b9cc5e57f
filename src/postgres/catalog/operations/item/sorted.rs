//! The list of items in the order of an indexed attribute.

use curio_filter::Range;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    key::{AttributeKey, ItemKey},
    list::{COLUMNS, MEASURED, examined_columns, push_is_match},
    ranges::{column, push_between},
};
use crate::{
    error::Error,
    postgres::{
        catalog::{
            models::{Item, ItemFilter, ItemSort},
            operations::index::Index,
        },
        keyset::{KeyOf, Order, Page, PageRequest, Start},
        measured::{push_measured, read_measured},
    },
};

/// How many items without a value are examined in addition, if a page ends with them.
const MORE_EXAMINED: u32 = 1_000;

/// An item in the order of an attribute.
#[derive(Debug, sqlx::FromRow)]
pub struct SortedItem {
    /// The item.
    #[sqlx(flatten)]
    pub item: Item,
    index_id: Uuid,
    sort_value: Option<String>,
}

impl From<SortedItem> for Item {
    fn from(sorted: SortedItem) -> Self {
        sorted.item
    }
}

impl KeyOf<SortedItem> for ItemKey {
    fn of(row: &SortedItem, _: ItemSort) -> Self {
        let (index, value, id) = (row.index_id, row.sort_value.clone(), row.item.id);
        Self::Attribute(AttributeKey { index, value, id })
    }
}

/// The items that have a value, or those that have none, which are at the end in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Values,
    Missing,
}

/// Part of a list, and where in it to begin.
struct Portion<'a> {
    index: &'a Index,
    part: Part,
    ranges: &'a [Range],
    /// `Some(true)` if the item with this key is the first one.
    start: Option<(bool, &'a AttributeKey)>,
    /// The order in which it is read, as if it were the whole list.
    page: PageRequest<ItemKey>,
}

/// A page of items in the order of an index: a walk as [`walk`](super::walk), between the bounds
/// that the filter sets to the attribute.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn walk_by_attribute(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    index: &Index,
    page: &PageRequest<ItemKey>,
    most: u32,
) -> Result<Page<SortedItem, ItemKey>, Error> {
    let ranges = filter.ranges_of(&index.path, index.kind);
    let start = match &page.start {
        Start::After(ItemKey::Attribute(key)) | Start::Before(ItemKey::Attribute(key)) => Some((false, key)),
        Start::From(ItemKey::Attribute(key)) | Start::UpTo(ItemKey::Attribute(key)) => Some((true, key)),
        _ => None,
    };
    let is_backwards = page.start.is_backwards();
    let mut parts = vec![Part::Values, Part::Missing];
    if is_backwards {
        parts.reverse();
    }
    if let Some((_, key)) = start
        && key.value.is_none() != (parts[0] == Part::Missing)
    {
        parts.remove(0);
    }
    // What is missing is in no range.
    parts.retain(|part| *part == Part::Values || ranges.is_empty());
    let order = Order { is_descending: page.order.is_descending != is_backwards, ..page.order };
    let mut whole = Page { rows: Vec::new(), more: false, rest: None };
    for (position, part) in parts.into_iter().enumerate() {
        let limit = page.limit - u32::try_from(whole.rows.len()).unwrap_or(page.limit);
        let portion = Portion {
            index,
            part,
            ranges: &ranges,
            start: start.filter(|(_, key)| key.value.is_none() == (part == Part::Missing)),
            page: PageRequest { start: Start::First, order, limit, bytes: page.bytes },
        };
        let most = if position == 0 { most } else { MORE_EXAMINED };
        let found = portion.walk(&mut *conn, filter, most).await?;
        whole.rows.extend(found.rows);
        whole.more = found.more;
        whole.rest = found.rest.map(|rest| match rest {
            Start::From(key) => page.from(key),
            Start::First | Start::After(_) | Start::Before(_) | Start::UpTo(_) => page.behind(rest_key(rest)),
        });
        if whole.more {
            break;
        }
    }
    if is_backwards {
        whole.rows.reverse();
    }
    Ok(whole)
}

impl Portion<'_> {
    async fn walk(
        &self,
        conn: &mut PgConnection,
        filter: &ItemFilter,
        most: u32,
    ) -> Result<Page<SortedItem, ItemKey>, Error> {
        let page = &self.page;
        let examined = PageRequest { limit: most - 1, ..page.clone() };
        let mut query = QueryBuilder::new("WITH matches AS (SELECT * FROM (SELECT *, ");
        push_is_match(&mut query, filter, page.order.sort);
        // The id of the key, by which PostgreSQL knows that the items are in order.
        let examined_columns = examined_columns(filter);
        let columns = examined_columns.replacen("id", "keys.id, sort_key", 1);
        query.push(format_args!(" FROM (SELECT {columns} FROM ("));
        self.push_keys(&mut query, &examined);
        query.push(format_args!(
            ") AS keys CROSS JOIN LATERAL (SELECT {examined_columns} FROM items WHERE items.id = keys.id OFFSET 0) AS items"
        ));
        query.push(") AS items");
        page.push_sort(&mut query);
        query.push(") AS items WHERE is_match IS NOT FALSE");
        page.push_order(&mut query);
        query.push("), last AS (SELECT sort_key::text AS last_sort_value, id AS last_id FROM (");
        self.push_keys(&mut query, &examined);
        query.push(format_args!(") AS keys WHERE (SELECT count(*) FROM matches) <= {}", page.limit));
        examined.push_order(&mut query);
        query.push(format_args!(" OFFSET {}) SELECT matches.*, last.*, ", examined.limit));
        query.push_bind(self.index.id);
        query.push(" AS index_id FROM (SELECT) AS one LEFT JOIN last ON true LEFT JOIN (");
        let columns = COLUMNS.replace(MEASURED, "CASE WHEN is_match THEN attributes END AS attributes");
        push_measured(&mut query, page, MEASURED, |query| {
            query.push(format_args!(
                "SELECT {columns}, sort_key, sort_key::text AS sort_value, is_match FROM matches"
            ));
        });
        query.push(") AS matches ON true");
        page.push_order(&mut query);
        let mut rows = query.build().persistent(false).fetch_all(conn).await?;
        let Some(first) = rows.first() else { return read_measured(&rows, page, None) };
        let mut rest = self.read_key(first, "last_")?.map(Start::After);
        let is_match = |row: &PgRow| row.try_get::<Option<bool>, _>("is_match");
        if let Some(end) = rows.iter().position(|row| matches!(is_match(row), Ok(None))) {
            // Without matches, there is one row without an item.
            if let Some(key) = self.read_key(&rows[end], "")? {
                rest = Some(Start::From(key));
            }
            rows.truncate(end);
        }
        read_measured(&rows, page, rest)
    }

    /// Pushes the keys of this part, in order.
    fn push_keys(&self, query: &mut QueryBuilder<Postgres>, page: &PageRequest<ItemKey>) {
        let column = column(self.index.kind);
        let kind = self.index.kind.as_str();
        let is_missing = if self.part == Part::Missing { "IS NULL" } else { "IS NOT NULL" };
        query.push(format_args!(
            "SELECT {column} AS sort_key, item_id AS id FROM item_values WHERE type = '{kind}' AND {column} \
             {is_missing} AND index_id = "
        ));
        query.push_bind(self.index.id);
        for range in self.ranges {
            push_between(query, self.index.kind, range);
        }
        if let Some((is_included, key)) = self.start {
            let comparison = if page.order.is_descending { "<" } else { ">" };
            let or_equal = if is_included { "=" } else { "" };
            match &key.value {
                Some(value) => {
                    query.push(format_args!(" AND ({column}, item_id) {comparison}{or_equal} ("));
                    query.push_bind(value.clone());
                    query.push(format_args!("::{}, ", super::ranges::sql_type(self.index.kind)));
                    query.push_bind(key.id).push(")");
                }
                None => {
                    query.push(format_args!(" AND item_id {comparison}{or_equal} ")).push_bind(key.id);
                }
            }
        }
        page.push_order(query);
    }

    /// The key in the columns with this prefix; `None` if they are null.
    fn read_key(&self, row: &PgRow, prefix: &str) -> Result<Option<ItemKey>, Error> {
        let Some(id) = row.try_get(&*format!("{prefix}id"))? else { return Ok(None) };
        let value = row.try_get(&*format!("{prefix}sort_value"))?;
        Ok(Some(ItemKey::Attribute(AttributeKey { index: self.index.id, value, id })))
    }
}

/// The key behind which the rest of a list begins.
fn rest_key(rest: Start<ItemKey>) -> ItemKey {
    match rest {
        Start::After(key) | Start::From(key) | Start::Before(key) | Start::UpTo(key) => key,
        Start::First => unreachable!("a rest is behind something"),
    }
}
