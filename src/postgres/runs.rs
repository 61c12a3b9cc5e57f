//! How often a change is decided again because a concurrent transaction came first.

use crate::error::Error;

/// Ten others that commit in between are no accident: a trigger ignores the row, say.
const MOST: usize = 10;

/// The runs so far.
#[derive(Debug, Default)]
pub struct Runs(usize);

impl Runs {
    /// Begins another run.
    ///
    /// # Errors
    ///
    /// [`Error::Contended`] after ten.
    pub fn begin(&mut self) -> Result<(), Error> {
        if self.0 == MOST {
            return Err(Error::Contended("ten runs have stored nothing".into()));
        }
        self.0 += 1;
        Ok(())
    }
}
