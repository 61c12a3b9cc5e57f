//! Items that contain words, the best first.

use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row as _, postgres::PgRow};

use super::{
    key::ItemKey,
    list::{COLUMNS, examined_columns, push_candidates, push_is_match, push_matches, push_newest},
    relevance::{Relevance, Span},
    sections::push_page,
    words::push_rank,
};
use crate::{
    error::Error,
    postgres::{
        catalog::models::{Item, ItemFilter, ItemSort, Search, Term},
        count::estimate,
        keyset::{KeyOf, Newest, Page, PageRequest, SortKey, Start},
        measured::{push_measured, read_measured},
    },
};

/// The most items that are ranked: the newest.
pub const MAX_RANKED: u32 = 1_000;

/// The most items with some words that are looked up in a tenth of a second.
const MAX_LOOKED_UP: i64 = 20_000;

/// How the items to be ranked are found.
#[derive(Debug, Clone, Copy)]
pub enum Candidates {
    /// Among this many items, along the list.
    Walk(u32),
    /// In the index on words.
    LookUp,
}

/// Whether so many items are known to contain the words that looking them up takes too long.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn is_common(conn: &mut PgConnection, filter: &ItemFilter) -> Result<bool, Error> {
    // PostgreSQL has statistics of frequent words only: it expects others in 5 of 1,000 items, and the
    // beginning of a word in 20.
    const UNKNOWN: i64 = 6;
    let whole_words = |search: &Search| Search {
        terms: search.terms.iter().map(|term| Term { is_phrase: true, ..term.clone() }).collect(),
        spelling: None,
    };
    let filter = ItemFilter { search: filter.search.as_ref().map(whole_words), ..filter.clone() };
    let matches = estimate(conn, |query| push_matches(query, "", &filter, None)).await?;
    if matches <= MAX_LOOKED_UP {
        return Ok(false);
    }
    let candidates = estimate(conn, |query| push_candidates(query, "", &filter)).await?;
    Ok(matches * 1_000 > candidates * UNKNOWN)
}

/// An item, and where it is in a list by relevance.
#[derive(Debug)]
pub struct Ranked {
    /// The item.
    pub item: Item,
    rank: f32,
    span: Span,
    spelling: Option<String>,
}

impl KeyOf<Ranked> for ItemKey {
    fn of(row: &Ranked, _: ItemSort) -> Self {
        let item = Newest::new(row.item.created_at, row.item.id);
        Self::Relevance(Box::new(Relevance::new(row.rank, item, row.span, row.spelling.clone())))
    }
}

/// A page of the items of a search by relevance. Ranked are the newest `MAX_RANKED`, or the same
/// ones as when the list was begun.
///
/// # Errors
///
/// Whatever the database reports. A look-up takes long if many items contain the words.
pub async fn search(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
    candidates: Candidates,
) -> Result<Page<Ranked, ItemKey>, Error> {
    let Some(search) = &filter.search else { return Err(Error::internal("no words to search for")) };
    let span = match page.start.key() {
        Some(ItemKey::Relevance(key)) => Some(key.span),
        _ => None,
    };
    let mut query = QueryBuilder::new("WITH items AS (");
    push_ranked(&mut query, filter, candidates, span);
    query.push("), ranked AS (SELECT *, ");
    push_rank(&mut query, search);
    query.push(" AS rank FROM items) SELECT * FROM (");
    push_measured(&mut query, page, "attributes", |query| {
        query.push(format_args!("SELECT {COLUMNS}, rank FROM ranked WHERE true"));
        page.push(query);
    });
    query.push(
        ") AS page,
         (SELECT created_at AS newest_at, id AS newest_id FROM items ORDER BY created_at DESC, id DESC LIMIT 1) AS newest,
         (SELECT created_at AS oldest_at, id AS oldest_id FROM items ORDER BY created_at, id LIMIT 1) AS oldest",
    );
    page.push_sort(&mut query);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    let is_walked = matches!(candidates, Candidates::Walk(_));
    let Page { rows: items, more, .. } = read_measured::<Found, _>(&rows, page, None)?;
    let ranked = |found: Found| Ranked {
        item: found.item,
        rank: found.rank,
        span: span.unwrap_or(Span { newest: found.newest, oldest: found.oldest, is_walked }),
        spelling: search.spelling.clone(),
    };
    Ok(Page { rows: items.into_iter().map(ranked).collect(), more, rest: None })
}

/// What the query returns.
struct Found {
    item: Item,
    rank: f32,
    newest: Newest,
    oldest: Newest,
}

impl FromRow<'_, PgRow> for Found {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            item: Item::from_row(row)?,
            rank: row.try_get("rank")?,
            newest: Newest::new(row.try_get("newest_at")?, row.try_get("newest_id")?),
            oldest: Newest::new(row.try_get("oldest_at")?, row.try_get("oldest_id")?),
        })
    }
}

/// Pushes the items that are ranked.
fn push_ranked(
    query: &mut QueryBuilder<Postgres>,
    filter: &ItemFilter,
    candidates: Candidates,
    span: Option<Span>,
) {
    match candidates {
        Candidates::Walk(most) => {
            let order = ItemKey::DEFAULT;
            let start = span.map_or(Start::First, |span| Start::From(ItemKey::Created(span.newest)));
            let walk = PageRequest { start, order, limit: most - 1, bytes: usize::MAX };
            query.push("SELECT * FROM (SELECT *, ");
            push_is_match(query, filter, ItemSort::Created);
            query.push(" FROM (");
            push_page(query, &examined_columns(filter), filter, &walk);
            query.push(") AS items");
            walk.push_sort(query); // else PostgreSQL forgets that they are in order
            query.push(") AS items WHERE is_match");
        }
        Candidates::LookUp => {
            push_matches(query, &examined_columns(filter), filter, filter.containment().as_ref());
            if let Some(span) = span {
                push_bound(query, "<=", span.newest);
            }
        }
    }
    if let Some(span) = span {
        push_bound(query, ">=", span.oldest);
    }
    query.push(format_args!(" ORDER BY created_at DESC, id DESC LIMIT {MAX_RANKED}"));
}

fn push_bound(query: &mut QueryBuilder<Postgres>, comparison: &str, key: Newest) {
    query.push(format_args!(" AND (created_at, id) {comparison} ("));
    key.bind(&mut query.separated(", "));
    query.push(")");
}

/// The names of the newest `most` items, of those that the conditions that keep the list in order
/// admit.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn newest_names(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    most: u32,
) -> Result<Vec<String>, Error> {
    let mut query = QueryBuilder::new("SELECT name FROM (");
    push_newest(&mut query, filter, most);
    query.push(") AS items");
    Ok(query.build_query_scalar().persistent(false).fetch_all(conn).await?)
}

/// The names of items that contain one of these words of letters and digits, at most `most`, from
/// the index on words.
///
/// # Errors
///
/// Whatever the database reports. It takes long if many items contain one of the words.
pub async fn names_with(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    words: &[String],
    most: u32,
) -> Result<Vec<String>, Error> {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}':A")).collect();
    // If PostgreSQL knew the words, it would expect many items, and use another index.
    let mut query = QueryBuilder::new("SELECT name FROM (SELECT ");
    query.push_bind(words.join(" | ")).push("::tsquery AS words OFFSET 0) AS words CROSS JOIN LATERAL (");
    push_candidates(&mut query, "name", filter);
    query.push(format_args!(" AND search @@ words LIMIT {most}) AS items"));
    Ok(query.build_query_scalar().persistent(false).fetch_all(conn).await?)
}
