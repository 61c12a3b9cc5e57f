//! Keywords that are rules for a value as a whole.

use std::collections::HashSet;

use serde_json::Value;

use super::{build::Builder, shape::types};
use crate::{
    excerpt::{counted, excerpt, json, quoted},
    number::{Decimal, Divisor, MAX_DIVISOR_DIGITS},
    path::Step,
    steps::{MAX_STEPS, Steps},
    tree::{Assertion, Check, Measure, NodeId, Relation, Types},
    value::write_canonical,
};

const BOUNDS: [(&str, &str, Relation); 4] = [
    ("maximum", "schema.maximum", Relation::AtMost),
    ("exclusiveMaximum", "schema.exclusive_maximum", Relation::Less),
    ("minimum", "schema.minimum", Relation::AtLeast),
    ("exclusiveMinimum", "schema.exclusive_minimum", Relation::Greater),
];

const SIZES: [(&str, &str, Measure, Relation); 6] = [
    ("maxLength", "schema.max_length", Measure::Characters, Relation::AtMost),
    ("minLength", "schema.min_length", Measure::Characters, Relation::AtLeast),
    ("maxItems", "schema.max_items", Measure::Elements, Relation::AtMost),
    ("minItems", "schema.min_items", Measure::Elements, Relation::AtLeast),
    ("maxProperties", "schema.max_properties", Measure::Members, Relation::AtMost),
    ("minProperties", "schema.min_properties", Measure::Members, Relation::AtLeast),
];

/// The most values of `enum` that a message lists.
const MAX_LISTED: usize = 3;

impl<'s> Builder<'s> {
    /// `None` if the keyword is not such a rule, or has a fault.
    pub(super) fn assertion(&mut self, node: NodeId, keyword: &str, value: &'s Value) -> Option<Assertion> {
        let (code, detail, check) = match (keyword, value) {
            ("type", value) => {
                let types = types(value)?;
                ("schema.type", format!("must be {}", types.described()), Check::Type(types))
            }
            ("enum", Value::Array(values)) => {
                ("schema.enum", one_of(values), self.values(node, keyword, values)?)
            }
            ("const", value) => {
                let values = std::slice::from_ref(value);
                ("schema.const", one_of(values), self.values(node, keyword, values)?)
            }
            ("multipleOf", Value::Number(number)) => {
                let Some(divisor) = Divisor::new(&Decimal::new(number)) else {
                    let detail = format!("must have at most {MAX_DIVISOR_DIGITS} significant digits");
                    self.survey.fault(node, &[Step::Member("multipleOf")], "out_of_range", detail);
                    return None;
                };
                let detail = format!("must be a multiple of {}", json(value));
                ("schema.multiple_of", detail, Check::Multiple(divisor))
            }
            ("pattern", Value::String(pattern)) => {
                let check = Check::Pattern(self.pattern(node, &[Step::Member(keyword)], pattern)?);
                ("schema.pattern", format!("must match the pattern {}", quoted(pattern)), check)
            }
            ("uniqueItems", Value::Bool(true)) => {
                ("schema.unique_items", "must not have equal elements".to_owned(), Check::Unique)
            }
            (_, Value::Number(_)) => limit(keyword, value)?,
            _ => return None,
        };
        Some(Assertion { code, detail: detail.into(), check })
    }

    fn values(&mut self, node: NodeId, keyword: &str, values: &[Value]) -> Option<Check> {
        let (mut texts, mut types) = (HashSet::new(), Types::default());
        for value in values {
            let mut text = String::new();
            if write_canonical(value, &mut text, &mut Steps::new(MAX_STEPS)).is_err() {
                self.survey.fault(node, &[Step::Member(keyword)], "too_complex", "must be simpler");
                return None;
            }
            texts.insert(text.into());
            types = types.or(Types::of(value));
        }
        Some(Check::In(texts, types))
    }
}

fn limit(keyword: &str, value: &Value) -> Option<(&'static str, String, Check)> {
    let number = value.as_number()?;
    if let Some((_, code, relation)) = BOUNDS.iter().find(|(known, ..)| *known == keyword) {
        let detail = format!("must be {} {}", relation.described(), excerpt(number.as_str()));
        return Some((code, detail, Check::Bound(number.clone(), *relation)));
    }
    let (_, code, measure, relation) = SIZES.iter().find(|(known, ..)| *known == keyword)?;
    let size = Decimal::new(number).to_natural()?;
    let detail = format!("must have {} {}", relation.described(), counted(size, measure.described()));
    Some((code, detail, Check::Size(*measure, *relation, size)))
}

fn one_of(values: &[Value]) -> String {
    let (listed, others) = values.split_at(values.len().min(MAX_LISTED));
    let mut names: Vec<_> = listed.iter().map(json).collect();
    if !others.is_empty() {
        names.push(counted(others.len(), "other value"));
    }
    match names.pop() {
        None => "is not allowed".to_owned(),
        Some(last) if names.is_empty() => format!("must be {last}"),
        Some(last) => format!("must be {} or {last}", names.join(", ")),
    }
}
