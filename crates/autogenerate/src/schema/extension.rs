//! Extensions.

/// An extension; what it owns is nobody else's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Extension {
    /// The schema that it was created in, where schemas are compared.
    pub schema: Option<String>,
}
