//! All that is wrong with an item, told at once.

use syn::{Error, Result};

/// Errors so far.
#[derive(Default)]
pub struct Errors(Option<Error>);

impl Errors {
    /// One more.
    pub fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// One more, in words.
    pub fn at(&mut self, span: proc_macro2::Span, message: impl std::fmt::Display) {
        self.push(Error::new(span, message));
    }

    /// The value, or what was wrong with it.
    pub fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Nothing, or all of them.
    pub fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
