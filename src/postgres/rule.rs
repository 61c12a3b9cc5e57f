//! Check constraints that a client can break.

/// A check constraint, and the fault to report if it is broken.
#[derive(Debug)]
pub struct Rule {
    /// The name of the constraint.
    pub constraint: &'static str,
    /// The location in the entity, as a JSON Pointer.
    pub pointer: &'static str,
    /// The code of the fault.
    pub code: &'static str,
    /// What would be right.
    pub detail: &'static str,
}
