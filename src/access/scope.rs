//! The collections that an operation may touch.

use super::collections::Collections;

/// The collections on which an actor may carry out an action. Operations on items and collections
/// take one, so that none of them forgets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// `None` for all.
    patterns: Option<Vec<String>>,
    keys: Vec<String>,
}

impl Scope {
    /// Every collection: for work that no actor asked for.
    pub const ALL: Self = Self { patterns: None, keys: Vec::new() };

    /// These collections.
    pub(super) fn of<'a>(all: impl Iterator<Item = &'a Collections>) -> Self {
        // Each collection once: a list is made of those of all keys.
        let mut widest: Vec<&Collections> = Vec::new();
        for one in all {
            if !widest.iter().any(|other| other.include(one)) {
                widest.retain(|other| !one.include(other));
                widest.push(one);
            }
        }
        if widest == [&Collections::All] {
            return Self::ALL;
        }
        let key = |one: &&Collections| match one {
            Collections::One(key) => Some(key.clone()),
            Collections::All | Collections::Below(_) => None,
        };
        let patterns = widest.iter().map(|one| one.like()).collect();
        Self { keys: widest.iter().filter_map(key).collect(), patterns: Some(patterns) }
    }

    /// Whether every collection is in it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.patterns.is_none()
    }

    /// Whether the collection with this key is in it.
    #[must_use]
    pub fn admits(&self, key: &str) -> bool {
        let matches = |pattern: &String| match pattern.strip_suffix('%') {
            Some(labels) => key.starts_with(labels),
            None => pattern == key,
        };
        self.patterns.as_ref().is_none_or(|patterns| patterns.iter().any(matches))
    }

    /// This key, if the collection is in it.
    #[must_use]
    pub fn admit<'a>(&self, key: &'a str) -> Option<&'a str> {
        Some(key).filter(|key| self.admits(key))
    }

    /// The patterns of SQL's LIKE of which a key matches one; `None` for all collections, so that a
    /// query without restrictions has no predicate to evaluate.
    #[must_use]
    pub fn patterns(&self) -> Option<&[String]> {
        self.patterns.as_deref()
    }

    /// The keys of its collections, if each is named; else it takes a query.
    #[must_use]
    pub fn keys(&self) -> Option<&[String]> {
        let is_named = self.patterns.as_ref().is_some_and(|patterns| patterns.len() == self.keys.len());
        is_named.then_some(&self.keys)
    }
}
