//! Standalone sequences.

use super::location::Location;
use crate::schema::SequenceOptions;

/// A sequence that does not belong to an identity column.
///
/// ```
/// use autogenerate::model::{Metadata, SequenceModel};
///
/// let numbers = SequenceModel::new("invoice_numbers").start(1000).comment("Invoice numbers.");
/// let schema = Metadata::new().sequence(numbers).schema()?;
/// let Some(sequence) = schema.sequences.values().next() else { unreachable!("it was added") };
/// assert_eq!(sequence.data_type, "bigint");
/// assert_eq!((sequence.options.start, sequence.options.max), (1000, i64::MAX));
/// # Ok::<(), autogenerate::model::MetadataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequenceModel {
    pub(super) name: &'static str,
    pub(super) schema: Option<&'static str>,
    pub(super) data_type: &'static str,
    start: Option<i64>,
    increment: i64,
    min: Option<i64>,
    max: Option<i64>,
    cache: i64,
    cycle: bool,
    pub(super) owned_by: Option<(&'static str, &'static str)>,
    pub(super) comment: Option<&'static str>,
    pub(super) location: Location,
}

impl SequenceModel {
    /// Creates an ascending `bigint` sequence that starts at 1.
    #[track_caller]
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            schema: None,
            data_type: "bigint",
            start: None,
            increment: 1,
            min: None,
            max: None,
            cache: 1,
            cycle: false,
            owned_by: None,
            comment: None,
            location: Location::caller(),
        }
    }

    /// Sets the schema.
    #[must_use]
    pub fn schema(self, schema: &'static str) -> Self {
        Self { schema: Some(schema), ..self }
    }

    /// `AS smallint`.
    #[must_use]
    pub fn smallint(self) -> Self {
        Self { data_type: "smallint", ..self }
    }

    /// `AS integer`.
    #[must_use]
    pub fn integer(self) -> Self {
        Self { data_type: "integer", ..self }
    }

    /// `START WITH`.
    #[must_use]
    pub fn start(self, start: i64) -> Self {
        Self { start: Some(start), ..self }
    }

    /// `INCREMENT BY`; a negative increment makes the sequence start at -1 and descend.
    #[must_use]
    pub fn increment(self, increment: i64) -> Self {
        Self { increment, ..self }
    }

    /// `MINVALUE`.
    #[must_use]
    pub fn min(self, min: i64) -> Self {
        Self { min: Some(min), ..self }
    }

    /// `MAXVALUE`.
    #[must_use]
    pub fn max(self, max: i64) -> Self {
        Self { max: Some(max), ..self }
    }

    /// `CACHE`.
    #[must_use]
    pub fn cache(self, cache: i64) -> Self {
        Self { cache, ..self }
    }

    /// `CYCLE`.
    #[must_use]
    pub fn cycle(self) -> Self {
        Self { cycle: true, ..self }
    }

    /// `OWNED BY`: a table in the same schema, and the column that it is dropped with.
    #[must_use]
    pub fn owned_by(self, table: &'static str, column: &'static str) -> Self {
        Self { owned_by: Some((table, column)), ..self }
    }

    /// Sets the comment in the database.
    #[must_use]
    pub fn comment(self, comment: &'static str) -> Self {
        Self { comment: Some(comment), ..self }
    }

    /// Its options, with PostgreSQL's defaults for those that the model leaves out.
    pub(super) fn options(&self) -> SequenceOptions {
        let defaults = SequenceOptions::defaults(self.increment, self.data_type);
        let (min, max) = (self.min.unwrap_or(defaults.min), self.max.unwrap_or(defaults.max));
        SequenceOptions {
            start: self.start.unwrap_or(if self.increment < 0 { max } else { min }),
            increment: self.increment,
            min,
            max,
            cache: self.cache,
            cycle: self.cycle,
        }
    }
}
