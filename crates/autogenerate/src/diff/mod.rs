//! Differences between two schemas.

mod compare;
mod inherit;
mod moves;
mod questions;
mod rename;

pub(crate) use self::{
    compare::compare,
    rename::{Renamed, renamed},
};
pub use self::{
    compare::diff,
    questions::{Ambiguity, Fault, RenameFault, ambiguities, check_renames},
};
pub use crate::{
    change::{Change, Difference, Property},
    schema::Object,
};
