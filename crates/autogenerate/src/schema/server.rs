//! Servers.

use std::hash::{Hash, Hasher};

/// The server that a schema was read from, which decides what can be altered in place. Schemas are
/// never compared by it: two are always equal.
#[derive(Debug, Clone, Copy, Default, Eq)]
pub struct Server {
    /// The major version of PostgreSQL; 0 if it is not known, as in models.
    pub version: u32,
}

impl PartialEq for Server {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Hash for Server {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
