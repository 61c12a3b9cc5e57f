//! Extensions.

use std::collections::BTreeSet;

/// An extension. The objects that it owns are not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Extension {
    /// The schema that it was created in, if schemas are compared.
    pub schema: Option<String>,
    /// The extensions that it requires; empty in a model.
    pub requires: BTreeSet<String>,
}
