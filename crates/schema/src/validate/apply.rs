//! Keywords that apply other schemas to the same value.

use serde_json::Value;

use super::{At, Mode, QUIET, Validator};
use crate::{
    steps::Stop,
    tree::{Applicator, Check, Keyword, Node, NodeId, Types},
};

impl Validator<'_> {
    /// `start` is where the marks of this value begin.
    pub(super) fn apply(
        &mut self,
        applicator: &Applicator,
        at: At<'_>,
        mode: Mode,
        start: usize,
    ) -> Result<bool, Stop> {
        match applicator {
            Applicator::Reference(schema) => self.evaluate(*schema, at, mode, "schema.ref"),
            Applicator::AllOf(schemas) => self
                .each(schemas.iter(), mode, |this, schema| this.evaluate(*schema, at, mode, "schema.all_of")),
            Applicator::AnyOf(schemas) => self.some_of(schemas, at, mode, false),
            Applicator::OneOf(schemas) => self.some_of(schemas, at, mode, true),
            Applicator::Not(schema) => {
                if self.evaluate(*schema, at, QUIET, "")? {
                    return self
                        .fail(at, mode, "schema.not", || "must not match the schema of `not`".to_owned());
                }
                Ok(true)
            }
            Applicator::If { condition, then, otherwise } => {
                let is_met = self.evaluate(*condition, at, Mode { reports: false, ..mode }, "")?;
                let (branch, code) = if is_met { (then, "schema.then") } else { (otherwise, "schema.else") };
                branch.map_or(Ok(true), |schema| self.evaluate(schema, at, mode, code))
            }
            Applicator::DependentSchemas(schemas) => {
                self.each(schemas.iter(), mode, |this, (name, schema)| {
                    this.steps.read(name)?;
                    if at.value.get(&**name).is_none() {
                        return Ok(true);
                    }
                    this.evaluate(*schema, at, mode, "schema.dependent_schemas")
                })
            }
            inner => self.descend(inner, at, mode, start),
        }
    }

    /// Whether all are valid. Ends at the first that is not, unless faults are reported.
    pub(super) fn each<T>(
        &mut self,
        items: impl Iterator<Item = T>,
        mode: Mode,
        mut evaluate: impl FnMut(&mut Self, T) -> Result<bool, Stop>,
    ) -> Result<bool, Stop> {
        let mut is_valid = true;
        for item in items {
            is_valid &= evaluate(self, item)?;
            if !is_valid && !mode.reports {
                break;
            }
        }
        Ok(is_valid)
    }

    /// `anyOf`, or `oneOf` if `alone`.
    fn some_of(&mut self, schemas: &[NodeId], at: At<'_>, mode: Mode, alone: bool) -> Result<bool, Stop> {
        let code = if alone { "schema.one_of" } else { "schema.any_of" };
        let start = self.marks.len();
        let mut matches = 0;
        for schema in schemas {
            matches += usize::from(self.evaluate(*schema, at, Mode { reports: false, ..mode }, code)?);
            if matches > usize::from(alone) && (alone || !mode.marks) {
                break;
            }
        }
        if matches == 1 || matches > 1 && !alone {
            return Ok(true);
        }
        self.marks.truncate(start);
        if matches == 0
            && mode.reports
            && let Some(schema) = self.only_candidate(schemas, at.value)?
        {
            return self.evaluate(schema, at, mode, code);
        }
        self.fail(at, mode, code, || {
            let count = schemas.len();
            match (alone, matches) {
                (false, _) => format!("must match at least one of the {count} schemas of `anyOf`"),
                (true, 0) => format!("must match one of the {count} schemas of `oneOf`"),
                (true, _) => format!("must match only one of the {count} schemas of `oneOf`"),
            }
        })
    }

    /// The schema that accepts the type of a value, if no other one does: its faults say more than
    /// that nothing matches.
    fn only_candidate(&mut self, schemas: &[NodeId], value: &Value) -> Result<Option<NodeId>, Stop> {
        let types = self.types(value)?;
        let mut candidates = Vec::new();
        for schema in schemas {
            if self.accepts(*schema, types)? {
                candidates.push(*schema);
            }
        }
        Ok(if let [only] = candidates[..] { Some(only) } else { None })
    }

    fn accepts(&mut self, schema: NodeId, types: Types) -> Result<bool, Stop> {
        let tree = self.tree;
        let Node::All(keywords) = &tree.nodes[schema] else { return Ok(false) };
        for keyword in keywords {
            self.steps.spend(1)?;
            let accepts = match keyword {
                Keyword::Assertion(assertion) => match assertion.check {
                    Check::Type(accepted) => accepted.meets(types),
                    _ => true,
                },
                Keyword::Applicator(Applicator::Reference(schema)) => self.accepts(*schema, types)?,
                _ => true,
            };
            if !accepts {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
