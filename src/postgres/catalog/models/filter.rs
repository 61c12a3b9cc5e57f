//! Which items a list contains, and in which order.

use chrono::{DateTime, Utc};
use curio_filter::{Field, Filter, Kind, Range};
use serde_json::Value;

use super::{
    index::{IndexType, IndexedRanges},
    search::Search,
    status::Status,
};

/// What items are sorted by; the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemSort {
    /// The creation time.
    Created,
    /// The name, by code points.
    Name,
    /// How well the item matches the search; the newest first among equals.
    Relevance,
    /// An indexed attribute of the collection: missing values and those of other types at the end.
    Attribute,
}

/// The collections whose items who asks may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// All.
    All,
    /// The one that the list names, and maybe others.
    Named,
    /// Those with these keys.
    Of(Vec<String>),
}

/// Which items a list contains; a filter that is `None` or empty admits every item.
#[derive(Debug, Clone)]
pub struct ItemFilter {
    /// Of these collections, whatever else the filter says.
    pub within: Within,
    /// Of the collection with this key.
    pub collection: Option<String>,
    /// Any of these.
    pub status: Vec<Status>,
    /// The name begins with this, letter case included.
    pub name_prefix: Option<String>,
    /// Created at this time or later.
    pub created_after: Option<DateTime<Utc>>,
    /// Created before this time.
    pub created_before: Option<DateTime<Utc>>,
    /// Include deleted items.
    pub include_deleted: bool,
    /// That satisfy this, in terms of [`ITEM_FIELDS`].
    pub condition: Option<Filter>,
    /// That contain these words.
    pub search: Option<Search>,
    /// What the condition sets to indexed attributes; looked up in the transaction that uses it.
    pub ranges: Vec<IndexedRanges>,
}

impl ItemFilter {
    /// All live items of these collections.
    #[must_use]
    pub fn within(within: Within) -> Self {
        Self {
            within,
            collection: None,
            status: Vec::new(),
            name_prefix: None,
            created_after: None,
            created_before: None,
            include_deleted: false,
            condition: None,
            search: None,
            ranges: Vec::new(),
        }
    }

    /// The key of the only collection whose items the list contains, if there is one.
    #[must_use]
    pub fn readable_collection(&self) -> Option<&str> {
        self.collection.as_deref().filter(|_| !matches!(self.within, Within::Of(_)))
    }

    /// Whether the list is of some collections only, whose items an index returns in order.
    #[must_use]
    pub fn is_of_collections(&self) -> bool {
        self.collection.is_some() || self.within != Within::All
    }

    /// Whether an index returns exactly these items in the order of the list.
    #[must_use]
    pub fn is_in_order(&self, sort: ItemSort) -> bool {
        let Self { status, name_prefix, created_after, created_before, condition, search, .. } = self;
        condition.is_none()
            && search.is_none()
            && match sort {
                ItemSort::Created => {
                    let is_one = status.is_empty() || status.len() == 1 && !self.is_of_collections();
                    is_one && name_prefix.is_none()
                }
                ItemSort::Name => {
                    let is_any_time = created_after.is_none() && created_before.is_none();
                    self.include_deleted && !self.is_of_collections() && status.is_empty() && is_any_time
                }
                ItemSort::Attribute | ItemSort::Relevance => false,
            }
    }

    /// Whether the condition may set a range to an indexed attribute.
    #[must_use]
    pub fn has_ranges(&self) -> bool {
        let sets_range = |condition: &Filter| !condition.ranges("attributes").is_empty();
        self.readable_collection().is_some() && self.condition.as_ref().is_some_and(sets_range)
    }

    /// Whether an index other than that of the list may find the items, once `ranges` are known.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        let is_found = self.name_prefix.is_some() || self.search.is_some() || !self.ranges.is_empty();
        is_found || self.containment().is_some()
    }

    /// Whether it depends on nothing but columns with one value.
    #[must_use]
    pub fn is_of_columns(&self) -> bool {
        self.search.is_none()
            && !self.condition.as_ref().is_some_and(|condition| condition.uses("attributes"))
    }

    /// The ranges that the condition sets to an attribute, of values of one type.
    #[must_use]
    pub fn ranges_of(&self, path: &str, kind: IndexType) -> Vec<Range> {
        let ranges = self.condition.iter().flat_map(|condition| condition.ranges("attributes"));
        ranges.filter(|range| kind.is_of(&range.values) && range.path.to_string() == path).collect()
    }

    /// What the attributes of all items contain, if the condition says so.
    #[must_use]
    pub fn containment(&self) -> Option<Value> {
        self.condition.as_ref().and_then(|condition| condition.containment("attributes"))
    }
}

const STATUSES: &[&str] = &[Status::Draft.as_str(), Status::Active.as_str(), Status::Archived.as_str()];

/// What the condition of a filter may refer to.
pub const ITEM_FIELDS: &[Field] = &[
    Field { name: "name", column: "name", kind: Kind::Text },
    Field { name: "status", column: "status", kind: Kind::Choice(STATUSES) },
    Field { name: "version", column: "version", kind: Kind::Integer },
    Field { name: "created_at", column: "created_at", kind: Kind::Timestamp },
    Field { name: "updated_at", column: "updated_at", kind: Kind::Timestamp },
    Field { name: "collection", column: "collection", kind: Kind::Text },
    Field { name: "attributes", column: "attributes", kind: Kind::Json },
];
