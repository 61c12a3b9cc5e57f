//! Integers.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use validator::ValidationError;

/// An integer as it was sent: it stays text, because `50.0` is one, too.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntegerText(Box<RawValue>);

impl IntegerText {
    /// The number, if it is in this range.
    ///
    /// # Errors
    ///
    /// The code `type`, `too_small` or `too_large`.
    pub fn within(&self, range: &RangeInclusive<u32>) -> Result<u32, ValidationError> {
        let fault = |code, detail: String| Err(ValidationError::new(code).with_message(detail.into()));
        match self.0.get().parse::<f64>() {
            Ok(number) if number.fract() != 0.0 => fault("type", "must be an integer".into()),
            Ok(number) if number < (*range.start()).into() => {
                fault("too_small", format!("must be at least {}", range.start()))
            }
            Ok(number) if number > (*range.end()).into() => {
                fault("too_large", format!("must be at most {}", range.end()))
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in the range")]
            Ok(number) => Ok(number as u32),
            Err(_) => fault("type", "must be an integer".into()),
        }
    }
}

impl From<u32> for IntegerText {
    fn from(number: u32) -> Self {
        let text = RawValue::from_string(number.to_string());
        Self(text.unwrap_or_else(|_| unreachable!("a number")))
    }
}
