//! Sequences and their options.

use super::name::Name;

/// A sequence that does not belong to an identity column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// `smallint`, `integer` or `bigint`.
    pub data_type: String,
    /// The options, such as start and increment.
    pub options: SequenceOptions,
    /// The table and column that own it (`OWNED BY`), as for a `serial` column.
    pub owned_by: Option<(Name, String)>,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}

/// The options of a sequence.
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
    /// PostgreSQL's defaults for a sequence with this type and increment.
    pub(crate) fn defaults(increment: i64, data_type: &str) -> Self {
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
