//! Rules for a value as a whole, and for the names of its members.

use std::collections::HashSet;

use serde_json::Value;

use super::{At, Mode, Validator};
use crate::{
    excerpt::quoted,
    number::Decimal,
    steps::{Steps, Stop},
    tree::{Check, Measure, Names, Types},
    value::write_canonical,
};

impl Validator<'_> {
    pub(super) fn holds(&mut self, check: &Check, value: &Value) -> Result<bool, Stop> {
        Ok(match (check, value) {
            (Check::Type(types), value) => types.meets(self.types(value)?),
            (Check::In(texts, _), value) => {
                let mut text = String::new();
                write_canonical(value, &mut text, &mut self.steps)?;
                texts.contains(text.as_str())
            }
            (Check::Multiple(divisor), Value::Number(number)) => {
                self.steps.read_digits(number)?;
                self.steps.spend(number.as_str().len() + 64)?;
                divisor.divides(&Decimal::new(number))
            }
            (Check::Bound(bound, relation), Value::Number(number)) => {
                self.steps.read_digits(number)?;
                self.steps.read_digits(bound)?;
                relation.holds(Decimal::new(number).compare(&Decimal::new(bound)))
            }
            (Check::Size(measure, relation, bound), value) => {
                let size = size(*measure, value, &mut self.steps)?;
                size.is_none_or(|size| relation.holds(size.cmp(bound)))
            }
            (Check::Pattern(pattern), Value::String(string)) => self.matches(*pattern, string)?,
            (Check::Unique, Value::Array(elements)) => is_unique(elements, &mut self.steps)?,
            _ => true,
        })
    }

    pub(super) fn types(&mut self, value: &Value) -> Result<Types, Stop> {
        if let Value::Number(number) = value {
            self.steps.read_digits(number)?;
        }
        Ok(Types::of(value))
    }

    pub(super) fn matches(&mut self, pattern: usize, text: &str) -> Result<bool, Stop> {
        self.tree.patterns[pattern].matches(text, &mut self.states, &mut self.steps)
    }

    /// Reports the names that are missing, each at the location that it would have.
    pub(super) fn require(
        &mut self,
        names: &[Box<str>],
        at: At<'_>,
        mode: Mode,
        (code, detail): (&'static str, &dyn Fn() -> String),
    ) -> Result<bool, Stop> {
        let Value::Object(members) = at.value else { return Ok(true) };
        let mut is_valid = true;
        for name in names {
            self.steps.read(name)?;
            if !members.contains_key(&**name) {
                let missing = At { path: &at.path.member(name), ..at };
                is_valid = self.fail(missing, mode, code, detail)?;
                if !mode.reports {
                    break;
                }
            }
        }
        Ok(is_valid)
    }

    pub(super) fn dependent_required(
        &mut self,
        rules: &[(Box<str>, Names)],
        at: At<'_>,
        mode: Mode,
    ) -> Result<bool, Stop> {
        let mut is_valid = true;
        for (name, required) in rules {
            self.steps.read(name)?;
            if at.value.get(&**name).is_some() {
                let detail = || format!("is required together with {}", quoted(name));
                is_valid &= self.require(required, at, mode, ("schema.dependent_required", &detail))?;
            }
        }
        Ok(is_valid)
    }
}

fn size(measure: Measure, value: &Value, steps: &mut Steps) -> Result<Option<usize>, Stop> {
    Ok(match (measure, value) {
        (Measure::Characters, Value::String(string)) => {
            steps.read(string)?;
            Some(string.chars().count())
        }
        (Measure::Elements, Value::Array(elements)) => Some(elements.len()),
        (Measure::Members, Value::Object(members)) => Some(members.len()),
        _ => None,
    })
}

fn is_unique(elements: &[Value], steps: &mut Steps) -> Result<bool, Stop> {
    let mut seen = HashSet::new();
    for element in elements {
        steps.spend(16)?; // to hash and to store it
        let mut text = String::new();
        write_canonical(element, &mut text, steps)?;
        if !seen.insert(text) {
            return Ok(false);
        }
    }
    Ok(true)
}
