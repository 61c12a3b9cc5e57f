//! Values that a type change alters without an error.

use super::convert::converted;
use crate::{
    kinds::{
        planner::Planner,
        types::{self, cast},
    },
    schema::{Column, quote_identifier},
};

/// The integers up to this one are exact in a double precision number.
const EXACT: i64 = 1 << 53;

/// Values that a cast changes or rejects.
pub(super) struct Changed {
    /// A condition for such values, which is true or false for every value.
    pub(super) condition: String,
    /// An expression for the value that remains, unless the cast rejects some.
    pub(super) nearest: Option<String>,
}

impl Planner<'_> {
    /// The values of a column that are not the same after a cast to its new type and back.
    pub(super) fn changed(&self, was: &Column, is: &Column, may_fail: bool) -> Option<Changed> {
        let name = quote_identifier(&is.name);
        let forth = converted(cast(was, is).using, &name, was, is);
        let back = converted(cast(is, was).using, &format!("({forth})"), is, was);
        let (old, new) = (was.data_type.as_str(), is.data_type.as_str());
        let differs = match types::floating(new) {
            Some(_) if types::is_integer(old) => {
                let inexact = format!("{name} NOT BETWEEN -{EXACT} AND {EXACT}");
                let condition = format!("({inexact} OR {forth}::double precision <> {name})");
                return Some(Changed { condition, nearest: Some("0".to_owned()) });
            }
            Some(limits) => {
                let condition = format!(
                    "CASE WHEN {name} IN (0, 'Infinity', '-Infinity', 'NaN') THEN false\n    WHEN abs({name}) NOT BETWEEN {} \
                     AND {} THEN true\n    ELSE {back} <> {name} END",
                    limits.0, limits.1
                );
                return Some(Changed { condition, nearest: Some("0".to_owned()) });
            }
            None => match types::scale(new).filter(|_| types::is_number(was)) {
                // Rounding may overflow the type.
                Some(scale) => format!("round({name}::numeric, {scale}) <> {name}::numeric"),
                None => format!("({back}) IS DISTINCT FROM {name}"),
            },
        };
        // A number without limits holds any other.
        if !may_fail || new == "numeric" {
            return Some(Changed {
                condition: format!("{name} IS NOT NULL AND {differs}"),
                nearest: Some(back),
            });
        }
        let rejected = self.misfits(&name, was, is)?;
        let condition = format!("CASE WHEN {rejected} THEN true ELSE {differs} END");
        Some(Changed { condition, nearest: None })
    }
}
