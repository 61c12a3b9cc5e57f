//! Sequences, and how they count.

use super::name::Name;

/// A sequence that is an object of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// `smallint`, `integer` or `bigint`.
    pub data_type: String,
    /// How it counts.
    pub options: SequenceOptions,
    /// The table and column that it goes with (`OWNED BY`), as a `serial` column's does.
    pub owned_by: Option<(Name, String)>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// How a sequence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SequenceOptions {
    /// `START WITH`.
    pub start: i64,
    /// `INCREMENT BY`.
    pub increment: i64,
    /// `MINVALUE`.
    pub min: i64,
    /// `MAXVALUE`.
    pub max: i64,
    /// `CACHE`.
    pub cache: i64,
    /// `CYCLE`.
    pub cycle: bool,
}

impl SequenceOptions {
    /// How a sequence of that type counts where nothing is said but its increment.
    pub(crate) fn usual(increment: i64, data_type: &str) -> Self {
        let (least, most) = match data_type {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (min, max) = if increment < 0 { (least, -1) } else { (1, most) };
        let start = if increment < 0 { max } else { min };
        Self { start, increment, min, max, cache: 1, cycle: false }
    }
}
