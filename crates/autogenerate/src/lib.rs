//! [`project`]: mod@crate::project
//! [`migrate`]: mod@crate::migrate
//! [`guide`]: mod@crate::guide
//! [`Table`]: derive@crate::Table
//! [`Enum`]: derive@crate::Enum
//! [`SqlType`]: derive@crate::SqlType
//! [`Domain`]: derive@crate::Domain
//! [`Composite`]: derive@crate::Composite
//! [An existing project]: crate::guide::existing_project
//! [a copy]: crate::guide::copy_before_drop

// The first definition of a link is the one that counts: those of README.md are for its other
// readers.
#![cfg_attr(feature = "cli", doc = "[`cli::Command`]: crate::cli::Command")]
#![cfg_attr(feature = "cli", doc = "[`cli::Environment`]: crate::cli::Environment")]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
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
