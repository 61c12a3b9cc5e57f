//! Owners.

use std::hash::{Hash, Hasher};

/// The owner of an object if it is not the current user. It is restored when the object is
/// recreated, but never compared: two owners are always equal.
#[derive(Debug, Clone, Default, Eq)]
pub struct Owner(
    /// The role of a table or enum, as SQL; for other objects the statement that sets it.
    pub Option<String>,
);

impl PartialEq for Owner {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Hash for Owner {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
