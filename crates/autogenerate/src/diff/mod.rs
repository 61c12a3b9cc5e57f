//! Differences between two schemas.

mod compare;
mod inherit;
mod not_null;
mod questions;
mod rename;
mod rename_order;

pub(crate) use self::{
    compare::compare,
    rename::{Renamed, apply_renames},
};
pub use self::{
    compare::diff,
    questions::{Ambiguity, Fault, RenameFault, ambiguities, check_renames},
};
pub use crate::{
    change::{Change, Difference, Property},
    schema::Object,
};
