//! Who may do what: grants on collections, and the keys and tokens that carry them.

mod access_token;
mod api_key;
mod collections;
mod grants;
mod issuer;
mod scope;

pub use self::{
    access_token::{AccessToken, MAX_TOKEN},
    api_key::{ApiKey, KeyId, MAX_GRACE, redact},
    collections::{Collections, MAX_COLLECTION_KEY, MAX_LABEL, MAX_LABELS, is_collection_key},
    grants::{Action, Grant, Grants, MAX_GRANTS, SCOPE_PREFIX},
    issuer::{Issuer, MAX_SUBJECT, Subject, is_confidential},
    scope::Scope,
};
