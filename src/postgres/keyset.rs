//! Keyset pagination: a page begins at a key, not at an offset, so every page costs the same.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder, query_builder::Separated};
use uuid::Uuid;

use crate::postgres::entity::Entity;

/// Where a row is in a list that is sorted: total orders, each with an index that matches.
pub trait SortKey: Clone + Debug + PartialEq + Send + Sync {
    /// What the list can be sorted by.
    type Sort: Copy + Debug + PartialEq + Send + Sync + 'static;

    /// The order of the list, unless the client chooses another.
    const DEFAULT: Order<Self::Sort>;
    /// What clients can choose, by name; the default, which is descending, is the first.
    const CHOICES: &[(&str, Self::Sort)] = &[];
    /// The order of a search, unless the client chooses another.
    const RELEVANCE: Option<Order<Self::Sort>> = None;

    /// Whether clients can also choose an attribute.
    const HAS_ATTRIBUTES: bool = false;

    /// What a client chooses by this name.
    #[must_use]
    fn choose(name: &str) -> Option<Self::Sort> {
        Self::CHOICES.iter().find(|(choice, _)| *choice == name).map(|(_, sort)| *sort)
    }

    /// The columns, such as `(created_at, id)`.
    fn columns(sort: Self::Sort) -> &'static [&'static str];

    /// Binds one value for each column.
    fn bind(&self, values: &mut Separated<'_, Postgres, &str>);

    /// The key in a cursor.
    fn to_bytes(&self) -> Vec<u8>;

    /// The key of a cursor; `None` if the bytes are not a key.
    fn from_bytes(sort: Self::Sort, bytes: &[u8]) -> Option<Self>;
}

/// The key of a row of this type.
pub trait KeyOf<R>: SortKey {
    /// The key of a row.
    fn of(row: &R, sort: Self::Sort) -> Self;
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<S> {
    /// What it is sorted by.
    pub sort: S,
    /// Whether it begins at the greatest key.
    pub is_descending: bool,
}

/// Newest first; the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    created_at: DateTime<Utc>,
    id: Uuid,
}

impl Newest {
    /// The key of a row with this creation time and id.
    #[must_use]
    pub fn new(created_at: DateTime<Utc>, id: Uuid) -> Self {
        Self { created_at, id }
    }
}

impl SortKey for Newest {
    type Sort = ();

    const DEFAULT: Order<()> = Order { sort: (), is_descending: true };
    const CHOICES: &[(&str, ())] = &[("created_at", ())];

    fn columns((): ()) -> &'static [&'static str] {
        &["created_at", "id"]
    }

    fn bind(&self, values: &mut Separated<'_, Postgres, &str>) {
        values.push_bind(self.created_at).push_bind(self.id);
    }

    fn to_bytes(&self) -> Vec<u8> {
        [&self.created_at.timestamp_micros().to_be_bytes()[..], self.id.as_bytes()].concat()
    }

    fn from_bytes((): (), bytes: &[u8]) -> Option<Self> {
        let (micros, id) = bytes.split_first_chunk()?;
        let created_at = DateTime::from_timestamp_micros(i64::from_be_bytes(*micros))?;
        Some(Self { created_at, id: Uuid::from_slice(id).ok()? })
    }
}

impl<E: Entity> KeyOf<E> for Newest {
    fn of(row: &E, (): ()) -> Self {
        Self { created_at: row.created_at(), id: row.id() }
    }
}

/// The highest version first; of rows of which each has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HighestVersion(i64);

impl SortKey for HighestVersion {
    type Sort = ();

    const DEFAULT: Order<()> = Order { sort: (), is_descending: true };

    fn columns((): ()) -> &'static [&'static str] {
        &["version"]
    }

    fn bind(&self, values: &mut Separated<'_, Postgres, &str>) {
        values.push_bind(self.0);
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes((): (), bytes: &[u8]) -> Option<Self> {
        Some(Self(i64::from_be_bytes(bytes.try_into().ok()?)))
    }
}

impl<E: Entity> KeyOf<E> for HighestVersion {
    fn of(row: &E, (): ()) -> Self {
        Self(row.version())
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<K> {
    /// At the first row of the list.
    First,
    /// Behind the row with this key.
    After(K),
    /// At the row with this key.
    From(K),
    /// In front of the row with this key: the page that ends there.
    Before(K),
    /// The page that ends with the row with this key.
    UpTo(K),
}

impl<K> Start<K> {
    /// The key; `None` if the page is the first.
    pub fn key(&self) -> Option<&K> {
        match self {
            Self::First => None,
            Self::After(key) | Self::From(key) | Self::Before(key) | Self::UpTo(key) => Some(key),
        }
    }

    /// Whether the page is read from its end.
    pub fn is_backwards(&self) -> bool {
        matches!(self, Self::Before(_) | Self::UpTo(_))
    }
}

/// Which part of a list to read.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<K: SortKey> {
    /// Where it begins.
    pub start: Start<K>,
    /// The order of the list.
    pub order: Order<K::Sort>,
    /// The most rows.
    pub limit: u32,
    /// The most bytes of JSON. A list may return more, but not much more.
    pub bytes: usize,
}

/// Part of a list, in the order of the list.
#[derive(Debug)]
pub struct Page<T, K> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there may be more in the direction of reading.
    pub more: bool,
    /// Where the rest of the list begins, if it is not behind the last row.
    pub rest: Option<Start<K>>,
}

impl<K: SortKey> PageRequest<K> {
    /// The rest of the list behind the row with this key, in the direction of reading.
    pub fn behind(&self, key: K) -> Start<K> {
        if self.start.is_backwards() { Start::Before(key) } else { Start::After(key) }
    }

    /// The rest of the list from the row with this key on, in the direction of reading.
    pub fn from(&self, key: K) -> Start<K> {
        if self.start.is_backwards() { Start::UpTo(key) } else { Start::From(key) }
    }

    /// Whether the keys decrease in the direction of reading.
    fn is_descending(&self) -> bool {
        self.order.is_descending != self.start.is_backwards()
    }

    /// Completes a query that ends in a WHERE clause.
    pub fn push(&self, query: &mut QueryBuilder<Postgres>) {
        self.push_start(query);
        self.push_order(query);
    }

    /// As [`push`](Self::push), for the rows with this value of `column`, by the index on it and on
    /// the columns of the key, descending.
    pub fn push_behind(&self, query: &mut QueryBuilder<Postgres>, column: &str, value: &str) {
        query.push(format_args!(" AND {column} = ANY(ARRAY[")).push_bind(value.to_owned()).push("])");
        self.push_start(query);
        let direction = if self.is_descending() { "" } else { " DESC" };
        query.push(format_args!(" ORDER BY {column}{direction}, {}", self.sort()));
        self.push_limit(query);
    }

    /// Pushes where the page begins.
    fn push_start(&self, query: &mut QueryBuilder<Postgres>) {
        let (or_equal, key) = match &self.start {
            Start::First => return,
            Start::After(key) | Start::Before(key) => ("", key),
            Start::From(key) | Start::UpTo(key) => ("=", key),
        };
        let comparison = if self.is_descending() { "<" } else { ">" };
        query
            .push(format_args!(" AND ({}) {comparison}{or_equal} (", K::columns(self.order.sort).join(", ")));
        key.bind(&mut query.separated(", "));
        query.push(")");
    }

    /// The columns of the key in the direction of reading.
    fn sort(&self) -> String {
        let direction = if self.is_descending() { " DESC" } else { "" };
        let columns = K::columns(self.order.sort).iter().map(|column| format!("{column}{direction}"));
        columns.collect::<Vec<_>>().join(", ")
    }

    /// Orders rows in the direction of reading.
    pub fn push_sort(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(format_args!(" ORDER BY {}", self.sort()));
    }

    /// Orders rows in the direction of reading, and limits them.
    pub fn push_order(&self, query: &mut QueryBuilder<Postgres>) {
        self.push_sort(query);
        self.push_limit(query);
    }

    fn push_limit(&self, query: &mut QueryBuilder<Postgres>) {
        // One more row tells whether there is another page. The number is no parameter: PostgreSQL
        // would plan for any number, and plan again for each execution.
        query.push(format_args!(" LIMIT {}", i64::from(self.limit) + 1));
    }

    /// The page of the rows that the query returned.
    #[must_use]
    pub fn page<T>(&self, rows: Vec<T>) -> Page<T, K> {
        self.page_until(rows, None)
    }

    /// As [`page`](Self::page), for a query that left the rest of the list, from there on.
    #[must_use]
    pub fn page_until<T>(&self, mut rows: Vec<T>, rest: Option<Start<K>>) -> Page<T, K> {
        let rest = rest.filter(|_| rows.len() <= self.limit as usize);
        let more = rows.len() > self.limit as usize || rest.is_some();
        rows.truncate(self.limit as usize);
        if self.start.is_backwards() {
            rows.reverse();
        }
        Page { rows, more, rest }
    }
}
