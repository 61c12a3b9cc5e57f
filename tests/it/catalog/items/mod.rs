//! What items have of their own: the rules of their fields, free-form attributes, and filters.

mod collections;
mod export;
mod fields;
mod filters;
mod finding;
mod heavy;
mod import;
mod indexed;
mod patches;
mod query_method;
mod schema_races;
mod schemas;
mod search;
mod shown;
mod sorting;
mod types;

use crate::support::resource::{
    Deleted,
    Feature::{Batch, Replace, Restore, Schema, Update},
    Field, Identity, Resource, Rule,
};

pub const ITEMS: Resource = Resource {
    name: "item",
    plural: "items",
    table: "items",
    path: "/v1/items",
    identity: Identity::Id,
    derived: &["collection", "schema_version"],
    actors: &["created_by", "updated_by"],
    deleted: Some(Deleted { parameter: "include_deleted", member: "deleted_at" }),
    setup: "",
    fields: &[
        Field { name: "name", rule: Rule::Text { max: 200 }, default: None },
        Field {
            name: "status",
            rule: Rule::Choice(&["draft", "active", "archived"]),
            default: Some("\"draft\""),
        },
        Field { name: "attributes", rule: Rule::Object { max_depth: 32 }, default: Some("{}") },
    ],
    logged: &["status"],
    columns: &[("collection", "'default'"), ("name", "'item ' || n")],
    features: &[Replace, Update, Restore, Batch, Schema],
};
