//! The query parameters of requests about items.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use curio_filter::{Filter, ValuePath};
use serde::{Serialize, Serializer};
use utoipa::IntoParams;

use super::{
    schemas::{ItemStatus, ItemView, MAX_NAME},
    search::parse_search,
};
use crate::{
    error::Fault,
    http::{
        limits::{MAX_FILTER, MAX_QUERIED_FILTER},
        request::{
            collection_key::CollectionKey,
            fields::Fields,
            path::PathKey,
            query::{Expected, FromQuery, Parameters, parse_boolean, parse_date_time},
            query_content,
        },
        response::problem::Problem,
    },
    postgres::catalog::models::{ITEM_FIELDS, ItemFilter, Search, Status, Within},
};

/// Which items the list contains.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemFilterQuery {
    /// Only items of this collection; none if there is no such collection.
    #[param(required = false, nullable = false, inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<CollectionKey>,
    /// Only items with this status; may be repeated.
    #[param(required = false, style = Form, explode, max_items = 3)]
    status: Vec<ItemStatus>,
    /// Only items whose name begins with this; case-sensitive.
    #[param(required = false, nullable = false, min_length = 1, max_length = 200, pattern = r"^[^\x00]+$")]
    name_prefix: Option<String>,
    /// Only items that were created at this time or later (RFC 3339).
    #[param(required = false, nullable = false)]
    created_after: Option<DateTime<Utc>>,
    /// Only items that were created before this time (RFC 3339).
    #[param(required = false, nullable = false)]
    created_before: Option<DateTime<Utc>>,
    /// Include deleted items, which can be restored.
    #[param(required = false, default = false)]
    include_deleted: bool,
    /// Only items that satisfy this condition, such as
    /// `attributes.color = "red" and not (attributes.price >= 9.99)`: comparisons with `=`, `!=`,
    /// `<`, `<=`, `>`, `>=`, `in (…)` and `:` (an array contains, an object has), joined by `and`,
    /// `or`, `not` and parentheses. The fields are `name`, `status`, `version`, `created_at`,
    /// `updated_at`, `collection` and `attributes.<path>`. With `collection`, literals must
    /// have the types that its schema allows. A page examines at most 20,000 items, and for a
    /// second at most, so it may be short or empty although `next_cursor` leads to more.
    #[param(
        required = false, nullable = false, value_type = String, min_length = 1, max_length = 4096,
        pattern = r"^[^\x00]+$"
    )]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_filter")]
    filter: Option<Condition>,
    /// Only items that contain all of these words, in their names or in the texts of their
    /// attributes: a word is also the beginning of a longer one, `"words in quotes"` follow each
    /// other, and `-` excludes what it precedes. The best matches come first unless `sort` says
    /// otherwise, of the newest 1,000. If there are none, words with a typing error are replaced by
    /// those of names. At most 16 words, of which one is not excluded.
    #[param(
        required = false, nullable = false, value_type = String, min_length = 1, max_length = 256,
        pattern = r"^[^\x00]+$"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<Search>,
    /// The members of each item to show, such as `id,name,attributes.color`. The response lacks all
    /// others, even those that the schema requires, and what an item does not have at a path.
    #[param(
        required = false, nullable = false, value_type = String, min_length = 1, max_length = 1024,
        pattern = r"^[^\x00]+$"
    )]
    #[serde(skip_serializing_if = "is_no_filter")]
    fields: Option<Fields>,
    /// The attribute of the order. It is part of what a cursor belongs to.
    #[param(ignore)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sorted_by: Option<String>,
    /// Whether these were the members of a QUERY.
    #[param(ignore)]
    #[serde(skip)]
    is_content: bool,
}

/// A filter, and how the client wrote it.
#[derive(Debug)]
struct Condition {
    filter: Filter,
    text: String,
}

impl FromQuery for ItemFilterQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        let has_collection = parameters.pairs.iter().any(|(name, _)| name == "collection");
        let longest = if parameters.is_content { MAX_QUERIED_FILTER } else { MAX_FILTER };
        let query = Self {
            collection: parameters.one("collection", CollectionKey::parse),
            status: parameters.subset("status", &ItemStatus::ALL, parse_status),
            name_prefix: parameters.one("name_prefix", parse_name_prefix),
            created_after: parameters.one("created_after", parse_date_time),
            created_before: parameters.one("created_before", parse_date_time),
            include_deleted: parameters.one("include_deleted", parse_boolean).unwrap_or(false),
            filter: parameters.one("filter", |value| parse_filter(value, longest)),
            q: parameters.one("q", parse_search),
            fields: parameters.one("fields", parse_fields),
            sorted_by: sorted_by(parameters),
            is_content: parameters.is_content,
        };
        if query.sorted_by.is_some() && !has_collection {
            let detail = "can be an attribute of a collection only, which is missing";
            parameters.reject("sort", Expected("sort", detail.into()));
        }
        query
    }

    fn is_search(&self) -> bool {
        self.q.is_some()
    }

    fn fields(&self) -> Option<&Fields> {
        self.fields.as_ref()
    }
}

/// The canonical path of the attribute that a list is to be sorted by.
fn sorted_by(parameters: &Parameters) -> Option<String> {
    let (_, sort) = parameters.pairs.iter().find(|(name, _)| name == "sort")?;
    let path = sort.strip_prefix('-').unwrap_or(sort).strip_prefix("attributes.")?;
    ValuePath::parse(path).ok().map(|path| path.to_string())
}

impl ItemFilterQuery {
    /// The collection of the list, if it names one.
    pub fn collection(&self) -> Option<&str> {
        self.collection.as_ref().map(CollectionKey::as_str)
    }

    /// Rejects a parameter for what only the database tells.
    pub fn reject(
        &self,
        name: &'static str,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Problem {
        let faults = vec![Fault::parameter(name, code, detail)];
        if self.is_content { query_content::problem(faults) } else { Problem::malformed(faults) }
    }

    /// The collection of the list, and its filter as the client wrote it, if that is on attributes.
    pub fn attribute_filter(&self) -> Option<(&str, &str)> {
        let condition = self.filter.as_ref().filter(|condition| condition.filter.uses("attributes"))?;
        Some((self.collection()?, &condition.text))
    }

    /// The filter of the operation.
    pub fn to_filter(&self, within: Within) -> ItemFilter {
        let Self { collection, status, name_prefix, created_after, created_before, .. } = self;
        ItemFilter {
            within,
            collection: collection.clone().map(CollectionKey::into),
            status: status.iter().copied().map(Status::from).collect(),
            name_prefix: name_prefix.clone(),
            created_after: *created_after,
            created_before: *created_before,
            include_deleted: self.include_deleted,
            condition: self.filter.as_ref().map(|condition| condition.filter.clone()),
            search: self.q.clone(),
            ranges: Vec::new(),
        }
    }
}

/// How to delete an item.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemDeleteQuery {
    /// Remove the item for good, whether it is live or deleted; it cannot be restored.
    #[param(required = false, default = false)]
    pub purge: bool,
}

impl FromQuery for ItemDeleteQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        Self { purge: parameters.one("purge", parse_boolean).unwrap_or(false) }
    }
}

fn parse_status(value: &str) -> Result<ItemStatus, Expected> {
    match value {
        "draft" => Ok(ItemStatus::Draft),
        "active" => Ok(ItemStatus::Active),
        "archived" => Ok(ItemStatus::Archived),
        _ => Err(Expected("enum", "must be draft, active or archived".into())),
    }
}

fn parse_name_prefix(value: &str) -> Result<String, Expected> {
    if (1..=MAX_NAME).contains(&value.chars().count()) {
        Ok(value.to_owned())
    } else {
        Err(Expected("length", format!("must have 1 to {MAX_NAME} characters").into()))
    }
}

fn parse_filter(value: &str, longest: usize) -> Result<Condition, Expected> {
    if value.chars().count() > longest {
        return Err(Expected("length", format!("must have at most {longest} characters").into()));
    }
    match Filter::parse(value, ITEM_FIELDS) {
        Ok(filter) => Ok(Condition { filter, text: value.to_owned() }),
        Err(error) => Err(Expected("filter", error.to_string().into())),
    }
}

/// What is shown of items does not change which ones a cursor leads to.
const fn is_no_filter<T>(_: &T) -> bool {
    true
}

fn parse_fields(value: &str) -> Result<Fields, Expected> {
    Fields::parse::<ItemView>(value, "attributes").map_err(|detail| Expected("fields", detail.into()))
}

/// The canonical text of the ordered filter: a cursor belongs to it however it is written.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn serialize_filter<S: Serializer>(condition: &Option<Condition>, serializer: S) -> Result<S::Ok, S::Error> {
    match condition {
        Some(Condition { filter, .. }) => serializer.collect_str(&filter.ordered()),
        None => serializer.serialize_none(),
    }
}
