//! Enumerated types.

/// An enumerated type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Enum {
    /// Its values in their order.
    pub values: Vec<String>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}
