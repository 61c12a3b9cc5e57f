//! The work of a validation, in steps.

use serde_json::Number;

/// The most steps of one validation. A step takes some ten nanoseconds.
pub const MAX_STEPS: usize = 2_000_000;

/// The most levels of a recursion: schemas that are evaluated within each other, and the values
/// that they compare. They fit into 1 MiB of the stack.
pub const MAX_NESTING: usize = 256;

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
    levels: usize,
}

impl Steps {
    pub(crate) fn new(steps: usize) -> Self {
        Self { left: steps, levels: MAX_NESTING }
    }

    /// How many have not been spent.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Stop::Exhausted)
    }

    /// Begins a level of a recursion.
    pub(crate) fn enter(&mut self) -> Result<(), Stop> {
        self.levels = self.levels.checked_sub(1).ok_or(Stop::Exhausted)?;
        self.spend(1)
    }

    pub(crate) fn leave(&mut self) {
        self.levels += 1;
    }

    /// Spends what it takes to go through a text.
    pub(crate) fn read(&mut self, text: &str) -> Result<(), Stop> {
        self.spend(1 + text.len() / BYTES)
    }

    /// Spends what it takes to go through the digits of a number, several times.
    pub(crate) fn read_digits(&mut self, number: &Number) -> Result<(), Stop> {
        self.spend(1 + number.as_str().len() / 4)
    }
}
