//! Builds the nodes of the tree.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{shape::Shape, survey::Survey};
use crate::{
    excerpt::quoted,
    number::Decimal,
    path::Step,
    pattern::{MAX_AUTOMATA, MAX_PATTERN, Pattern, Rejection, Unsupported},
    tree::{Applicator, Keyword, Members, Names, Node, NodeId, PatternId, ROOT},
};

pub(super) struct Builder<'s> {
    pub(super) survey: Survey<'s>,
    pub(super) patterns: Vec<Pattern>,
    pattern_ids: HashMap<&'s str, Result<PatternId, Rejection>>,
    /// The bytes of automata that there may still be.
    room: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(survey: Survey<'s>) -> Self {
        Self { survey, patterns: Vec::new(), pattern_ids: HashMap::new(), room: MAX_AUTOMATA }
    }

    /// Ends early when there is no room for another fault.
    pub(super) fn nodes(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        while nodes.len() < self.survey.places.len() && !self.survey.faults.truncated {
            let schema = self.survey.places[nodes.len()].schema;
            nodes.push(self.node(nodes.len(), schema));
        }
        nodes
    }

    fn node(&mut self, node: NodeId, schema: &'s Value) -> Node {
        let keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(false) => return Node::Never,
            _ => return Node::All(Box::default()),
        };
        let mut rules = Vec::new();
        for (keyword, value) in keywords {
            if Shape::of(keyword).is_none_or(|shape| shape.fits(value)) {
                let assertion = self.assertion(node, keyword, value).map(Keyword::Assertion);
                rules.extend(assertion.or_else(|| names(keyword, value)));
                rules.extend(self.applicator(node, keyword, value).map(Keyword::Applicator));
            }
        }
        rules.extend(self.combined(node, keywords).into_iter().map(Keyword::Applicator));
        rules.sort_by_key(Keyword::rank);
        Node::All(rules.into())
    }

    /// Keywords that do not depend on others.
    fn applicator(&mut self, node: NodeId, keyword: &str, value: &'s Value) -> Option<Applicator> {
        Some(match keyword {
            "$ref" => Applicator::Reference(self.reference(node, value.as_str()?)?),
            "allOf" => Applicator::AllOf(self.schemas(value)?),
            "anyOf" => Applicator::AnyOf(self.schemas(value)?),
            "oneOf" => Applicator::OneOf(self.schemas(value)?),
            "not" => Applicator::Not(self.survey.node(value)?),
            "dependentSchemas" => {
                let schemas = value.as_object()?.iter();
                Applicator::DependentSchemas(
                    schemas
                        .filter_map(|(name, schema)| Some((name.as_str().into(), self.survey.node(schema)?)))
                        .collect(),
                )
            }
            "propertyNames" => Applicator::PropertyNames(self.survey.node(value)?),
            "unevaluatedProperties" => Applicator::UnevaluatedMembers(self.survey.node(value)?),
            "unevaluatedItems" => Applicator::UnevaluatedElements(self.survey.node(value)?),
            _ => return None,
        })
    }

    /// Keywords that depend on each other.
    fn combined(&mut self, node: NodeId, keywords: &'s Map<String, Value>) -> Vec<Applicator> {
        let schema = |this: &Self, keyword: &str| this.survey.node(keywords.get(keyword)?);
        let size = |keyword: &str| Decimal::new(keywords.get(keyword)?.as_number()?).to_natural();
        let members = self.members(node, keywords);
        let prefix = keywords.get("prefixItems").and_then(|schemas| self.schemas(schemas));
        let (prefix, rest) = (prefix.unwrap_or_default(), schema(self, "items"));
        let condition = schema(self, "if").map(|condition| {
            let (then, otherwise) = (schema(self, "then"), schema(self, "else"));
            Applicator::If { condition, then, otherwise }
        });
        let contains = schema(self, "contains").map(|schema| {
            let (min, max) = (size("minContains").unwrap_or(1), size("maxContains"));
            Applicator::Contains { schema, min, max }
        });
        let elements =
            (!prefix.is_empty() || rest.is_some()).then_some(Applicator::Elements { prefix, rest });
        [members.map(Applicator::Members), elements, contains, condition].into_iter().flatten().collect()
    }

    fn members(&mut self, node: NodeId, keywords: &'s Map<String, Value>) -> Option<Members> {
        let schemas = |keyword: &str| keywords.get(keyword).and_then(Value::as_object).into_iter().flatten();
        let named: HashMap<_, _> = schemas("properties")
            .filter_map(|(name, schema)| Some((name.as_str().into(), self.survey.node(schema)?)))
            .collect();
        let mut matching = Vec::new();
        for (pattern, schema) in schemas("patternProperties") {
            let at = [Step::Member("patternProperties"), Step::Member(pattern)];
            matching.extend(self.pattern(node, &at, pattern).zip(self.survey.node(schema)));
        }
        let others = keywords.get("additionalProperties").and_then(|schema| self.survey.node(schema));
        let is_empty = named.is_empty() && matching.is_empty() && others.is_none();
        (!is_empty).then(|| Members { named, matching: matching.into(), others })
    }

    fn schemas(&self, value: &Value) -> Option<Box<[NodeId]>> {
        value.as_array()?.iter().map(|schema| self.survey.node(schema)).collect()
    }

    fn reference(&mut self, node: NodeId, reference: &str) -> Option<NodeId> {
        let at = [Step::Member("$ref")];
        let Some(fragment) = reference.strip_prefix('#') else {
            let detail = "must begin with `#`: other documents are not read";
            self.survey.fault(node, &at, "remote_reference", detail);
            return None;
        };
        let fragment = percent_decode_str(fragment).decode_utf8_lossy();
        let target = if fragment.is_empty() || fragment.starts_with('/') {
            self.survey.places[ROOT].schema.pointer(&fragment).and_then(|schema| self.survey.node(schema))
        } else {
            self.survey.anchors.get(&*fragment).copied()
        };
        if target.is_none() {
            let detail = format!("must lead to a schema of this document: {} does not", quoted(reference));
            self.survey.fault(node, &at, "unresolved_reference", detail);
        }
        target
    }

    pub(super) fn pattern(&mut self, node: NodeId, at: &[Step<'_>], text: &'s str) -> Option<PatternId> {
        let id = self.pattern_ids.get(text).copied().unwrap_or_else(|| {
            self.patterns.push(Pattern::new(text, &mut self.room)?);
            Ok(self.patterns.len() - 1)
        });
        self.pattern_ids.insert(text, id);
        match id {
            Ok(id) => return Some(id),
            Err(Rejection::Unsupported(Unsupported::LookAround)) => {
                self.survey.fault(
                    node,
                    at,
                    "unsupported_pattern",
                    "must not look around: `(?=`, `(?!` or `(?<`",
                );
            }
            Err(Rejection::Unsupported(Unsupported::BackReference)) => {
                self.survey.fault(node, at, "unsupported_pattern", r"must not refer back, such as with `\1`");
            }
            Err(Rejection::Unsupported(Unsupported::Syntax) | Rejection::Invalid) => {
                let detail = "must be a regular expression of ECMA-262, with its flag `u`";
                self.survey.fault(node, at, "invalid_pattern", detail);
            }
            Err(Rejection::Unchecked) => {}
            Err(Rejection::TooLarge) => {
                let detail = format!(
                    "must have at most {MAX_PATTERN} bytes, and repeat less: all patterns have {MAX_AUTOMATA} bytes compiled"
                );
                self.survey.fault(node, at, "too_complex", detail);
            }
        }
        None
    }
}

/// Keywords that require names.
fn names(keyword: &str, value: &Value) -> Option<Keyword> {
    let list = |names: &Value| -> Option<Names> {
        names.as_array()?.iter().map(|name| Some(name.as_str()?.into())).collect()
    };
    match keyword {
        "required" => Some(Keyword::Required(list(value)?)),
        "dependentRequired" => {
            let rules = value.as_object()?.iter();
            let rules = rules.map(|(name, names)| Some((name.as_str().into(), list(names)?)));
            Some(Keyword::DependentRequired(rules.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

impl Keyword {
    /// The order of evaluation: cheap ones first, and last those that depend on all others.
    fn rank(&self) -> usize {
        match self {
            Self::Assertion(_) => 0,
            Self::Required(_) | Self::DependentRequired(_) => 1,
            Self::Applicator(_) => {
                if self.reads_marks() {
                    3
                } else {
                    2
                }
            }
        }
    }
}
