//! JSON Schema 2020-12 for untrusted schemas.
#![warn(missing_docs)]

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
    steps::MAX_STEPS,
    validate::MAX_NESTING,
};
use crate::tree::Tree;

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
        validate::validate(&self.0, instance)
    }

    /// The memory that it takes, in bytes: an estimate that errs on the high side.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.0.weight()
    }
}
