//! The work of a validation, in steps.

/// The most steps of one validation. A step takes some ten nanoseconds.
pub const MAX_STEPS: usize = 2_000_000;

/// Bytes that are read, hashed or compared in one step.
const BYTES: usize = 16;

/// Why a validation ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It took too many steps, or too much of the stack.
    Exhausted,
    /// There is no room for another fault.
    Full,
}

#[derive(Debug)]
pub(crate) struct Steps {
    left: usize,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { left: MAX_STEPS }
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(steps).ok_or(Stop::Exhausted)?;
        Ok(())
    }

    /// Spends what it takes to go through a text.
    pub(crate) fn read(&mut self, text: &str) -> Result<(), Stop> {
        self.spend(1 + text.len() / BYTES)
    }
}
