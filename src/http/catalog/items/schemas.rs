//! What the requests for items and their answers look like.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError, ValidationErrors};

use super::attributes::Attributes;
use crate::{
    http::{
        answer::{self, Json},
        extract::{self, FromBody, Id},
        json,
        page::{self, Neighbours},
        problem::Problem,
        query::{self, Expected, FromQuery, Parameters},
    },
    postgres::{
        catalog::models::{Item, ItemContent, ItemFilter, Status},
        json::JsonText,
    },
};

/// Where an item is in its life: being prepared, in use, or kept for the record.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    #[default]
    Draft,
    Active,
    Archived,
}

impl From<ItemStatus> for Status {
    fn from(status: ItemStatus) -> Self {
        match status {
            ItemStatus::Draft => Self::Draft,
            ItemStatus::Active => Self::Active,
            ItemStatus::Archived => Self::Archived,
        }
    }
}

impl From<Status> for ItemStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Draft => Self::Draft,
            Status::Active => Self::Active,
            Status::Archived => Self::Archived,
        }
    }
}

/// What the item is called: 1 to 200 characters, of which at least one is not white space and none is a control character. White
/// space at both ends is taken away before the characters are counted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    min_length = 1,
    max_length = 200,
    pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$"
)]
pub struct ItemName(String);

impl From<ItemName> for String {
    fn from(name: ItemName) -> Self {
        name.0.trim().to_owned()
    }
}

/// A new item.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "Desk lamp", "status": "active", "attributes": { "color": "red", "weight": 9 } })))]
pub struct ItemCreate {
    #[validate(custom(function = name))]
    #[schema(inline)]
    name: ItemName,
    /// Where the item is in its life.
    #[serde(default)]
    status: ItemStatus,
    /// What else is known of it.
    #[serde(default)]
    #[validate(nested)]
    attributes: Attributes,
}

impl From<ItemCreate> for ItemContent {
    fn from(ItemCreate { name, status, attributes }: ItemCreate) -> Self {
        Self { name: name.into(), status: status.into(), attributes: attributes.into() }
    }
}

/// The whole content of an item; what is left out gets its default.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "Desk lamp", "status": "archived", "attributes": {} })))]
pub struct ItemReplace {
    /// The item's id may be repeated here; it must be the one in the path.
    #[serde(default)]
    #[validate(custom(function = uuid))]
    #[schema(read_only, value_type = Option<Uuid>)]
    id: Option<String>,
    #[validate(custom(function = name))]
    #[schema(inline)]
    name: ItemName,
    /// Where the item is in its life.
    #[serde(default)]
    status: ItemStatus,
    /// What else is known of it.
    #[serde(default)]
    #[validate(nested)]
    attributes: Attributes,
}

impl ItemReplace {
    /// As [`validate`](Validate::validate), for the item with this id: there must be no other in the body.
    fn validate_for(&self, id: Uuid) -> Result<(), ValidationErrors> {
        let mut errors = self.validate().err().unwrap_or_default();
        if self.id.as_deref().and_then(extract::uuid).is_some_and(|other| other != id) {
            errors.add(
                "id",
                ValidationError::new("mismatch").with_message("must be the id in the path".into()),
            );
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// The whole content of the item at the path.
pub struct Replacement(pub ItemReplace);

impl<T> FromBody<(Id, T)> for Replacement {
    const MEDIA_TYPES: &[&str] = <Json<ItemReplace> as FromBody<(Id, T)>>::MEDIA_TYPES;

    fn from_body(_: &str, body: &[u8], (Id(id), _): &(Id, T)) -> Result<Self, Problem> {
        json::parse(body, |content: &ItemReplace| content.validate_for(*id)).map(Self)
    }
}

impl From<ItemReplace> for ItemContent {
    fn from(ItemReplace { id: _, name, status, attributes }: ItemReplace) -> Self {
        Self { name: name.into(), status: status.into(), attributes: attributes.into() }
    }
}

/// Changes to an item (RFC 7396): what is left out stays, what is null gets its default.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "status": "active", "attributes": { "color": null, "weight": 9 } })))]
#[expect(
    dead_code,
    reason = "documents the patch, which is applied as JSON and whose result is then validated"
)]
pub struct ItemPatch {
    #[schema(inline, nullable = false)]
    name: Option<ItemName>,
    /// Where the item is in its life.
    status: Option<ItemStatus>,
    /// What else is known of it: members that are null are taken away, the others are set or, if they are objects, merged.
    attributes: Option<Attributes>,
}

/// An item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "name": "Desk lamp", "status": "active",
    "attributes": { "color": "red", "weight": 9 }, "version": 1,
    "created_at": "2026-11-22T12:00:00.000000Z", "updated_at": "2026-11-22T12:00:00.000000Z", "deleted_at": null
})))]
pub struct ItemView {
    /// The item's id, a UUID of version 7: later items have greater ids.
    id: Uuid,
    #[schema(inline, value_type = ItemName)]
    name: String,
    /// Where the item is in its life.
    status: ItemStatus,
    /// What else is known of it.
    #[serde(serialize_with = "answer::verbatim")]
    #[schema(value_type = Attributes)]
    attributes: JsonText,
    /// 1 at creation, one more at every change; the entity tag is this number in quotation marks.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    version: i64,
    /// When the item was created: UTC, with microseconds.
    #[serde(serialize_with = "super::microseconds")]
    created_at: DateTime<Utc>,
    /// When the item was last changed: UTC, with microseconds.
    #[serde(serialize_with = "super::microseconds")]
    updated_at: DateTime<Utc>,
    /// When the item was deleted: UTC, with microseconds; null while it lives.
    #[serde(serialize_with = "super::optional_microseconds")]
    #[schema(required = true)]
    deleted_at: Option<DateTime<Utc>>,
}

impl ItemView {
    /// The members that the server gives and no client can change.
    pub const READ_ONLY: &[&str] = &["id", "version", "created_at", "updated_at", "deleted_at"];

    /// Where the item is in its life.
    pub fn status(&self) -> Status {
        self.status.into()
    }
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        let Item { id, name, status, attributes, version, created_at, updated_at, deleted_at } = item;
        Self { id, name, status: status.into(), attributes, version, created_at, updated_at, deleted_at }
    }
}

/// A page of items, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemPage {
    /// The items.
    #[schema(max_items = 200)]
    data: Vec<ItemView>,
    /// The `cursor` of the next page; null on the last one.
    #[schema(required = true, max_length = 128, pattern = "^[A-Za-z0-9_-]+$")]
    next_cursor: Option<String>,
    /// The `cursor` of the page before; null on the first one.
    #[schema(required = true, max_length = 128, pattern = "^[A-Za-z0-9_-]+$")]
    prev_cursor: Option<String>,
}

impl ItemPage {
    pub fn new(items: Vec<Item>, neighbours: Neighbours) -> Self {
        Self {
            data: items.into_iter().map(ItemView::from).collect(),
            next_cursor: neighbours.next,
            prev_cursor: neighbours.prev,
        }
    }
}

/// Which items, and how many of them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemListQuery {
    /// How many items a page has at the most.
    #[param(required = false, minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
    /// Where the page begins: `next_cursor` or `prev_cursor` of another page of the same list.
    #[param(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 128,
        pattern = "^[A-Za-z0-9_-]+$"
    )]
    pub cursor: Option<String>,
    /// Only items with this status; may be repeated.
    #[param(required = false, style = Form, explode, max_items = 3)]
    status: Vec<ItemStatus>,
    /// Only items whose name begins with this, letter case included.
    #[param(required = false, nullable = false, min_length = 1, max_length = 200, pattern = r"^[^\x00]+$")]
    name_prefix: Option<String>,
    /// Only items that were created at this moment or later (RFC 3339).
    #[param(required = false, nullable = false)]
    created_after: Option<DateTime<Utc>>,
    /// Only items that were created before this moment (RFC 3339).
    #[param(required = false, nullable = false)]
    created_before: Option<DateTime<Utc>>,
    /// Deleted items as well, which can be restored.
    #[param(required = false, default = false)]
    include_deleted: bool,
}

impl FromQuery for ItemListQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        Self {
            limit: parameters.one("limit", page::limit).unwrap_or(page::DEFAULT_LIMIT),
            cursor: parameters.one("cursor", |value| Ok(value.to_owned())),
            status: parameters.many("status", 3, status),
            name_prefix: parameters.one("name_prefix", name_prefix),
            created_after: parameters.one("created_after", query::date_time),
            created_before: parameters.one("created_before", query::date_time),
            include_deleted: parameters.one("include_deleted", query::boolean).unwrap_or(false),
        }
    }
}

impl From<ItemListQuery> for ItemFilter {
    fn from(query: ItemListQuery) -> Self {
        let ItemListQuery {
            limit: _,
            cursor: _,
            status,
            name_prefix,
            created_after,
            created_before,
            include_deleted,
        } = query;
        let status = status.into_iter().map(Status::from).collect();
        Self { status, name_prefix, created_after, created_before, include_deleted }
    }
}

/// How to delete an item.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemDeleteQuery {
    /// Remove the item for good, whether it is deleted already or not; it cannot be restored then.
    #[param(required = false, default = false)]
    pub purge: bool,
}

impl FromQuery for ItemDeleteQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        Self { purge: parameters.one("purge", query::boolean).unwrap_or(false) }
    }
}

fn status(value: &str) -> Result<ItemStatus, Expected> {
    match value {
        "draft" => Ok(ItemStatus::Draft),
        "active" => Ok(ItemStatus::Active),
        "archived" => Ok(ItemStatus::Archived),
        _ => Err(Expected("enum", "must be draft, active or archived".into())),
    }
}

fn name_prefix(value: &str) -> Result<String, Expected> {
    if (1..=200).contains(&value.chars().count()) {
        Ok(value.to_owned())
    } else {
        Err(Expected("length", "must have 1 to 200 characters".into()))
    }
}

/// A UUID as in a path.
pub fn uuid(id: &str) -> Result<(), ValidationError> {
    let fault = || ValidationError::new("format").with_message("must be a UUID".into());
    extract::uuid(id).map(|_| ()).ok_or_else(fault)
}

fn name(ItemName(name): &ItemName) -> Result<(), ValidationError> {
    let fault = |code, detail: &'static str| Err(ValidationError::new(code).with_message(detail.into()));
    if name.chars().any(char::is_control) {
        return fault("control_character", "must not contain control characters");
    }
    match name.trim().chars().count() {
        0 => fault("too_short", "must have at least 1 character"),
        1..=200 => Ok(()),
        _ => fault("too_long", "must have at most 200 characters"),
    }
}
