//! Validates an instance, in a bounded number of steps.

mod apply;
mod assertion;
mod descend;

use serde_json::Value;

use crate::{
    fault::{Fault, Faults},
    path::Path,
    pattern::States,
    steps::{MAX_STEPS, Steps, Stop},
    tree::{Keyword, Node, NodeId, ROOT, Tree},
};

/// What is validated.
#[derive(Clone, Copy)]
struct At<'a> {
    value: &'a Value,
    path: &'a Path<'a>,
}

/// What an evaluation is for, besides its result.
#[derive(Clone, Copy)]
struct Mode {
    /// Adds every fault, and does not end at the first.
    reports: bool,
    /// Leaves marks: a schema around this one asks what is evaluated.
    marks: bool,
}

/// Only the result matters.
const QUIET: Mode = Mode { reports: false, marks: false };

struct Validator<'s> {
    tree: &'s Tree,
    steps: Steps,
    states: States,
    /// The addresses of the evaluated members or elements of the values that are being validated,
    /// those of a value after those of its container. A failed schema leaves none, unless its
    /// faults are reported: what it evaluated is not reported again as unevaluated.
    marks: Vec<*const Value>,
    faults: Faults,
}

/// All faults of an instance, in no more than this many steps, from which it takes what it needs.
pub(crate) fn validate(tree: &Tree, instance: &Value, steps: &mut usize) -> Result<(), Faults> {
    let most = (*steps).min(MAX_STEPS);
    let mut validator = Validator {
        tree,
        steps: Steps::new(most),
        states: States::default(),
        marks: Vec::new(),
        faults: Faults::default(),
    };
    let at = At { value: instance, path: &Path::ROOT };
    let result = validator.evaluate(ROOT, at, Mode { reports: true, marks: false }, "schema.false");
    *steps -= most - validator.steps.left();
    if result == Err(Stop::Exhausted) {
        validator.faults.stop(Fault {
            pointer: String::new(),
            code: "schema.too_complex",
            detail: "takes too much work to validate".to_owned(),
        });
    }
    validator.faults.or(())
}

impl Validator<'_> {
    /// Whether a value satisfies a schema. `code` is of the keyword that applies it, reported if
    /// the schema is `false`.
    fn evaluate(&mut self, node: NodeId, at: At<'_>, mode: Mode, code: &'static str) -> Result<bool, Stop> {
        self.steps.spend(1)?;
        let Node::All(keywords) = &self.tree.nodes[node] else {
            return self.fail(at, mode, code, || "is not allowed".to_owned());
        };
        self.steps.enter()?;
        let start = self.marks.len();
        let inner = Mode { marks: mode.marks || keywords.last().is_some_and(Keyword::reads_marks), ..mode };
        let mut is_valid = true;
        for keyword in keywords {
            is_valid &= self.keyword(keyword, at, inner, start)?;
            if !is_valid && !mode.reports {
                break;
            }
        }
        if !mode.marks || !is_valid && !mode.reports {
            self.marks.truncate(start);
        }
        self.steps.leave();
        Ok(is_valid)
    }

    fn keyword(&mut self, keyword: &Keyword, at: At<'_>, mode: Mode, start: usize) -> Result<bool, Stop> {
        self.steps.spend(1)?;
        match keyword {
            Keyword::Assertion(assertion) => {
                let holds = self.holds(&assertion.check, at.value)?;
                if holds {
                    Ok(true)
                } else {
                    self.fail(at, mode, assertion.code, || assertion.detail.to_string())
                }
            }
            Keyword::Required(names) => {
                self.require(names, at, mode, ("schema.required", &|| "is required".to_owned()))
            }
            Keyword::DependentRequired(rules) => self.dependent_required(rules, at, mode),
            Keyword::Applicator(applicator) => self.apply(applicator, at, mode, start),
        }
    }

    /// Reports a fault, if faults are reported.
    fn fail(
        &mut self,
        at: At<'_>,
        mode: Mode,
        code: &'static str,
        detail: impl FnOnce() -> String,
    ) -> Result<bool, Stop> {
        if mode.reports {
            let fault = Fault { pointer: at.path.pointer(), code, detail: detail() };
            if !self.faults.push(fault) {
                return Err(Stop::Full);
            }
        }
        Ok(false)
    }
}
