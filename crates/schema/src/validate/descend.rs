//! Keywords that apply other schemas to members and elements.

use std::{collections::HashSet, ptr};

use serde_json::Value;

use super::{At, Mode, QUIET, Validator};
use crate::{
    excerpt::counted,
    steps::Stop,
    tree::{Applicator, Members, NodeId},
};

impl Validator<'_> {
    pub(super) fn descend(
        &mut self,
        applicator: &Applicator,
        at: At<'_>,
        mode: Mode,
        start: usize,
    ) -> Result<bool, Stop> {
        match (applicator, at.value) {
            (Applicator::Members(rules), Value::Object(members)) => {
                self.each(members.iter(), mode, |this, (name, value)| {
                    this.member(rules, name, At { value, path: &at.path.member(name) }, mode)
                })
            }
            (Applicator::Elements { prefix, rest }, Value::Array(elements)) => {
                self.each(elements.iter().enumerate(), mode, |this, (index, value)| {
                    let at = At { value, path: &at.path.element(index) };
                    match (prefix.get(index), rest) {
                        (Some(schema), _) => this.inside(*schema, at, mode, "schema.prefix_items"),
                        (None, Some(schema)) => this.inside(*schema, at, mode, "schema.items"),
                        (None, None) => Ok(true),
                    }
                })
            }
            (Applicator::Contains { schema, min, max }, Value::Array(elements)) => {
                self.contains(*schema, (*min, *max), elements, (at, mode))
            }
            (Applicator::PropertyNames(schema), Value::Object(members)) => {
                self.each(members.iter(), mode, |this, (name, _)| {
                    this.steps.read(name)?;
                    let value = &Value::String(name.clone());
                    let at = At { value, path: &at.path.member(name) };
                    if this.evaluate(*schema, at, QUIET, "")? {
                        return Ok(true);
                    }
                    this.fail(at, mode, "schema.property_names", || {
                        "has a name that is not allowed".to_owned()
                    })
                })
            }
            (Applicator::UnevaluatedMembers(schema), Value::Object(members)) => {
                let marks = self.marks_since(start)?;
                self.each(members.iter(), mode, |this, (name, value)| {
                    let at = At { value, path: &at.path.member(name) };
                    this.unmarked(&marks, *schema, at, (mode, "schema.unevaluated_properties"))
                })
            }
            (Applicator::UnevaluatedElements(schema), Value::Array(elements)) => {
                let marks = self.marks_since(start)?;
                self.each(elements.iter().enumerate(), mode, |this, (index, value)| {
                    let at = At { value, path: &at.path.element(index) };
                    this.unmarked(&marks, *schema, at, (mode, "schema.unevaluated_items"))
                })
            }
            _ => Ok(true),
        }
    }

    /// Evaluates a member or an element, and marks it as evaluated.
    fn inside(&mut self, schema: NodeId, at: At<'_>, mode: Mode, code: &'static str) -> Result<bool, Stop> {
        if mode.marks {
            self.mark(at.value)?;
        }
        self.evaluate(schema, at, Mode { marks: false, ..mode }, code)
    }

    /// A member of an object, by the keywords that depend on each other.
    fn member(&mut self, members: &Members, name: &str, at: At<'_>, mode: Mode) -> Result<bool, Stop> {
        self.steps.read(name)?;
        let named = members.named.get(name);
        let mut is_valid = true;
        if let Some(schema) = named {
            is_valid = self.inside(*schema, at, mode, "schema.properties")?;
        }
        let mut is_matched = named.is_some();
        for (pattern, schema) in &members.matching {
            if self.matches(*pattern, name)? {
                is_matched = true;
                is_valid &= self.inside(*schema, at, mode, "schema.pattern_properties")?;
            }
        }
        match members.others {
            Some(schema) if !is_matched => self.inside(schema, at, mode, "schema.additional_properties"),
            _ => Ok(is_valid),
        }
    }

    fn contains(
        &mut self,
        schema: NodeId,
        (min, max): (usize, Option<usize>),
        elements: &[Value],
        (at, mode): (At<'_>, Mode),
    ) -> Result<bool, Stop> {
        let mut count = 0;
        for (index, value) in elements.iter().enumerate() {
            if self.evaluate(schema, At { value, path: &at.path.element(index) }, QUIET, "")? {
                count += 1;
                if mode.marks {
                    self.mark(value)?;
                }
            }
        }
        let must_have =
            |relation, limit| format!("must have {relation} {}", counted(limit, "matching element"));
        if count < min {
            let code = if min == 1 { "schema.contains" } else { "schema.min_contains" };
            return self.fail(at, mode, code, || must_have("at least", min));
        }
        match max {
            Some(max) if count > max => {
                self.fail(at, mode, "schema.max_contains", || must_have("at most", max))
            }
            _ => Ok(true),
        }
    }

    /// What other keywords evaluated of this value.
    fn marks_since(&mut self, start: usize) -> Result<HashSet<*const Value>, Stop> {
        let marks = &self.marks[start..];
        self.steps.spend(marks.len())?;
        Ok(marks.iter().copied().collect())
    }

    fn unmarked(
        &mut self,
        marks: &HashSet<*const Value>,
        schema: NodeId,
        at: At<'_>,
        (mode, code): (Mode, &'static str),
    ) -> Result<bool, Stop> {
        self.steps.spend(1)?;
        if marks.contains(&ptr::from_ref(at.value)) {
            return Ok(true);
        }
        self.inside(schema, at, mode, code)
    }

    fn mark(&mut self, value: &Value) -> Result<(), Stop> {
        self.steps.spend(4)?; // so that few bytes of memory are a step
        self.marks.push(value);
        Ok(())
    }
}
