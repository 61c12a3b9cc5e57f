//! Optimistic concurrency: which versions of an entity a write is meant for.

/// The versions that a write may change; without a rule it may change any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    /// Only these, where there is such a rule.
    pub only: Option<Vec<i64>>,
    /// None of these.
    pub except: Vec<i64>,
}

impl Versions {
    /// Whether an entity of this version may be changed; in SQL
    /// `($only IS NULL OR version = ANY($only)) AND version <> ALL($except)`.
    #[must_use]
    pub fn admit(&self, version: i64) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&version)) && !self.except.contains(&version)
    }
}
