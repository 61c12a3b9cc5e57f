//! What an import did, and what was wrong.

use std::io;

use super::schemas::ItemImportResult;
use crate::{
    error::{Error, Fault},
    http::{
        limits::MAX_FAULTS,
        request::access::missing,
        response::problem::{CONFLICT, Entry, INVALID, Problem},
        write::Event,
    },
};

/// Why an import or an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The input cannot be read, or the output not be written.
    #[error("cannot read or write the file")]
    File(#[from] io::Error),
    /// The database fails.
    #[error("the database failed")]
    Database(#[from] Error),
}

/// What an import did so far.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub received: u64,
    pub created: u64,
    pub replaced: u64,
    /// Those whose id is taken by an item that was kept.
    pub ignored: u64,
    pub failed: u64,
    /// Those of them that contradict what is stored.
    conflicts: u64,
    /// Those of them that the actor may not write, and the first grant that is missing.
    forbidden: u64,
    grant: Option<String>,
    /// Those of the first lines, and one more than are listed if there are more. Sorted by line
    /// after each portion.
    faults: Vec<Fault>,
    /// The columns are wrong, so that no line can be read.
    is_unreadable: bool,
    /// Lines that are wrong do not keep the others from being stored.
    skips: bool,
}

impl Report {
    /// Nothing yet, of an import that stores nothing if a line is wrong unless it `skips` those.
    pub(super) fn new(skips: bool) -> Self {
        Self { skips, ..Self::default() }
    }

    /// Adds a line that is wrong.
    pub(super) fn fail(&mut self, line: u64, faults: Vec<Fault>) {
        self.failed += 1;
        self.faults.extend(faults.into_iter().take(MAX_FAULTS + 1).map(|fault| fault.on_line(line)));
    }

    /// Adds a line that contradicts what is stored.
    pub(super) fn conflict(&mut self, line: u64, fault: Fault) {
        self.conflicts += 1;
        self.fail(line, vec![fault]);
    }

    /// Adds a line that the actor may not write.
    pub(super) fn forbid(&mut self, line: u64, allowed: Result<(), Error>) {
        if let Err(Error::Forbidden { grant }) = allowed {
            self.fail(line, vec![missing(&grant)]);
            self.forbidden += 1;
            self.grant.get_or_insert(grant);
        }
    }

    /// Adds a line that the database rejected.
    pub(super) fn reject(&mut self, line: u64, error: Error) {
        match error {
            Error::Invalid(faults) => self.fail(line, faults),
            _ => self.conflict(line, Fault::at("", "conflict", "contradicts the stored state")),
        }
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.is_unreadable || !self.skips && self.failed > 0
    }

    /// Whether further lines would add nothing.
    pub(super) fn is_final(&self) -> bool {
        self.is_unreadable || self.is_rejected() && self.is_truncated()
    }

    /// Whether more faults are not listed.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.faults.len() > MAX_FAULTS
    }

    /// What is wrong, as much as is listed.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults[..self.faults.len().min(MAX_FAULTS)]
    }

    /// Adds faults that are not those of one line, which rules all of them out.
    pub(super) fn fail_all(&mut self, faults: Vec<Fault>) {
        self.is_unreadable |= !faults.is_empty();
        self.faults.extend(faults);
    }

    /// Ends a portion, whose lines may have been found wrong in any order.
    pub(super) fn end_portion(&mut self) {
        self.faults.sort_by(|a, b| a.location.cmp(&b.location));
        self.faults.truncate(MAX_FAULTS + 1);
    }

    /// The result of an import that is stored.
    pub(super) fn result(&self, counts_ignored: bool) -> ItemImportResult<'_> {
        let Self { received, created, replaced, ignored, failed, .. } = *self;
        ItemImportResult {
            received,
            created,
            replaced,
            failed,
            ignored: counts_ignored.then_some(ignored),
            errors: self.faults().iter().map(Entry::new).collect(),
            errors_truncated: self.is_truncated(),
        }
    }

    /// The rejection of an import of which nothing is stored.
    pub(super) fn problem(self) -> Problem {
        if self.is_unreadable {
            return Problem::new(&INVALID, "The columns are not valid; nothing was stored.")
                .with_faults(self.faults);
        }
        if let Some(grant) = self.grant.as_ref().filter(|_| self.failed == self.forbidden) {
            return Problem::forbidden(grant).with_faults(self.faults);
        }
        let is_conflict = self.failed == self.conflicts;
        let (kind, what) = if is_conflict { (&CONFLICT, "in conflict") } else { (&INVALID, "not valid") };
        let detail = match self.failed {
            1 => format!("1 item is {what}; nothing was stored."),
            failed if self.is_truncated() => {
                format!("At least {failed} items are {what}; nothing was stored.")
            }
            failed => format!("{failed} items are {what}; nothing was stored."),
        };
        Problem::new(kind, detail).with_faults(self.faults)
    }
}

impl Event for Report {
    fn log(&self) {
        let Self { received, created, replaced, ignored, failed, .. } = self;
        tracing::info!(received, created, replaced, ignored, failed, "items.imported");
    }
}
