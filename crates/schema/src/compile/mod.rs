//! Turns a schema into a tree, or says everything that is wrong with it.

mod assertion;
mod build;
mod cost;
mod shape;
mod survey;

use std::io;

use serde_json::Value;

use self::{build::Builder, survey::Survey};
pub use self::{
    cost::{MAX_CHAIN, MAX_EVALUATIONS},
    survey::DIALECT,
};
use crate::{
    fault::{Fault, Faults},
    tree::Tree,
};

/// The most bytes of a schema as compact JSON.
pub const MAX_BYTES: usize = 64 * 1024;

/// The most arrays and objects of a schema that are within each other.
pub const MAX_DEPTH: usize = 64;

pub(crate) fn compile(schema: &Value) -> Result<Tree, Faults> {
    let root = |code, detail| Fault { pointer: String::new(), code, detail };
    let mut faults = Faults::default();
    if !is_within(schema, MAX_DEPTH) {
        faults.stop(root("too_deep", format!("must be nested at most {MAX_DEPTH} levels deep")));
        return Err(faults);
    }
    let mut room = Room(MAX_BYTES);
    if serde_json::to_writer(&mut room, schema).is_err() {
        faults.stop(root("too_large", format!("must have at most {MAX_BYTES} bytes as compact JSON")));
        return Err(faults);
    }
    let mut builder = Builder::new(Survey::new(schema));
    let nodes = builder.nodes();
    let Builder { mut survey, patterns, .. } = builder;
    // With too many faults, the nodes are not complete.
    if !survey.faults.truncated {
        cost::check(&nodes, &mut survey);
    }
    let tree = Tree { nodes: nodes.into(), patterns: patterns.into() };
    survey.faults.or(tree)
}

fn is_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(elements) => levels > 0 && elements.iter().all(|value| is_within(value, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|value| is_within(value, levels - 1)),
        _ => true,
    }
}

/// The number of bytes that may still be written.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::WriteZero)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
