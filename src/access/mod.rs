//! Who may do what: grants on collections, and the keys that carry them.

mod api_key;
mod collections;
mod grants;
mod scope;

pub use self::{
    api_key::{ApiKey, KeyId},
    collections::{Collections, MAX_COLLECTION_KEY, MAX_LABEL, MAX_LABELS, is_collection_key},
    grants::{Action, Grant, Grants, MAX_GRANTS},
    scope::Scope,
};
