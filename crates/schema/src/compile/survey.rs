//! Finds every schema of a document.

use std::{collections::HashMap, ptr};

use serde_json::Value;

use super::shape::Shape;
use crate::{
    excerpt::quoted,
    fault::{Fault, Faults},
    path::{Step, pointer},
    tree::{NodeId, ROOT},
};

/// The only value of `$schema`.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema in the document: one node of the tree.
#[derive(Debug)]
pub(crate) struct Place<'s> {
    pub schema: &'s Value,
    /// The schema around it, the keyword there, and what is between that and this one.
    parent: Option<(NodeId, &'s str, Option<Step<'s>>)>,
}

/// All schemas of a document, in the order of their nodes.
#[derive(Debug, Default)]
pub(crate) struct Survey<'s> {
    pub places: Vec<Place<'s>>,
    /// The nodes by the addresses of their schemas.
    nodes: HashMap<*const Value, NodeId>,
    pub anchors: HashMap<&'s str, NodeId>,
    pub faults: Faults,
}

impl<'s> Survey<'s> {
    /// Stops early when there is no room for another fault.
    pub(crate) fn new(root: &'s Value) -> Self {
        let mut survey = Self::default();
        survey.add(root, None);
        let mut next = 0;
        while next < survey.places.len() && !survey.faults.truncated {
            survey.visit(next);
            next += 1;
        }
        survey
    }

    pub(crate) fn node(&self, schema: &Value) -> Option<NodeId> {
        self.nodes.get(&ptr::from_ref(schema)).copied()
    }

    /// Reports a fault of a schema, at a keyword of it and a step below that.
    pub(crate) fn fault(
        &mut self,
        node: NodeId,
        at: &[Step<'_>],
        code: &'static str,
        detail: impl Into<String>,
    ) {
        let mut steps: Vec<Step<'_>> = at.iter().rev().copied().collect();
        let mut place = &self.places[node];
        while let Some((parent, keyword, step)) = place.parent {
            steps.extend(step);
            steps.push(Step::Member(keyword));
            place = &self.places[parent];
        }
        self.faults.push(Fault { pointer: pointer(steps.into_iter()), code, detail: detail.into() });
    }

    fn add(&mut self, schema: &'s Value, parent: Option<(NodeId, &'s str, Option<Step<'s>>)>) {
        let node = self.places.len();
        self.nodes.insert(schema, node);
        self.places.push(Place { schema, parent });
    }

    fn visit(&mut self, node: NodeId) {
        let keywords = match self.places[node].schema {
            Value::Object(keywords) => keywords,
            Value::Bool(_) => return,
            _ => return self.fault(node, &[], "invalid_schema", Shape::Schema.described()),
        };
        for (keyword, value) in keywords {
            let Some(shape) = Shape::of(keyword) else { continue };
            if !shape.fits(value) {
                self.fault(node, &[Step::Member(keyword)], "invalid_schema", shape.described());
                continue;
            }
            match (shape, value) {
                (Shape::Schema, schema) => self.add(schema, Some((node, keyword, None))),
                (Shape::Schemas, Value::Array(schemas)) => {
                    for (index, schema) in schemas.iter().enumerate() {
                        self.add(schema, Some((node, keyword, Some(Step::Element(index)))));
                    }
                }
                (Shape::SchemasByName, Value::Object(schemas)) => {
                    for (name, schema) in schemas {
                        self.add(schema, Some((node, keyword, Some(Step::Member(name)))));
                    }
                }
                (_, Value::String(text)) => self.identify(node, keyword, text),
                _ => {}
            }
        }
    }

    /// Checks the keywords that say which schema, of which dialect, this is.
    fn identify(&mut self, node: NodeId, keyword: &'s str, text: &'s str) {
        let (code, detail) = match keyword {
            "$schema" if text.strip_suffix('#').unwrap_or(text) != DIALECT => {
                ("unsupported_dialect", format!("must be `{DIALECT}`"))
            }
            "$id" if node != ROOT => {
                ("unsupported_keyword", "is allowed only at the root of the schema".to_owned())
            }
            "$dynamicRef" | "$recursiveRef" => {
                ("unsupported_keyword", "is not supported: use `$ref`".to_owned())
            }
            "$anchor" | "$dynamicAnchor"
                if self.anchors.insert(text, node).is_some_and(|other| other != node) =>
            {
                ("duplicate_anchor", format!("must name one schema: {} names several", quoted(text)))
            }
            _ => return,
        };
        self.fault(node, &[Step::Member(keyword)], code, detail);
    }
}
