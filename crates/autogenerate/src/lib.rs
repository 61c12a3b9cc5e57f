#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod change;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codegen;
pub mod diff;
pub mod guide;
pub mod hazard;
pub mod introspect;
mod kinds;
pub mod migrate;
pub mod model;
mod order;
pub mod plan;
pub mod planner;
pub mod project;
pub mod prove;
mod render;
pub mod revision;
pub mod schema;
pub mod scratch;

pub use autogenerate_derive::{Composite, Domain, Enum, SqlType, Table};
pub use model::{SqlType, Table};
