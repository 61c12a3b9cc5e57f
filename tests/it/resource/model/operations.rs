//! The operations of clients.
//!
//! An operation names its entity by a slot and its entity tags relative to the current version. So
//! it keeps its meaning if operations before it are removed, which makes it shrink well.

use std::fmt;

use serde_json::Value;

/// Each holds the id of an entity that may exist or not.
pub const SLOTS: usize = 3;
/// The id that stands for the slot in bodies, until the request is built.
pub const ID: &str = "id of the slot";

#[derive(Debug, Clone)]
pub struct Operation {
    pub slot: usize,
    pub action: Action,
    pub manner: Manner,
}

#[derive(Debug, Clone)]
pub enum Action {
    Get,
    Create(Value),
    Put(Value),
    /// A merge patch, under one of its media types.
    Merge(&'static str, Value),
    /// A JSON Patch.
    Patch(Value),
    /// With or without `purge`.
    Delete(Option<bool>),
    Restore,
    /// With this body.
    Rotate(Value),
    Batch(Vec<BatchOperation>),
    /// Another schema of the collection.
    Schema(usize),
    /// The request that was last sent with this key, except for what does not tell requests apart.
    Again(&'static str),
}

/// An operation in its JSON form, in which [`ID`] stands for the slot's id, and its condition.
#[derive(Debug, Clone)]
pub struct BatchOperation {
    pub slot: usize,
    pub json: Value,
    pub if_match: Option<Tags>,
}

/// What a write carries in addition to its body.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    pub if_match: Option<Tags>,
    pub if_none_match: Option<Tags>,
    pub validate_only: Option<bool>,
    pub minimal: bool,
    pub key: Option<&'static str>,
    pub spoilt: Vec<Spoilt>,
}

/// Entity tags, relative to the current version.
#[derive(Debug, Clone, Copy)]
pub enum Tags {
    Current,
    Stale,
    Ahead,
    Star,
    Weak,
    Listed,
    WeakListed,
    Foreign,
    Malformed,
}

/// What makes a request malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoilt {
    Syntax,
    MediaType,
    Parameter,
    ValidateOnly,
    Key,
    Path,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slot, action, manner } = self;
        match action {
            Action::Get => write!(f, "GET {slot}")?,
            Action::Create(content) => write!(f, "POST {slot} {content}")?,
            Action::Put(content) => write!(f, "PUT {slot} {content}")?,
            Action::Merge(media_type, patch) => write!(f, "PATCH {slot} {media_type} {patch}")?,
            Action::Patch(patch) => write!(f, "PATCH {slot} {patch}")?,
            Action::Delete(purge) => {
                write!(f, "DELETE {slot}")?;
                if let Some(purge) = purge {
                    write!(f, " purge={purge}")?;
                }
            }
            Action::Restore => write!(f, "RESTORE {slot}")?,
            Action::Rotate(content) => write!(f, "ROTATE {slot} {content}")?,
            Action::Batch(operations) => {
                f.write_str("BATCH")?;
                for BatchOperation { slot, json, if_match } in operations {
                    write!(f, " {slot} {json}")?;
                    if let Some(tags) = if_match {
                        write!(f, " if_match={tags:?}")?;
                    }
                    f.write_str(",")?;
                }
            }
            Action::Schema(schema) => write!(f, "SCHEMA {schema}")?,
            Action::Again(key) => write!(f, "AGAIN {key}")?,
        }
        write!(f, "{manner}")
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { if_match, if_none_match, validate_only, minimal, key, spoilt } = self;
        let parts = [
            if_match.map(|tags| format!("if_match={tags:?}")),
            if_none_match.map(|tags| format!("if_none_match={tags:?}")),
            validate_only.map(|value| format!("validate_only={value}")),
            minimal.then(|| "minimal".to_owned()),
            key.map(|key| format!("key={key}")),
            (!spoilt.is_empty()).then(|| format!("spoilt={spoilt:?}")),
        ];
        parts.into_iter().flatten().try_for_each(|part| write!(f, " {part}"))
    }
}
