//! What is wrong, and where.

/// The most faults that are reported at once.
pub const MAX_FAULTS: usize = 100;

/// What is wrong at one location of a schema or of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON Pointer (RFC 6901) of at most [`MAX_POINTER`](crate::MAX_POINTER) bytes. A fault that
    /// lies deeper is reported at its container.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people: in lower case and printable ASCII, at most 256 bytes.
    pub detail: String,
}

/// What is wrong with a schema, or with an instance of it: at least one fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// At most [`MAX_FAULTS`], in the order in which they were found.
    pub list: Vec<Fault>,
    /// Whether there may be more faults than these.
    pub truncated: bool,
}

impl Faults {
    /// Adds a fault; `false` if there is no room for it.
    pub(crate) fn push(&mut self, fault: Fault) -> bool {
        self.truncated |= self.list.len() == MAX_FAULTS;
        if !self.truncated {
            self.list.push(fault);
        }
        !self.truncated
    }

    /// Adds the reason why no more faults are looked for.
    pub(crate) fn stop(&mut self, fault: Fault) {
        self.push(fault);
        self.truncated = true;
    }

    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.list.is_empty() { Ok(value) } else { Err(self) }
    }
}
