//! JSON Schema 2020-12 for untrusted schemas: bounded time and memory, exact numbers.
//!
//! ```
//! use curio_schema::Schema;
//! use serde_json::json;
//!
//! let schema = Schema::compile(&json!({
//!     "properties": {"watts": {"type": "number", "multipleOf": 0.1}},
//!     "additionalProperties": false,
//! }))
//! .unwrap();
//! assert!(schema.validate(&json!({"watts": 0.3})).is_ok());
//!
//! let faults = schema.validate(&json!({"color": "red", "watts": "60"})).unwrap_err();
//! let codes: Vec<_> = faults.list.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
//! assert_eq!(codes, [("/color", "schema.additional_properties"), ("/watts", "schema.type")]);
//! ```
//!
//! The crate knows neither HTTP nor a database nor a resource. It reads no file, and opens no
//! connection.
//!
//! # Why it is bounded
//!
//! The author of a schema and the author of an instance may both be hostile. Let `n` be the size of
//! the schema, at most [`MAX_BYTES`].
//!
//! **Compiling takes linear time.** Each value of the document becomes at most one node, however
//! many references lead to it, so there are at most `n` nodes, keywords and references. Nothing is
//! expanded. Three parts are not linear by themselves:
//!
//! - Patterns. A counted repetition multiplies, so the compiled size of all patterns has a limit,
//!   [`MAX_AUTOMATA`]. A pattern that exceeds it is a fault, and no pattern is compiled after it.
//! - Faults. Their number, and the sizes of their pointers and details, have limits. A search for
//!   more ends when the number is reached.
//! - The recursion of the compiler follows the nesting of the document: [`MAX_DEPTH`].
//!
//! **Validating takes at most [`MAX_STEPS`].** There is one counter. Every schema, keyword, name,
//! member, element, mark and state of a pattern that is looked at takes from it first, and long
//! texts and numbers take more. All memory that a validation allocates is paid for in the same way.
//! When nothing is left, the instance is rejected. The number of steps depends on the schema and
//! the instance alone, so the result is the same every time. The recursion has a limit of its own,
//! [`MAX_NESTING`].
//!
//! **A schema that could never work is rejected at once**, instead of rejecting every instance. On
//! the graph of keywords that apply a schema to the same value (`$ref`, `allOf`, `if` and such):
//!
//! - A circle never ends, so it is a fault. A circle through members or elements ends with the
//!   instance.
//! - The number of paths from a schema is what one value costs, since each path is evaluated. It is
//!   summed in the order of the graph, in linear time, and limited by [`MAX_EVALUATIONS`]. So a
//!   chain of references that doubles is a fault.
//! - The longest path is limited by [`MAX_CHAIN`].
//!
//! # Why not the `jsonschema` crate
//!
//! It is an excellent validator of trusted schemas, and the tests compare this crate with it. But
//! it has no budget, and it collects all errors before the first is read: in version 0.60,
//! `iter_errors().take(101)` took seconds and 2 GB for an instance of 64 KiB and a schema of 4 KiB,
//! `{"items": {"allOf": [{"type": "string"}, …]}}`, and 25 pairs of references that double took
//! seconds. A bound computed beforehand would be the product of the sizes of schema and instance,
//! which is too much for ordinary ones.
//!
//! # The dialect
//!
//! `docs/schema.md` says what is supported, which codes there are, and where they point:
//!
#![cfg_attr(doc, doc = include_str!("../../../docs/schema.md"))]
#![warn(missing_docs)]

mod admit;
mod compile;
mod excerpt;
mod fault;
mod number;
mod path;
mod pattern;
mod steps;
mod tree;
mod validate;
mod value;

use std::sync::Arc;

use serde_json::Value;

pub use self::{
    compile::{DIALECT, MAX_BYTES, MAX_CHAIN, MAX_DEPTH, MAX_EVALUATIONS},
    fault::{Fault, Faults, MAX_FAULTS},
    path::MAX_POINTER,
    pattern::{MAX_AUTOMATA, MAX_PATTERN},
    steps::{MAX_NESTING, MAX_STEPS},
};
use crate::{
    steps::Steps,
    tree::{Tree, Types},
};

/// A text that equal values have in common, and no others; `None` if it takes more than
/// [`MAX_STEPS`] to write.
#[must_use]
pub fn canonical_text(value: &Value) -> Option<String> {
    let mut text = String::new();
    value::write_canonical(value, &mut text, &mut Steps::new(MAX_STEPS)).ok().map(|()| text)
}

/// A compiled schema. A clone shares it.
#[derive(Debug, Clone)]
pub struct Schema(Arc<Tree>);

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// If it is not a schema of 2020-12, or beyond the limits of this crate.
    pub fn compile(schema: &Value) -> Result<Self, Faults> {
        Ok(Self(Arc::new(compile::compile(schema)?)))
    }

    /// Validates an instance, of any size.
    ///
    /// # Errors
    ///
    /// If the instance does not satisfy the schema, or takes more than [`MAX_STEPS`] to validate.
    pub fn validate(&self, instance: &Value) -> Result<(), Faults> {
        let mut steps = MAX_STEPS;
        self.validate_within(instance, &mut steps)
    }

    /// As [`validate`](Self::validate), for one of several instances that share a number of steps,
    /// from which this one takes what it needs. Without a step left, an instance is rejected.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate), also if it takes more than the steps that are left.
    pub fn validate_within(&self, instance: &Value, steps: &mut usize) -> Result<(), Faults> {
        validate::validate(&self.0, instance, steps)
    }

    /// Whether the value at this path of members may have a type, named as in `type`. It reads the
    /// keywords that say so directly, such as `type`, `enum` and `properties`, and errs on the side
    /// of `true`.
    #[must_use]
    pub fn admits(&self, path: &[String], json_type: &str) -> bool {
        Types::named(json_type)
            .is_some_and(|types| admit::types_at(&self.0, path).meets(types.with_integers()))
    }

    /// The memory that it takes, in bytes: an estimate that errs on the high side.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.0.weight()
    }
}
