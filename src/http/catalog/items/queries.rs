//! The query parameters of requests about items.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::IntoParams;

use super::schemas::{ItemStatus, MAX_NAME};
use crate::{
    http::request::{
        collection_key::CollectionKey,
        path::PathKey,
        query::{Expected, FromQuery, Parameters, parse_boolean, parse_date_time},
    },
    postgres::catalog::models::{ItemFilter, Status},
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
}

impl FromQuery for ItemFilterQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        Self {
            collection: parameters.one("collection", CollectionKey::parse),
            status: parameters.subset("status", &ItemStatus::ALL, parse_status),
            name_prefix: parameters.one("name_prefix", parse_name_prefix),
            created_after: parameters.one("created_after", parse_date_time),
            created_before: parameters.one("created_before", parse_date_time),
            include_deleted: parameters.one("include_deleted", parse_boolean).unwrap_or(false),
        }
    }
}

impl ItemFilterQuery {
    /// The filter of the operation.
    pub fn to_filter(&self) -> ItemFilter {
        let Self { collection, status, name_prefix, created_after, created_before, include_deleted } = self;
        ItemFilter {
            collection: collection.clone().map(CollectionKey::into),
            status: status.iter().copied().map(Status::from).collect(),
            name_prefix: name_prefix.clone(),
            created_after: *created_after,
            created_before: *created_before,
            include_deleted: *include_deleted,
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
