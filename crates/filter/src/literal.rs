//! The values that filters compare with.

use std::fmt::{self, Display, Formatter};

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

use crate::{
    error::{Error, excerpt},
    number, timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Null,
    Boolean(bool),
    /// Normalized.
    Number(Number),
    Text(String),
    Timestamp(DateTime<Utc>),
}

impl Literal {
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => Value::Bool(*boolean),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::Timestamp(instant) => Value::String(timestamp::format(instant)),
        }
    }

    /// A number or a timestamp.
    pub(crate) fn bare(text: &str, column: usize) -> Result<Self, Error> {
        if let Ok(number) = serde_json::from_str::<Number>(text) {
            let number = number::normalize(&number).ok_or_else(|| {
                let expected = format!(
                    "a number with at most {} digits and {} decimal places",
                    number::MAX_WHOLE,
                    number::MAX_PLACES
                );
                Error::new(column, format!("number {}", excerpt(text)), expected)
            })?;
            return Ok(Self::Number(number));
        }
        timestamp::parse(text).map(Self::Timestamp).ok_or_else(|| {
            let problem = format!("{} is neither a number nor a timestamp", excerpt(text));
            Error::new(
                column,
                problem,
                "a number such as -1.5e3, or a timestamp such as 2026-11-27T12:00:00Z",
            )
        })
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timestamp(instant) => f.write_str(&timestamp::format(instant)),
            other => other.to_json().fmt(f),
        }
    }
}
